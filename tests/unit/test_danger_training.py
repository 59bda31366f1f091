import logging

import pytest

from bot import danger_training
from bot.dangers import Danger
from bot.examples import Example
from bot.model import Level
from bot.understanding.fitting import fit
from tests.fakes.danger import lessons as made_up


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(danger_training, "MODEL", tmp_path / "danger.npz")
    monkeypatch.setattr(danger_training, "_STAMP", tmp_path / "danger.inputs")
    monkeypatch.setattr(danger_training, "lessons", lambda authored, ordinary: made_up())
    return tmp_path


def test_it_trains_once_and_again_only_when_asked(folder):
    assert not danger_training.fresh()
    assert danger_training.train()
    assert danger_training.fresh()
    assert not danger_training.train()
    assert danger_training.train(force=True)


def test_what_was_trained_can_be_loaded(folder):
    danger_training.train()
    assert danger_training.load().hear("amake ghore atke rakhse").danger > 0.5


@pytest.mark.parametrize("content", [None, b"", b"no", b"PK\x03\x04 not a zip"])
def test_without_a_model_that_can_be_read_there_is_none_and_a_warning(tmp_path, caplog, content):
    path = tmp_path / "danger.npz"
    if content is not None:
        path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert danger_training.load(path) is None
    assert "rules alone" in caplog.text


def test_a_model_of_another_version_is_none(tmp_path):
    import numpy as np

    path = tmp_path / "danger.npz"
    fit(made_up()).save(path)
    with np.load(path) as stored:
        kept = {name: stored[name] for name in stored.files if name != "names"}
    np.savez_compressed(path, names=np.frombuffer(b'{"vocabulary": [], "categories": [], "marks": {}}', dtype=np.uint8), **kept)
    assert danger_training.load(path) is None


def test_what_is_known_of_an_example_is_what_its_author_said():
    (crisis, human, wages, visa, danger, twin) = danger_training.lessons(
        [
            Danger(text="a", level=Level.URGENT, category="child", register="bn", author="rina"),
            Danger(text="b", level=Level.NONE, category="child", register="en", author="rina"),
        ],
        [Example("c", topic, "bn", "x.yml") for topic in ("crisis", "human", "wages_abroad", "step_visa")],
    )
    assert [lesson.danger for lesson in (crisis, human, wages, visa, danger, twin)] == [True, False, False, False, True, False]
    assert [lesson.person for lesson in (crisis, human, wages, visa, danger, twin)] == [True, True, None, False, True, False]
    assert [lesson.level for lesson in (crisis, visa, danger, twin)] == [None, None, Level.URGENT, Level.NONE]
    assert [lesson.author for lesson in (crisis, danger)] == [None, "rina"]


def test_of_long_harmless_texts_a_piece_is_learned_from_too():
    said = "one two three four five six seven eight nine"
    found = danger_training.lessons(
        [
            Danger(text=said, level=level, category="child", register="en", author="rina")
            for level in (Level.NONE, Level.URGENT, Level.STANDARD)
        ],
        [Example(said, topic, "en", "x.yml") for topic in ("step_visa", "step_visa", "crisis", "wages_abroad")],
    )
    pieces = [lesson for lesson in found if lesson.piece]
    assert [(piece.text, piece.author, piece.danger) for piece in pieces] == [
        ("one two three", None, False),
        ("seven eight nine", "rina", False),
    ]
    assert [lesson.text for lesson in found if not lesson.piece] == [said] * 7
