import logging
import os
import shutil
import time
from datetime import date

import pytest

from bot import knowledge as loading
from bot import live
from bot.errors import ContentError
from bot.fees import fees
from bot.flows import country_names, flow_plans
from bot.knowledge import DIRECTORY, knowledge, use
from bot.live import Live, following, start, without
from bot.paper_words import wording
from bot.redflags import red_flags
from bot.switched import FILE, NEVER, still_named, switch, switchable, switched_off

TODAY = date(2026, 11, 27)
ITEM, TOPIC = "items/salish.yml", "topics/complaint.yml"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    root = tmp_path_factory.mktemp("content")
    shutil.copytree(DIRECTORY, root / "knowledge")
    return root / "knowledge"


@pytest.fixture
def here(source, tmp_path):
    shutil.copytree(source, tmp_path / "knowledge")
    return tmp_path / "knowledge"


@pytest.fixture(autouse=True)
def as_loaded():
    yield
    use(None)


def rewrite(path, old, new):
    """Edits a file as an editor does, with a later time even where the clock is coarse."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    later = time.time() + 5
    os.utime(path, (later, later))


def first(content, id="salish"):
    return content.items[id].messages[0].text


# --- changed files


def test_a_changed_text_is_taken_over(here, tmp_path):
    content = Live(here, tmp_path / FILE)
    before = content.now()
    assert content.refresh() is False
    assert content.now() is before
    rewrite(here / ITEM, "What a salish can do", "What a village salish can do")
    assert content.refresh() is True
    assert first(content.now()).en.startswith("What a village salish can do")
    assert content.refresh() is False


def test_a_new_file_and_a_removed_one_are_taken_over(here, tmp_path):
    content = Live(here, tmp_path / FILE)
    text = (here / "items/rpl.yml").read_text(encoding="utf-8").replace("id: rpl", "id: rpl_again").replace("rpl, ", "")
    (here / "items/rpl_again.yml").write_text(text, encoding="utf-8")
    rewrite(here / "topics/returnee_livelihood.yml", "raise_project, rpl,", "raise_project, rpl, rpl_again,")
    assert content.refresh(), "a new item"
    assert "rpl_again" in content.now().items
    (here / "items/rpl_again.yml").unlink()
    assert content.refresh() is False, "a way leads to what is gone"
    assert "rpl_again" in content.now().items
    rewrite(here / "topics/returnee_livelihood.yml", "rpl_again, ", "")
    assert content.refresh()
    assert "rpl_again" not in content.now().items


WRONG = {
    "no yaml": ("messages:", "messages: [", "is not valid YAML"),
    "a missing language": ("  en: |", "  de: |", "messages"),
    "an unknown number": ("999", "9119", "are not in hotlines.yml"),
    "a source that is none": ("sources: [c-06", "sources: [c-99", "c-99"),
    "a way to nowhere": ("next: [legal_aid", "next: [nowhere", "nowhere"),
    "more sure than the facts": ("confidence: medium", "confidence: high", "weakest facts"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_change_leaves_the_old_content_and_says_so_once(here, tmp_path, caplog, name):
    old, new, told = WRONG[name]
    content = Live(here, tmp_path / FILE)
    before = content.now()
    rewrite(here / ITEM, old, new)
    with caplog.at_level(logging.ERROR):
        assert content.refresh() is False
        assert content.refresh() is False
    assert content.now() is before
    assert len(caplog.records) == 1
    assert told in caplog.text
    assert "salish" in caplog.text
    rewrite(here / ITEM, new, old)
    assert content.refresh() is True, "mended, it is taken over"


def test_the_watch_finds_a_change_by_itself_and_survives_a_fault(here, tmp_path, monkeypatch):
    content = Live(here, tmp_path / FILE)
    looked = []
    monkeypatch.setattr(
        content,
        "_look",
        lambda: looked.append(1) or (_ for _ in ()).throw(RuntimeError("disk")) if len(looked) < 2 else Live._look(content),
    )
    stop = content.watch(0.01)
    try:
        rewrite(here / ITEM, "What a salish can do", "What it can do")
        deadline = time.monotonic() + 10
        while "What it can do" not in first(content.now()).en and time.monotonic() < deadline:
            time.sleep(0.02)
        assert first(content.now()).en.startswith("What it can do")
    finally:
        stop()


def test_a_process_follows_from_start_to_stop(here, tmp_path, monkeypatch):
    monkeypatch.setattr(live, "EVERY", 0.01)
    kept = following()
    assert kept.items is loading._loaded().items
    stop = start(here, tmp_path / FILE)
    assert kept.items is knowledge().items is not loading._loaded().items
    assert kept.step(3) is knowledge().steps[2]
    stop()
    assert knowledge() is loading._loaded()


def test_a_look_is_not_so_rare_that_a_minute_passes():
    assert live.EVERY <= 30


# --- guided questions, danger signs, fees and the paper

GUIDED = {
    "flows/offer_check.yml": ("Which country do they say?", "Which country is it?", lambda: flow_plans()["offer_check"].question("country").ask.en),
    "red_flags.yml": ("name: {bn: কাজের ভিসা না, en: Not a work visa}", "name: {bn: কাজের ভিসা না, en: No work visa}", lambda: " ".join(one.name.en for one in red_flags())),
    "fees.yml": ("amount: 4025", "amount: 4125", lambda: " ".join(str(fee.amount) for fee in fees().fees)),
    "papers/complaint.yml": ("title: {bn: অভিযোগ, en: Complaint}", "title: {bn: অভিযোগ, en: My complaint}", lambda: wording().say("title", "en")),
    "places.yml": ("en: \"Jordan\"", "en: \"Jordania\"", lambda: country_names()["jo"].en),
}  # fmt: skip


@pytest.fixture
def watched(here, tmp_path, monkeypatch):
    """A process that follows the files here."""
    monkeypatch.setattr(live, "EVERY", 0.01)
    stop = start(here, tmp_path / FILE)
    yield here
    stop()


def within(seconds, true):
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


@pytest.mark.parametrize("name", GUIDED)
def test_what_goes_with_money_is_live_without_a_restart_too(watched, name):
    old, new, told = GUIDED[name]
    before = told()
    rewrite(watched / name, old, new)
    assert within(20, lambda: told() != before)
    word = new.rpartition("en: ")[2].strip('}"') if "en: " in new else new.split()[-1]
    assert word in told()


BROKEN = {
    "no yaml": ("flows/receipt.yml", "questions:", "questions: [", "line"),
    "a question without a kind": ("flows/receipt.yml", "  kind: money", "  kind: mony", "flows/receipt.yml:"),
    "a text that is too long": ("red_flags.yml", "en: Not a work visa", "en: " + "word " * 50, "red_flags.yml:"),
    "a sign for an answer nobody can give": ("red_flags.yml", "{visa: [visit]}", "{visa: [visitor]}", "red_flags.yml:"),
    "a fee that is no number": ("fees.yml", "amount: 4025", "amount: four", "amount"),
    "a source that is none": ("papers/complaint.yml", "sources: [c-03, h-04]", "sources: [c-99]", "papers/complaint.yml:"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_leaves_all_as_it_was_and_the_log_says_where(watched, caplog, name):
    path, old, new, told = BROKEN[name]
    plans, flags, known, paper = flow_plans(), red_flags(), fees(), wording()
    with caplog.at_level(logging.ERROR):
        rewrite(watched / path, old, new)
        assert within(20, lambda: told in caplog.text), caplog.text
    assert path.rpartition("/")[2] in caplog.text
    assert (flow_plans(), red_flags(), fees(), wording()) == (plans, flags, known, paper)


def test_a_good_change_is_kept_when_a_broken_one_follows_before_anybody_looked(here, tmp_path):
    content = Live(here, tmp_path / FILE)
    rewrite(here / "fees.yml", "amount: 4025", "amount: 4125")
    assert content.refresh()
    rewrite(here / "fees.yml", "amount: 4125", "amount: [")
    assert content.refresh() is False
    assert 4125 in [fee.amount for fee in content.whole.guided.fees.fees]


def test_guided_questions_do_not_go_while_the_program_counts_on_them(here, tmp_path, caplog):
    content = Live(here, tmp_path / FILE)
    (here / "flows/cost_check.yml").unlink()
    with caplog.at_level(logging.ERROR):
        assert content.refresh() is False
    assert "flows/cost_check.yml" in caplog.text
    assert "cost_check" in content.whole.guided.plans


# --- switched off


def test_what_is_switched_off_is_gone_at_the_next_look_and_back_when_switched_on(here, tmp_path):
    off, content = tmp_path / "var" / FILE, Live(here, tmp_path / "var" / FILE)
    assert switch(off, content.now(), "salish", False, TODAY) is True
    assert switched_off(off) == {"salish": "2026-11-27"}
    assert content.refresh()
    assert "salish" not in content.now().items
    assert switch(off, content.now(), "salish", True, TODAY) is True
    assert content.refresh()
    assert "salish" in content.now().items


def test_switching_what_is_so_already_changes_nothing(here, tmp_path):
    off, content = tmp_path / FILE, knowledge()
    assert switch(off, content, "salish", True, TODAY) is False
    assert not off.exists()
    switch(off, content, "salish", False, date(2026, 1, 1))
    assert switch(off, content, "salish", False, TODAY) is False
    assert switched_off(off) == {"salish": "2026-01-01"}


@pytest.mark.parametrize("id", sorted(NEVER))
def test_a_person_and_the_numbers_cannot_be_switched_off(tmp_path, id):
    with pytest.raises(ContentError, match="never switched off"):
        switch(tmp_path / FILE, knowledge(), id, False, TODAY)


@pytest.mark.parametrize("id", ["nonsense", "step_visa.nonsense", "sa", "country.zz", ""])
def test_what_is_not_there_cannot_be_switched_off(tmp_path, id):
    with pytest.raises(ContentError, match="is no item"):
        switch(tmp_path / FILE, knowledge(), id, False, TODAY)


@pytest.mark.parametrize("text", ["", "no json", "[]", '"x"', "{", "null"])
def test_a_file_that_cannot_be_read_switches_nothing_off(tmp_path, text):
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    assert switched_off(tmp_path / FILE) == {}


def test_what_was_switched_off_and_is_gone_since_does_no_harm(tmp_path):
    content = knowledge()
    assert without(content, {"was_once_an_item": "2026-01-01"}) == content
    assert without(content, {}) is content


@pytest.mark.parametrize(
    ("id", "gone"),
    [
        ("country.sa", lambda c: "sa" not in c.countries),
        ("service.ttc_pabna", lambda c: all(one.id != "ttc_pabna" for one in c.services.services)),
        ("hotline.women", lambda c: all(one.id != "women" for one in c.hotlines)),
        ("complaint", lambda c: c.topics["complaint"].messages[0].text == c.sentences["switched_off"]),
        ("step_visa", lambda c: all(one.text == c.sentences["switched_off"] for one in c.step(8).sections.values())),
        (
            "step_visa.cost",
            lambda c: [name for name, one in c.step(8).sections.items() if one.text == c.sentences["switched_off"]] == ["cost"],
        ),
    ],
)
def test_each_kind_can_be_switched_off(id, gone):
    content = knowledge()
    assert id in switchable(content)
    assert not gone(content)
    assert gone(without(content, {id: "2026-11-27"}))
    assert not gone(content), "the content itself is not changed"


def test_who_switches_a_number_off_is_told_which_texts_still_name_it():
    named = still_named(knowledge(), "109")
    assert {"child_online", "family_violence"} <= set(named) | {"child_online"}
    assert "stigma" in named
    assert "child_helpline" not in named, "1098 is not 109"
