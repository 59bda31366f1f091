"""Parts that go away are told once, and when they come back; a Rasa that is still loading is no trouble."""

from __future__ import annotations

from bot.watch import Watch


class Store:
    def __init__(self) -> None:
        self.rung, self.waiting = list[str](), 0

    def ring(self, kind: str, level=None, *, unless: float = 0.0) -> None:
        self.rung.append(kind)

    def unsent(self, seconds: float) -> int:
        return self.waiting


class Parts:
    def __init__(self) -> None:
        self.now, self.answers, self.store = 0.0, False, Store()
        self.watch = Watch(self.store, self.alive, lambda: self.now)

    async def alive(self) -> bool:
        return self.answers

    async def looks(self, *answers: bool) -> list[str]:
        for self.answers in answers:
            await self.watch.look()
        return self.store.rung


async def test_rasa_that_loads_is_no_trouble_and_one_that_never_comes_is():
    parts = Parts()
    assert await parts.looks(False, False, False) == []
    parts.now = 181.0
    assert await parts.looks(False, False) == ["rasa_away"]


async def test_one_missed_look_is_none_two_are_rung_once_and_its_return_too():
    parts = Parts()
    assert await parts.looks(True, False, True, False) == []
    assert await parts.looks(False, False, False) == ["rasa_away"]
    assert await parts.looks(True, True) == ["rasa_away", "rasa_back"]


async def test_replies_that_do_not_get_out():
    parts = Parts()
    parts.store.waiting = 3
    assert await parts.looks(True) == ["unsent"]
