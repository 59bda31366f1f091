"""What every composed reply to danger is held to; part of the content check."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from bot.knowledge import Hotline
from bot.model import Level
from bot.replies import ABROAD, BD, SCRIPTS, UNKNOWN, Hiding, Replies, Situation, Spoken

MOST_WORDS, MOST_WORDS_HELD, MOST_WORDS_THEN, MOST_WORDS_HIDING = 60, 25, 45, 45
HELD = frozenset({"trafficking", "captivity"})  # whoever holds her may read over her shoulder
_TITLE = 20  # characters: Messenger
_BANGLA, _BRACE = re.compile("[\u0980-\u09ff]"), re.compile(r"[{}]")
_LATIN_WORD = re.compile(r"[a-z]{3,}")
_HOSPITAL = re.compile("\u09b9\u09be\u09b8\u09aa\u09be\u09a4\u09be\u09b2|hospital", re.IGNORECASE)  # the word in both scripts
Numbers = Callable[[str], set[str]]


def problems(replies: Replies, hotlines: Iterable[Hotline], categories: Iterable[str], numbers: Numbers) -> Iterator[str]:
    """Each as one line. `categories`: those that danger may be found in; `numbers`: what could be dialled in a text."""
    works: dict[str, set[str]] = {}
    for hotline in hotlines:
        works.setdefault(hotline.place, set()).add(re.sub(r"[ -]", "", hotline.number))
    written = {situation.category for situation in replies.texts}
    yield from (f"triage/replies.yml: categories: {name!r} is missing" for name in sorted(set(categories) - written))
    for situation, found in replies.texts.items():
        where = f"triage/replies.yml: {situation.category}.{situation.whom}.{situation.level.value} ({situation.place})"
        held = situation.level is Level.CRITICAL and situation.category in HELD
        yield from _texts(where, found.first, MOST_WORDS_HELD if held else MOST_WORDS)
        yield from _texts(f"{where} then", found.then, MOST_WORDS_THEN)
        yield from _numbers(where, situation, found.first, works, numbers)
        if _abroad(situation) and any(_HOSPITAL.search(text) for text in (*found.first.values(), *found.then.values())):
            yield f"{where}: hospital advice outside Bangladesh"
    for name, answer in replies.answers.items():
        yield from _texts(f"triage/replies.yml: answers.{name}", answer, MOST_WORDS)
    for name, title in replies.buttons.items():
        yield from (f"triage/replies.yml: buttons.{name}.{s}: longer than {_TITLE} characters" for s in SCRIPTS if len(title[s]) > _TITLE)
    yield from _hiding(replies.hiding, numbers)


def _abroad(situation: Situation) -> bool:
    return situation.place not in (BD, UNKNOWN)


def _numbers(where: str, situation: Situation, texts: Spoken, works: dict[str, set[str]], numbers: Numbers) -> Iterator[str]:
    inside, outside = works.get(BD, set()), works.get(ABROAD, set())
    for script in SCRIPTS:
        told = numbers(texts[script])
        allowed = {BD: inside, UNKNOWN: inside | outside}.get(situation.place, outside | works.get(situation.place, set()))
        if told - allowed:
            yield f"{where}.{script}: the numbers {sorted(told - allowed)} do not work there, or are not in hotlines.yml"
        wanted = {BD: (inside,), UNKNOWN: (inside, outside)}.get(situation.place, (outside,))
        if not all(told & some for some in wanted):
            yield f"{where}.{script}: gives no number that works there"


def _texts(where: str, texts: Spoken, most: int) -> Iterator[str]:
    for script in SCRIPTS:
        text = texts[script]
        if len(text.split()) > most:
            yield f"{where}.{script}: {len(text.split())} words; at most {most}"
        if _BRACE.search(text):
            yield f"{where}.{script}: a brace is not filled"
        if (script == "bn") != bool(_BANGLA.search(text)) or (script == "bn" and _LATIN_WORD.search(text)):
            yield f"{where}.{script}: is not in that language"


def _hiding(hiding: Hiding, numbers: Numbers) -> Iterator[str]:
    bland = [*hiding.done.items(), *((f"neutral[{index}]", text) for index, text in enumerate(hiding.neutral))]
    if len(hiding.neutral) < 2:
        yield "triage/hide.yml: neutral: needs several texts"
    for name, texts in bland:
        yield from _bland(f"triage/hide.yml: {name}", texts, numbers)
    asked = {name: getattr(hiding, name) for name in ("word_told", "back", "hint", "word_choose", "word_kept", "word_unfit")}
    for name, texts in asked.items():
        yield from _texts(f"triage/hide.yml: {name}", texts, MOST_WORDS_HIDING)
    for script in SCRIPTS:
        for name in ("word_told", "hint"):
            if hiding.word[script] not in asked[name][script]:
                yield f"triage/hide.yml: {name}.{script}: does not tell the word"
    yield from (
        f"triage/hide.yml: how.{channel}.{s}: too long"
        for channel, t in hiding.how.items()
        for s in SCRIPTS
        if len(t[s].split()) > MOST_WORDS
    )


def _bland(where: str, texts: Spoken, numbers: Numbers) -> Iterator[str]:
    yield from _texts(where, texts, MOST_WORDS_HIDING)
    yield from (f"{where}.{script}: a number gives it away" for script in SCRIPTS if numbers(texts[script]))
