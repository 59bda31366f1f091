"""A counsellor at the desk of a running house, without its doors: somebody is added, signed in and put on duty in the house's own database."""

from __future__ import annotations

import html
import re
from itertools import count

import httpx

from bot.staff import Role, Stage
from bot.storage import Accounts, Casework, Database
from tests.house import WholeHouse, wait_for
from tests.talking import flat, sealer

_numbers = count(1)


class Counsellor:
    """She takes what waits, one case after the other, and reads it as the desk shows it."""

    def __init__(self, house: WholeHouse, language: str = "en") -> None:
        self.house = house
        database, keys = Database(f"sqlite:///{house.folder / 'sohojatri.db'}"), sealer(house)
        accounts, self._cases = Accounts(database, keys), Casework(database, keys)
        self.staff, _ = accounts.add(
            None, login=f"counsellor{next(_numbers)}", name="Nasrin", role=Role.COUNSELLOR, team="", language=language
        )
        self._cases.set_on_duty(self.staff.id, True)
        self.session = accounts.open_session(self.staff.id, Stage.FULL)
        self._client = httpx.Client(base_url=house.url, timeout=20, cookies={"desk": self.session})
        self._database = database

    def leave(self) -> None:
        self._cases.set_on_duty(self.staff.id, False)
        self._client.close()
        self._database.close()

    def page(self, path: str) -> str:
        found = self._client.get(f"/desk/{path}")
        assert found.status_code == 200, (path, found.status_code)
        return found.text

    def takes(self) -> str:
        """The path of the case that she takes next, which may be on its way."""
        return str(wait_for(self.take, 10, "a case at the desk"))

    def take(self) -> str | None:
        """The path of the case that she takes next; None when nobody waits."""
        token = re.search(r'name="csrf" content="([0-9a-f]*)"', self.page("queue"))[1]  # type: ignore[index]
        offered = re.search(r'action="(/desk/cases/[^"]+/accept)"', self.page("queue/list"))
        target = offered[1] if offered else "/desk/queue/take"
        answer = self._client.post(target, data={"csrf": token}, headers={"sec-fetch-site": "same-origin"})
        assert answer.status_code == 303, answer.status_code
        found = re.search(r"/desk/(cases/[\w-]+)", answer.headers["location"])
        return found[1] if found else None

    def read(self, path: str) -> str:
        """The conversation of a case, as plain text."""
        return flat(html.unescape(re.sub(r"<[^>]+>", " ", self.page(path))))

    def find(self, words: str, most: int = 30) -> str:
        """Takes what waits until it is the conversation in which somebody wrote this."""
        for _ in range(most):
            said = self.read(self.takes())
            if words in said:
                return said
        raise AssertionError(f"no case with {words!r}")
