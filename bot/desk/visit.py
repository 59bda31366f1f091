"""One request as the pages see it: who asks, in which language, with what form."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from starlette.requests import Request

from bot.desk.ports import AuditLog
from bot.staff import Action, Session, Staff
from bot.threads import off_loop


@dataclass(frozen=True)
class Form:
    """The fields of a posted form, as text; what is missing is empty."""

    fields: Mapping[str, list[str]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, [""])[-1].strip()

    def raw(self, name: str) -> str:
        """As it was typed: passwords keep their spaces."""
        return self.fields.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        return [value.strip() for value in self.fields.get(name, [])]

    def __contains__(self, name: str) -> bool:
        return name in self.fields


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Made by the guard for each request; get it with visit(request)."""

    route: str
    language: str
    audit: AuditLog
    session: Session | None = None
    token: str | None = field(default=None, repr=False)
    form: Form = field(default_factory=Form, repr=False)

    @property
    def staff(self) -> Staff:
        """Only on routes whose rule asks for a sign-in."""
        assert self.session is not None, "this route is public"
        return self.session.staff

    @property
    def csrf(self) -> str:
        return csrf_of(self.token) if self.token else ""


def visit(request: Request) -> Visit:
    found: Visit = request.state.visit
    return found


def csrf_of(token: str) -> str:
    """What a form of this session carries: cannot be guessed without the token, and does not tell it."""
    return hashlib.sha256(b"csrf:" + token.encode()).hexdigest()


def csrf_fits(token: str, given: str) -> bool:
    return hmac.compare_digest(csrf_of(token).encode(), given.encode("utf-8", "replace"))


async def audited(visit: Visit, action: Action, object: str | None = None, **detail: str) -> None:
    """Writes down what somebody looks at or does, before it is shown or done. `detail`: codes and ids; a reason she typed is sealed."""
    by = visit.session.staff.id if visit.session else None
    await off_loop(partial(visit.audit.write_audit, by, action, object, **detail))
