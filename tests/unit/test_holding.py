"""What she is told while she waits: every text, in the three ways she may write, wherever she is."""

from __future__ import annotations

import re
import shutil
from datetime import datetime, timezone
from pathlib import Path

import pytest

from bot.content import numbers
from bot.errors import ContentError
from bot.holding import IDS, SCRIPTS, holding, load_holding, load_rota
from bot.knowledge import DIRECTORY, knowledge
from bot.model import Reply, State
from bot.rota import DHAKA
from bot.understanding.commands import parse

NOW = datetime(2026, 11, 29, 16, tzinfo=timezone.utc)  # Sunday, 22:00 in Dhaka
PLACES = {None: {"999", "109", "+8809610102030"}, "bd": {"999", "109"}, "abroad": {"+8809610102030"}, "SA": {"+8809610102030"}}


def said(id: str, script: str, place: str | None = None, at: datetime = NOW) -> Reply:
    state = State(language="en" if script == "en" else "bn", script=script, whereabouts=place)
    return holding().reply(id, state, at=at, now=NOW)


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("place", PLACES)
def test_every_text(id: str, script: str, place: str | None) -> None:
    reply = said(id, script, place)
    assert 0 < len(reply.text.split()) <= 60 and "{" not in reply.text
    assert (script == "bn") is bool(re.search("[\u0980-\u09ff]", reply.text))
    assert script != "bn" or not re.search("[a-z]{2}", reply.text)
    assert len(reply.buttons) <= 3
    assert all(len(button.title) <= 20 and parse(button.payload) for button in reply.buttons)
    given = numbers(reply.text)
    assert given == (PLACES[place] if given else set())
    assert given or id in ("counsellor_here", "waiting"), "a text that makes her wait gives a number"
    assert given <= {hotline.number.replace(" ", "") for hotline in knowledge().hotlines}


@pytest.mark.parametrize(
    ("at", "bn", "en"),
    [
        ((29, 23, 0), "আজ রাত ১১টায়", "today at 11 pm"),
        ((30, 9, 0), "কাল সকাল ৯টায়", "tomorrow at 9 am"),
        ((30, 0, 30), "কাল রাত ১২:৩০টায়", "tomorrow at 12:30 am"),
        ((31, 14, 0), "মঙ্গলবার দুপুর ২টায়", "on Tuesday at 2 pm"),
        ((31, 12, 0), "মঙ্গলবার দুপুর ১২টায়", "on Tuesday at 12 pm"),
    ],
)
def test_a_time_is_said_as_people_say_it_and_in_bangladeshs_clock(at: tuple[int, int, int], bn: str, en: str) -> None:
    day, hour, minute = at
    moment = datetime(2026, 12, 1, hour, minute, tzinfo=DHAKA) if day == 31 else datetime(2026, 11, day, hour, minute, tzinfo=DHAKA)
    assert bn in said("callback_when", "bn", at=moment.astimezone(timezone.utc)).text
    assert en in said("callback_when", "en", at=moment.astimezone(timezone.utc)).text


def test_who_chose_english_gets_english_however_she_writes() -> None:
    state = State(language="en", language_chosen=True, script="bn-latn")
    assert holding().reply("queued", state).text.startswith("I have your message")


def test_a_missing_text_stops_the_load_with_its_name(tmp_path: Path) -> None:
    shutil.copytree(DIRECTORY, tmp_path / "knowledge")
    path = tmp_path / "knowledge" / "triage" / "holding.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("  still_waiting_3:", "  still_waiting:"), encoding="utf-8")
    with pytest.raises(ContentError, match=r"holding\.yml: texts\.still_waiting_3"):
        load_holding(tmp_path / "knowledge")


def test_wrong_hours_stop_the_load_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "duty.yml").write_text("hours: {monday: ['17:00-09:00']}", encoding="utf-8")
    with pytest.raises(ContentError, match=r"duty\.yml: hours: monday"):
        load_rota(tmp_path)
