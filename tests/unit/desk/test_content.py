"""Quick replies and the case form: what is wrong in them stops the load, and what is in them is fit to be sent."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.dangers import CATEGORIES
from bot.desk.casework import content
from bot.desk.formlists import load_lists
from bot.desk.marking import marked
from bot.desk.shelf import SCRIPTS, fitting, hotline_cards, load_groups, service_cards
from bot.desk.visit import Form
from bot.errors import ContentError
from bot.knowledge import DIRECTORY, knowledge
from bot.model import Level

PLACES = {"district": ["dhaka"], "country": ["sa"]}


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Path]:
    def change(file: str, edit: Callable[[Any], None]) -> Path:
        shutil.copytree(DIRECTORY / "desk", tmp_path / "desk")
        path = tmp_path / "desk" / file
        entry = yaml.safe_load(path.read_text(encoding="utf-8"))
        edit(entry)
        path.write_text(yaml.safe_dump(entry, allow_unicode=True), encoding="utf-8")
        return tmp_path

    return change


# Quick replies


def test_every_category_of_danger_has_replies_of_its_own_but_those_that_ask_only() -> None:
    covered = {category for group in load_groups(DIRECTORY) for category in group.categories}
    assert set(CATEGORIES) - covered <= {"other", "health"} and covered <= set(CATEGORIES)


def test_replies_are_short_and_in_their_script() -> None:
    for group in load_groups(DIRECTORY):
        for reply in group.replies:
            assert set(reply.text) == set(SCRIPTS)
            assert re.search("[\u0980-\u09ff]", reply.text["bn"]) and not re.search(
                "[\u0980-\u09ff]", reply.text["bn-latn"] + reply.text["en"]
            )
            assert all(len(text.split()) <= 30 for text in reply.text.values()), reply.id


def test_those_for_the_case_come_first() -> None:
    groups = fitting(load_groups(DIRECTORY), "suicide")
    assert groups[0].id == "suicide" and {group.id for group in groups} == {group.id for group in load_groups(DIRECTORY)}


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda all: all["groups"][0]["replies"][0].update(en="call 999"), "without a number"),
        (lambda all: all["groups"][0]["replies"][0].update(bn="১০৯ এ ফোন দিন"), "without a number"),
        (lambda all: all["groups"][0]["replies"][0].pop("bn-latn"), "bn-latn"),
        (lambda all: all["groups"][0].pop("name"), "begin.name"),
        (lambda all: all.pop("review_by"), "review_by"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_quick_reply_is_told(changed: Callable[..., Path], edit: Any, told: str) -> None:
    with pytest.raises(ContentError, match=re.escape(told)):
        load_groups(changed("quick_replies.yml", edit))


@pytest.mark.parametrize(
    ("where", "has", "not_"),
    [("bd", {"999", "109", "16135"}, {"+880 9610 102030"}), ("sa", {"+880 9610 102030", "911"}, {"109", "1098", "16135"}),
     ("abroad", {"+880 9610 102030"}, {"999", "109"}), (None, {"999", "+880 9610 102030"}, {"911"})],
)  # fmt: skip
def test_a_number_is_only_offered_where_it_works(where: str | None, has: set[str], not_: set[str]) -> None:
    cards = hotline_cards(knowledge(), where, "bn")
    numbers = {card.text.splitlines()[0].rpartition(": ")[2] for card in cards}
    assert has <= numbers and not not_ & numbers
    places = {line.id: line.place for line in knowledge().hotlines}
    assert {places[card.id] for card in cards} <= {where or "bd", "bd" if where is None else where, "abroad"} - (
        {"abroad"} if where == "bd" else set()
    )


def test_services_are_those_of_the_district() -> None:
    assert any("OCC" in card.text for card in service_cards(knowledge(), "dhaka", "en"))
    assert service_cards(knowledge(), "bogura", "bn") != service_cards(knowledge(), "dhaka", "bn")


# The case form


def test_the_form_has_all_that_it_must() -> None:
    lists = load_lists(DIRECTORY)
    assert [section.id for section in lists.sections] == [
        "contact",
        "issue",
        "level",
        "safe",
        "cssrs",
        "labour",
        "danger",
        "done",
        "closing",
    ]
    issue = lists.section("issue")
    assert issue and sum(len(field.choices) for field in issue.fields) == 58
    assert {field for _, field in lists.identities} == {
        "name",
        "phone",
        "address",
        "hours",
        "words",
        "must_not_know",
        "confidential_except",
    }
    assert set(lists.outcomes) == {"resolved", "referred_confirmed", "referred_unconfirmed", "she_ended", "no_answer", "not_a_case"}
    labour = lists.section("labour")
    assert labour and len(labour.fields) == 11


@pytest.mark.parametrize(
    ("section", "yes", "level"),
    [
        ("cssrs", {"intention"}, Level.CRITICAL), ("cssrs", {"plan", "wish"}, Level.CRITICAL), ("cssrs", {"done_lately"}, Level.CRITICAL),
        ("cssrs", {"how"}, Level.URGENT), ("cssrs", {"done_ever"}, Level.URGENT), ("cssrs", {"wish", "thoughts"}, Level.URGENT),
        ("cssrs", set(), None), ("labour", {"papers"}, Level.URGENT), ("labour", set(), None), ("danger", {"strangling"}, Level.CRITICAL),
        ("contact", set(), None),
    ],
)  # fmt: skip
def test_a_screen_suggests_its_level(section: str, yes: set[str], level: Level | None) -> None:
    found = load_lists(DIRECTORY).section(section)
    assert found is not None
    answers = {field.id: "yes" if field.id in yes else "no" for field in found.fields if field.kind == "yes_no"}
    suggestion = found.suggestion(answers)
    assert (suggestion.level if suggestion else None) is level


def test_only_what_the_lists_hold_is_kept() -> None:
    lists = load_lists(DIRECTORY)
    contact, issue, done = (lists.section(id) for id in ("contact", "issue", "done"))
    assert contact and issue and done
    given = Form({"who": ["mother"], "stage": ["nowhere"], "district": ["paris"], "country": ["sa"], "name": ["  Kulsum "], "x": ["y"]})
    assert contact.read(given, PLACES, {}) == {"who": "mother", "country": "sa", "name": "Kulsum"}
    assert issue.read(Form({"work": ["wages", "gold", "papers"]}), PLACES, {"work": ["debt"]}) == {"work": ["wages", "papers"]}
    assert done.read(Form({"referred_on": ["2026-02-30"]}), PLACES, {}) == {}
    assert contact.read(Form({"name": [""]}), PLACES, {"name": "Kulsum", "who": "mother"}) == {"name": "Kulsum"}
    assert len(contact.read(Form({"address": ["x" * 9000]}), PLACES, {})["address"]) == 2000


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda all: all["sections"][0]["fields"][0].update(kind="poem"), "contact.who.kind"),
        (lambda all: all["sections"][0]["fields"][0].pop("choices"), "contact.who.choices"),
        (lambda all: all["sections"][0]["fields"][6].update(counted=True), "contact.name.counted"),
        (lambda all: all["sections"][4]["suggests"][0].update(any=["nothing"]), "cssrs.suggests"),
        (lambda all: all["sections"][4]["suggests"][0].update(level="mild"), "cssrs.suggests"),
        (lambda all: all["outcomes"].update({True: {"bn": "x", "en": "y"}}), "quotes"),
        (lambda all: all["sections"].append(all["sections"][0]), "once"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_form_is_told(changed: Callable[..., Path], edit: Any, told: str) -> None:
    with pytest.raises(ContentError, match=re.escape(told)):
        load_lists(changed("case_form.yml", edit))


# Marks in what she wrote


@pytest.mark.parametrize(
    ("text", "reasons", "words"),
    [
        ("amake mere felbe bolse", ("killing",), ["mere felbe"]), ("আমি আর বাঁচতে চাই না।", ("suicide_wish",), ["বাঁচতে চাই না।"]),
        ("hello", ("suicide_wish",), []), ("amake mere felbe", ("model",), []), ("", ("killing",), []),
    ],
)  # fmt: skip
def test_the_words_of_the_rule_that_spoke_are_marked(text: str, reasons: tuple[str, ...], words: list[str]) -> None:
    pieces = marked(text, reasons, content().reading.lexicon)
    assert [piece for piece, hit in pieces if hit] == words and "".join(piece for piece, _ in pieces) == text


def test_whatever_is_marked_the_text_stays_whole() -> None:
    lexicon = content().reading.lexicon
    for text in ("  mere\n\nfelbe <b>\t মেরে ফেলবে , mere felbe", "😀 mere felbe😀", "mere " * 400):
        pieces = marked(text, tuple(rule.id for rule in lexicon.rules), lexicon)
        assert "".join(piece for piece, _ in pieces) == text
