"""The running house shows content as it is now: an item switched off is gone within a minute and comes back, a number too."""

from __future__ import annotations

import pytest

from tests.house import WholeHouse, wait_for
from tests.talking import CONTENT, flat, on_telegram

MINUTE = 60.0


@pytest.fixture
def switched(house: WholeHouse):  # type: ignore[no-untyped-def]
    """Switches off for one test."""
    off = []

    def switch(id: str) -> None:
        off.append(id)
        house.run("content", "off", id)

    yield switch
    for id in off:
        house.run("content", "on", id)


def test_an_item_switched_off_is_gone_within_a_minute_and_comes_back(house: WholeHouse, switched) -> None:  # type: ignore[no-untyped-def]
    chat, told = on_telegram(house), flat(CONTENT.items["salish"].messages[0].text.bn)
    assert told in chat.say("সালিশে কী হয়")
    switched("salish")
    wait_for(lambda: told not in chat.say("সালিশে কী হয়"), MINUTE, "the item to be gone")
    house.run("content", "on", "salish")
    wait_for(lambda: told in chat.say("সালিশে কী হয়"), MINUTE, "the item to be back")


def test_a_number_switched_off_leaves_the_gateway_s_list(house: WholeHouse, switched) -> None:  # type: ignore[no-untyped-def]
    chat = on_telegram(house)
    line = next(f"{one.number} · {one.name.bn}" for one in CONTENT.hotlines if one.id == "legal_aid")
    assert line in chat.say("হেল্পলাইন")
    switched("hotline.legal_aid")
    wait_for(lambda: line not in chat.say("হেল্পলাইন"), MINUTE, "the number to be gone")
