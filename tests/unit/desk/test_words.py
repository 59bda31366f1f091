"""Words and templates: everything in both languages, and no sentence in a template."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bot.desk.words import load_words
from bot.errors import ContentError
from bot.knowledge import DIRECTORY
from bot.settings import ROOT

TEMPLATES = ROOT / "bot" / "desk" / "templates"


def write(folder: Path, text: str, name: str = "words_desk.yml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a:\n  b: {bn: x}", "a.b: the text under en"),
        ("a:\n  b: words", "a.b: write a text"),
        ("a: words", "a: must hold texts"),
        ("- a", "must hold blocks"),
        ("a:\n  yes: {bn: x, en: y}", "True"),
        ("a:\n  two words: {bn: x, en: y}", "two words"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ContentError, match=re.escape(told)):
        load_words(write(tmp_path, text))


def test_two_files_may_not_share_a_block(tmp_path: Path) -> None:
    write(tmp_path, "a:\n  b: {bn: x, en: y}")
    with pytest.raises(ContentError, match="another"):
        load_words(write(tmp_path, "a:\n  c: {bn: x, en: y}", "words_desk_more.yml"))


def test_a_text_is_found_in_either_language(tmp_path: Path) -> None:
    words = load_words(write(tmp_path, "a:\n  b: {bn: x, en: y}"))
    assert (words["bn"].a.b, words["en"].a.b) == ("x", "y")
    assert words.get("en", "a", "nothing") is None and words.get("en", "nothing", "b") is None


def test_every_word_a_template_names_is_there() -> None:
    words = load_words(DIRECTORY)
    named = {(path.name, *found) for path in TEMPLATES.glob("*.html") for found in re.findall(r"\bt\.(\w+)\.(\w+)", path.read_text())}
    assert len(named) > 60
    assert [name for name in sorted(named) if words.get("en", name[1], name[2]) is None] == []


def sentences(template: str) -> list[str]:
    """What stands between tags without coming from the words; three letters are enough to be a word."""
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->", " ", template, flags=re.S)
    texts = re.sub(r"<[^>]*>", "\n", bare)
    labels = re.findall(r'(?:aria-label|placeholder|title|alt)="([^"]*)"', bare)
    return [found.strip() for found in [*texts.splitlines(), *labels] if re.search(r"[^\W\d_]{2,}", found)]


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_no_sentence_stands_in_a_template(path: Path) -> None:
    if path.name == "icons.html":
        return
    assert sentences(path.read_text(encoding="utf-8")) == []


def test_a_planted_sentence_is_found() -> None:
    assert sentences('<p>{{ t.a.b }}</p><p>Hello there</p><a aria-label="Close {{ x }}">{{ y }}</a>') == ["Hello there", "Close"]


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_nothing_inline_that_the_browser_would_refuse(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\son\w+=|\sstyle=|<style|<script(?![^>]*\ssrc=)|javascript:|hx-on", text)
    assert not re.search(r"https?://", text.replace("http://www.w3.org", ""))


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_every_posted_form_carries_the_token(path: Path) -> None:
    forms = re.findall(r'<form[^>]*method="post".*?</form>', path.read_text(encoding="utf-8"), flags=re.S)
    assert all("token(csrf)" in form for form in forms)


def test_only_our_own_drawings_are_shown_unescaped() -> None:
    safe = {path.name for path in TEMPLATES.glob("*.html") if re.search(r"\|\s*safe|autoescape", path.read_text())}
    assert safe <= {"icons.html"}


def test_both_languages_have_the_same_fields_to_fill() -> None:
    words = load_words(DIRECTORY)
    for block, texts in vars(words["bn"]).items():
        for name, text in vars(texts).items():
            other = words.get("en", block, name) or ""
            assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", other)), f"{block}.{name}"


def test_the_house_check_reads_these_words_too(tmp_path: Path) -> None:
    from bot.content import problems

    shutil.copytree(DIRECTORY, tmp_path / "knowledge")
    write(tmp_path / "knowledge", "broken:\n  b: {bn: x}", "words_desk_broken.yml")
    assert any("words_desk_broken.yml" in problem for problem in problems(tmp_path / "knowledge"))
