import json
from collections import Counter
from dataclasses import replace

import pytest

from bot.dangers import Danger
from bot.evaluation import understanding
from bot.evaluation.labelled import Set
from bot.evaluation.metrics import Answered, Share
from bot.evaluation.understanding import Point, answers, learning_curve, measure, sample, write
from bot.model import Level, Risk
from tests.fakes.reading import EXAMPLES, labelled, tiny_reader

READER = tiny_reader()
LINES = (
    labelled("পাসপোর্টের টাকা কত লাগবে", "bn", "step_passport", id="1"),
    labelled("amar visa asol naki bujhi na", "banglish", "step_visa", id="2"),
    labelled("the cricket score please", "en", "out_of_scope", id="3"),
    labelled("how is the visa", "en", "complaint", "standard", id="4"),
    labelled("malik amake mere felbe", "banglish", "crisis", "critical", id="5", category="physical_violence", file="made_safety.jsonl"),
)


def test_each_line_is_answered_as_a_first_message():
    found = answers(LINES, READER)
    assert [answer.line for answer in found] == list(LINES)
    assert [(answer.topic, answer.language) for answer in found[:3]] == [
        ("step_passport", "bn"), ("step_visa", "bn-latn"), ("out_of_scope", "en"),
    ]  # fmt: skip
    assert found[4].risk.flag is Level.CRITICAL
    assert all(answer.millis > 0 for answer in found)


@pytest.mark.parametrize("part", [0.25, 0.5, 1.0])
def test_a_sample_is_the_same_part_of_each_intent_in_each_register(part):
    lessons = EXAMPLES * 4
    some = sample(lessons, part)
    whole, taken = (Counter((example.intent, example.register) for example in group) for group in (lessons, some))
    assert taken == {key: part * count for key, count in whole.items()}
    assert some == sample(lessons, part)


def test_a_larger_sample_holds_the_smaller_and_keeps_every_intent():
    small, large = (Counter(e.text for e in sample(EXAMPLES, part)) for part in (0.25, 0.5))
    assert not small - large
    assert {example.intent for example in sample(EXAMPLES, 0.01)} == {example.intent for example in EXAMPLES}
    assert sample(EXAMPLES, 1.0) == EXAMPLES


def test_the_curve_is_of_the_examples_not_of_the_readers_own_model():
    swapped = [
        replace(example, intent={"step_visa": "step_passport", "step_passport": "step_visa"}.get(example.intent, example.intent))
        for example in EXAMPLES * 2
    ]
    *_, last = learning_curve(LINES[:2], swapped, READER)
    assert last.examples == len(swapped)
    assert last.accuracy == {"bn": Share(0, 1), "banglish": Share(0, 1), "all": Share(0, 2)}


def test_what_is_measured():
    found = measure(Set(LINES, {}), EXAMPLES, READER)
    assert len(found.ours) == 5
    assert (found.stock, found.curve, found.examples) == (None, None, len(EXAMPLES))
    assert found.copies == []


def test_examples_of_danger_that_repeat_a_line_are_copies_too():
    danger = Danger(text=LINES[4].text, level=Level.CRITICAL, category="physical_violence", register="banglish", author="rina")
    (copy,) = measure(Set(LINES, {}), EXAMPLES, READER, disclosures=[danger]).copies
    assert copy.example == "knowledge/triage/examples/physical_violence_rina.yml, example 1"


# --- the report


def result(**changes):
    return replace(measure(Set(LINES, {"odd.jsonl": 3}), EXAMPLES, READER), **changes)


def rows(text, begins):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith(f"| {begins} |")]


def test_the_report_shows_topics_without_the_safety_lines(tmp_path):
    text = write(result(), tmp_path)
    topics, danger = rows(text, "all")[:2]
    assert topics[1:4] == ["4", "0.750 (0.30–0.95)", "0.750 (0.30–0.95)"]
    assert topics[5:8] == ["1.000 (1/1)", "1.000 (1/1)", "0.000 (0/3)"]
    assert danger[1:3] == ["1", "1.000 (0.21–1.00)"]
    assert rows(text, "complaint")[0][2:] == ["1", "en 1"]
    assert "odd.jsonl 3" in text
    assert "0 training lines" in text


def test_the_report_tells_no_line(tmp_path):
    write(result(), tmp_path)
    for path in tmp_path.glob("report.*"):
        assert not any(line.text in path.read_text(encoding="utf-8") for line in LINES)


def test_the_pictures_are_drawn_and_lie_in_the_page(tmp_path):
    stock = [Answered(line=line, topic="step_visa", confidence=0.4, millis=20.0) for line in LINES]
    share = {"bn": Share(1, 2), "en": Share(2, 2), "all": Share(3, 4)}
    write(result(stock=stock, stock_epochs=7, curve=[Point(10, share), Point(20, share), Point(40, share)]), tmp_path)
    names = {path.name for path in tmp_path.glob("*.png")}
    assert names == {"accuracy.png", "reliability.png", "learning-curve.png", "confusion.png"}
    assert all((tmp_path / name).read_bytes().startswith(b"\x89PNG") for name in names)
    assert (tmp_path / "report.html").read_text(encoding="utf-8").count("data:image/png;base64,iVBOR") == 4
    write(result(), tmp_path)
    assert not (tmp_path / "learning-curve.png").exists()


def test_stock_rasa_stands_beside_ours(tmp_path):
    stock = [Answered(line=line, topic="step_visa", confidence=0.4, millis=20.0) for line in LINES]
    text = write(result(stock=stock, stock_epochs=7), tmp_path)
    ours, theirs = rows(text, "all")[:2]
    assert (ours[1], theirs[1]) == ("ours", "stock")
    assert theirs[2:4] == ["4", "0.250 (0.05–0.70)"]
    assert theirs[9] == "–"
    assert theirs[-2:] == ["20.0 ms", "20.0 ms"]
    assert "all, levels none and standard: +0.500 against stock Rasa" in text
    assert "7 epochs" in text
    kept = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert kept["topics"]["stock"]["all"]["accuracy"] == {"hits": 1, "of": 4}
    assert kept["topics"]["ours"]["en"]["accuracy"] == {"hits": 1, "of": 2}
    assert kept["safety"]["all"]["flagged"] == {"hits": 1, "of": 1}


def test_safety_lines_alone_are_in_both_tables(tmp_path):
    found = measure(Set(LINES[4:], {}), EXAMPLES, READER)
    text = write(found, tmp_path)
    assert [row[1] for row in rows(text, "all")] == ["1", "1"]
    assert "the other lines" not in text


def test_a_line_in_one_register_has_no_gap_to_another(tmp_path):
    text = write(measure(Set(LINES[:1], {}), EXAMPLES, READER), tmp_path)
    assert "worst register, levels none and standard: 0.000" in text


def test_near_copies_are_counted_and_named_by_place(tmp_path):
    found = measure(Set((labelled("is my visa real or not", "en"),), {}), EXAMPLES, READER)
    text = write(found, tmp_path)
    assert len(found.copies) == 1
    assert "1 training lines share" in text
    assert "data/nlu/step_visa.yml, example 9 is near made_up.jsonl 1" in text


def test_a_run_measures_the_projects_model_and_counts_copies(tmp_path, monkeypatch):
    from tests.fakes.reading import write as lay

    lay(tmp_path / "made_up.jsonl", {"id": "1", "text": "is my visa real", "register": "en", "topic": "step_visa", "level": "none"})
    trained = []
    monkeypatch.setattr(understanding.training, "train", lambda: trained.append(True))
    monkeypatch.setattr(understanding, "reader", lambda: READER)
    monkeypatch.setattr(understanding, "examples", lambda: EXAMPLES)
    text, count = understanding.run(tmp_path, tmp_path / "out", stock_epochs=None, curve=False)
    assert trained == [True]
    assert count == 1
    assert (tmp_path / "out" / "report.md").read_text(encoding="utf-8") == text
    assert rows(text, "all")[0][1] == "1"


def test_risk_without_a_flag_is_no_danger(tmp_path):
    quiet = [replace(answer, risk=Risk()) for answer in result().ours]
    text = write(result(ours=quiet), tmp_path)
    assert rows(text, "all")[1][2] == "0.000 (0.00–0.79)"
