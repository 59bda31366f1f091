import json

import pytest

from bot.model import Level, Risk
from bot.understand import found, understand
from bot.understanding.entities import Entity
from bot.understanding.reading import Reading
from tests.fakes.reading import tiny_reader

READER = tiny_reader()
GOOD = {"id": "a1", "text": "visa asol naki 2 lakh taka", "level": "none", "note": None}


def run(*lines):
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return [json.loads(line) for line in understand(raw, READER)]


def test_a_line_keeps_its_fields_and_gains_what_was_understood():
    (line,) = run(GOOD)
    assert {name: line[name] for name in GOOD} == GOOD
    assert set(line) - set(GOOD) == {"language", "intent", "confidence", "entities", "flag", "ask", "flag_category", "millis"}
    assert (line["language"], line["intent"], line["flag"], line["ask"], line["flag_category"]) == (
        "bn-latn",
        "step_visa",
        "none",
        False,
        None,
    )
    assert line["entities"] == [{"entity": "money", "value": "200000 BDT", "start": 15, "end": 26}]
    assert 0 < line["confidence"] < 1
    assert line["millis"] >= 0


def test_a_command_is_control():
    (line,) = run({"text": "next"})
    assert (line["intent"], line["confidence"]) == ("control", 1.0)


def test_danger_is_told_as_it_is_acted_on():
    flagged, asked = run({"text": "bole mere felbe"}, {"text": "golpo: amake khub mare, visa asol naki"})
    assert (flagged["flag"], flagged["ask"], flagged["flag_category"]) == ("critical", False, "physical_violence")
    assert (asked["flag"], asked["ask"], asked["flag_category"]) == ("none", True, "physical_violence")


@pytest.mark.parametrize(
    ("risk", "told"),
    [
        (Risk(flag=Level.URGENT), ("urgent", False, "other")), (Risk(ask=True), ("none", True, None)), (Risk(), ("none", False, None)),
        (Risk(flag=Level.URGENT, category="captivity"), ("urgent", False, "captivity")),
    ],
)  # fmt: skip
def test_a_flag_without_a_category_is_answered_as_other(risk, told):
    fields = found(Reading(language="bn", topic="crisis", confidence=0.71239, entities=(Entity("step", "5", 0, 3),), risk=risk))
    assert (fields["flag"], fields["ask"], fields["flag_category"]) == told
    assert fields["confidence"] == 0.7124


@pytest.mark.parametrize(
    ("line", "error", "kept"),
    [
        (b"{not json", "not JSON", {"line": 2}), (b"\xff\xfe{}", "not JSON", {"line": 2}), (b"[" * 100_000, "not JSON", {"line": 2}),
        (b"5", "object", {"line": 2}), (b'["text"]', "object", {"line": 2}), (b"null", "object", {"line": 2}),
        ({"id": "x"}, "no text", {"id": "x"}), ({"id": "x", "text": ""}, "no text", {"id": "x"}), ({"text": " \n"}, "no text", {}),
        ({"text": None, "id": 7}, "no text", {"id": 7}), ({"text": 5}, "no text", {}), ({"text": ["a"]}, "no text", {}),
    ],
)  # fmt: skip
def test_a_bad_line_says_so_and_the_run_goes_on(line, error, kept):
    first, bad, last = run(GOOD, line, GOOD)
    assert error in bad["error"]
    assert kept.items() <= bad.items()
    assert "intent" not in bad
    assert first["intent"] == last["intent"] == "step_visa"


def test_an_error_quotes_nothing_of_the_line():
    (line,) = run(b'{"text": "secret words"')
    assert "secret" not in json.dumps(line)


def test_blank_lines_are_nothing():
    assert len(run(b"\n", GOOD, b"   \r\n", b"")) == 1


def test_a_byte_order_mark_is_no_error():
    (line,) = run(b"\xef\xbb\xbf" + json.dumps(GOOD).encode())
    assert line["intent"] == "step_visa"


def test_bangla_is_written_as_it_is_read():
    (line,) = understand(['{"text": "ভিসা আসল কি না"}'.encode()], READER)
    assert "ভিসা আসল কি না" in line
    assert "\n" not in line


def test_half_a_character_does_not_stop_the_run():
    (line,) = understand([b'{"text": "visa \\ud83d asol", "id": "\\ud800"}'], READER)
    line.encode()
    assert json.loads(line)["text"] == "visa \ud83d asol"
