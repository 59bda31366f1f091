import pytest

from bot import examples, language_training
from bot.examples import Example

LINES = [Example(text, "topic", register, "f.yml") for register, text in (
    ("banglish", "ami bidesh jete chai"), ("banglish", "amar pasport korte koto taka lagbe"), ("en", "how much does the passport cost"),
) for _ in range(5)]  # fmt: skip


@pytest.fixture(autouse=True)
def few_examples(monkeypatch, tmp_path):
    monkeypatch.setattr(examples, "examples", lambda: LINES)
    monkeypatch.setattr(language_training, "MODEL", tmp_path / "language.json")
    monkeypatch.setattr(language_training, "_STAMP", tmp_path / "language.inputs")


def test_what_was_learned_is_kept_and_learned_once(caplog):
    assert language_training.train()
    assert not language_training.train()
    assert language_training.load().detect("amar pasport koto taka") == "bn-latn"
    assert not caplog.text


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"bangla_words": 5}'])
def test_without_what_was_learned_the_examples_are_read(content, caplog):
    if content is not None:
        language_training.MODEL.write_text(content)
    assert language_training.load().detect("amar pasport koto taka") == "bn-latn"
    assert "bot train" in caplog.text
