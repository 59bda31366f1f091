"""Who works at the desk, for pages that name people and choose among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.desk.ports import Staffing
from bot.staff import Role, Staff
from bot.threads import off_loop

CASEWORKERS = (Role.COUNSELLOR, Role.SUPERVISOR)


@dataclass(frozen=True)
class Colleagues:
    """Everybody, by id; also who has left, because old cases name them."""

    everybody: Mapping[str, Staff]

    def name(self, staff: str | None) -> str:
        found = self.everybody.get(staff or "")
        return found.name if found else "–"

    def takers(self, besides: str | None) -> list[Staff]:
        """Who may be asked to take a case: those on duty first."""
        able = [one for one in self.everybody.values() if one.active and one.role in CASEWORKERS and one.id != besides]
        return sorted(able, key=lambda one: (not one.on_duty, one.name.casefold()))

    @property
    def teams(self) -> list[str]:
        return sorted({one.team for one in self.everybody.values() if one.active and one.team and one.role in CASEWORKERS})


async def colleagues(store: Staffing) -> Colleagues:
    return Colleagues({account.staff.id: account.staff for account in await off_loop(store.all)})
