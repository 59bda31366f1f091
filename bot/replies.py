"""The first reply to danger, put together from the reviewed parts of knowledge/triage/replies.yml for every situation there is."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.errors import ContentError
from bot.knowledge import DIRECTORY, Hotline, read_yaml, take
from bot.model import Button, Level, Reply, State

OTHER = "other"
SCRIPTS = ("bn", "bn-latn", "en")
BD, ABROAD, UNKNOWN = "bd", "abroad", "unknown"
HERSELF, ANOTHER = "herself", "another"
FLAGGED = (Level.CRITICAL, Level.URGENT)
WHERE = ("here.bd", "here.abroad")
CAN_WRITE = ("can_write", "cannot_write")
_ASKS_TO_WRITE = frozenset({"safe_now", "can_write"})  # parts that yes or no, 1 or 2 answer
_HIDING = ("word", "word_told", "back", "hint", "word_choose", "word_kept", "word_unfit")
Spoken = Mapping[str, str]  # script → text


@dataclass(frozen=True)
class Situation:
    """What decides which text she gets."""

    level: Level
    category: str
    whom: str  # HERSELF | ANOTHER: whom she writes of
    place: str  # BD | ABROAD | UNKNOWN | a country whose own number we know


@dataclass(frozen=True)
class First:
    """Two short messages: the first reply, and right after it where she is and what did not fit."""

    first: Spoken
    then: Spoken
    asks_to_write: bool = False


@dataclass(frozen=True, kw_only=True)
class Hiding:
    """The texts of knowledge/triage/hide.yml; what each is for stands there."""

    how: Mapping[str, Spoken] = field(default_factory=dict)  # by channel
    done: Mapping[str, Spoken] = field(default_factory=dict)  # by channel
    neutral: tuple[Spoken, ...] = ()
    word: Spoken = field(default_factory=dict)
    word_told: Spoken = field(default_factory=dict)
    back: Spoken = field(default_factory=dict)
    hint: Spoken = field(default_factory=dict)
    word_choose: Spoken = field(default_factory=dict)
    word_kept: Spoken = field(default_factory=dict)
    word_unfit: Spoken = field(default_factory=dict)


@dataclass(frozen=True)
class Replies:
    """Every text of the file, composed."""

    texts: Mapping[Situation, First]
    answers: Mapping[str, Spoken]  # bd | abroad | no_local | can_write | cannot_write | a country with a number of its own
    buttons: Mapping[str, Spoken]  # payload → title
    offered: tuple[str, ...]  # countries offered as buttons to who is abroad
    hiding: Hiding = field(default_factory=Hiding)

    def find(self, situation: Situation) -> First:
        """The text for it. A category nobody wrote for is answered as "other", a country without a number of its own as abroad."""
        category = situation.category if self._known(situation.category) else OTHER
        place = situation.place if Situation(Level.URGENT, OTHER, HERSELF, situation.place) in self.texts else ABROAD
        return self.texts[Situation(situation.level, category, situation.whom, place)]

    def replies(self, situation: Situation, script: str, *, begun: bool) -> tuple[Reply, ...]:
        """What is sent. `begun`: she had it before for the same case, and is asked nothing twice."""
        found = self.find(situation)
        first = Reply(text=found.first[script], buttons=self.titled(script, "person", "hotlines", "hide"), lasting=not begun)
        if begun:
            return (first,)
        elsewhere = [payload for payload in WHERE if payload != f"here.{BD}" or situation.place != BD]
        return first, Reply(text=found.then[script], buttons=self.titled(script, *elsewhere, "safe"))

    def offers(self, situation: Situation, *, begun: bool) -> tuple[str, ...]:
        """Payloads that her next words may answer: yes or 1, no or 2, then the places."""
        writing = CAN_WRITE if self.find(situation).asks_to_write else ()
        return writing if begun else (*writing, *WHERE)

    def placed(self, place: str, script: str) -> Reply:
        """The answer to where she is: the numbers that work there."""
        text = self.answers.get(place, self.answers["no_local"])[script]
        more = [*(f"here.{country}" for country in self.offered if place == ABROAD), "person"]
        return Reply(text=text, buttons=self.titled(script, *more, "hide", *(() if place == ABROAD else ("safe",))))

    def titled(self, script: str, *payloads: str) -> tuple[Button, ...]:
        return tuple(Button(title=self.buttons[payload][script], payload=payload) for payload in payloads)

    def _known(self, category: str) -> bool:
        return Situation(Level.URGENT, category, HERSELF, UNKNOWN) in self.texts


def script_of(state: State) -> str:
    """How she is answered: as she writes, unless she chose English."""
    script = state.language if state.language_chosen and state.language == "en" else state.script
    return script if script in SCRIPTS else "bn"


def load_replies(hotlines: Sequence[Hotline], directory: Path = DIRECTORY) -> Replies:
    """knowledge/triage/replies.yml with the numbers of hotlines.yml filled in, and hide.yml. Raises ContentError naming part and cure."""
    path = directory / "triage" / "replies.yml"
    hiding = _hiding(directory / "triage" / "hide.yml")
    try:
        return replace(_Composer(path, read_yaml(path), hotlines).composed(), hiding=hiding)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ContentError(f"{path}: {type(error).__name__} {error}: not shaped as the comments there say.") from error


def _hiding(path: Path) -> Hiding:
    content = read_yaml(path)
    how, done = ({str(c): _spoken(path, f"{name}.{c}", t) for c, t in take(path, content, name, dict).items()} for name in ("how", "done"))
    return Hiding(
        how=how,
        done=done,
        neutral=tuple(_spoken(path, f"neutral[{index}]", text) for index, text in enumerate(take(path, content, "neutral", list))),
        **{name: _spoken(path, name, content.get(name)) for name in _HIDING},
    )


def _spoken(path: Path, where: str, value: Any) -> Spoken:
    """A text in all three. Raises ContentError when one is missing."""
    for script in SCRIPTS:
        if not isinstance(value, Mapping) or not isinstance(value.get(script), str) or not value[script].strip():
            raise ContentError(f"{path}: {where}: the text under {script}: is missing.")
    return {script: value[script].strip() for script in SCRIPTS}


class _Composer:
    """One reading of the file."""

    def __init__(self, path: Path, content: Mapping[str, Any], hotlines: Sequence[Hotline]) -> None:
        self._path, self._content = path, content
        self._hotlines = {hotline.id: hotline for hotline in hotlines}
        self._numbers = {hotline.id: hotline.number for hotline in hotlines}
        self._countries = take(path, content, "countries", dict)
        self._places = (BD, ABROAD, UNKNOWN, *map(str, self._countries))

    def composed(self) -> Replies:
        categories = take(self._path, self._content, "categories", dict)
        if OTHER not in categories:
            raise ContentError(f"{self._path}: categories: {OTHER!r} is missing.")
        buttons = {
            str(name): self._spoken(f"buttons.{name}", title) for name, title in take(self._path, self._content, "buttons", dict).items()
        }
        named = {f"here.{code}": self._spoken(f"countries.{code}.name", country["name"]) for code, country in self._countries.items()}
        missing = {"person", "hotlines", "hide", "safe", *WHERE} - set(buttons)
        if missing:
            raise ContentError(f"{self._path}: buttons: {', '.join(sorted(missing))}: missing.")
        return Replies(
            texts={situation: self._first(situation, order) for situation, order in self._situations(categories)},
            answers=self._answers(take(self._path, self._content, "answers", dict)),
            buttons={**buttons, **named},
            offered=tuple(str(code) for code, country in self._countries.items() if country["offer"]),
        )

    def _situations(self, categories: Mapping[str, Any]) -> Iterator[tuple[Situation, Mapping[str, Any]]]:
        for category, by_whom in categories.items():
            for whom in (HERSELF, ANOTHER):
                orders = by_whom.get(whom, by_whom[HERSELF])
                for level in FLAGGED:
                    order = take(self._path, orders, level.value, dict)
                    yield from ((Situation(level, str(category), whom, place), order) for place in self._places)

    def _first(self, situation: Situation, order: Mapping[str, Any]) -> First:
        parts, then = take(self._path, order, "first", list), order.get("then", ["where"])
        return First(
            first=self._joined(situation, parts),
            then=self._joined(situation, then),
            asks_to_write=bool(_ASKS_TO_WRITE.intersection(parts)),
        )

    def _joined(self, situation: Situation, names: Sequence[str]) -> Spoken:
        """A line for each part that says something there."""
        where = f"{situation.category}.{situation.level.value}"
        found = [part for name in names if (part := self._part(where, name, situation.place)) is not None]
        return {script: "\n".join(part[script] for part in found) for script in SCRIPTS}

    def _part(self, where: str, name: str, place: str) -> Spoken | None:
        line, _, inside = name.partition(".")
        if inside:
            return self._number(line, inside, place)
        part = self._content["parts"].get(name)
        if not isinstance(part, dict):
            raise ContentError(f"{self._path}: {where}: there is no part {name!r}.")
        if SCRIPTS[0] not in part:
            part = part.get(place, part.get(ABROAD) if place in self._countries else None)
        return None if part is None else self._filled(self._spoken(f"parts.{name}", part), {})

    def _number(self, line: str, inside: str, place: str) -> Spoken:
        """The line with the number that works where she is."""
        country = self._countries.get(place)
        form = self._spoken(f"numbers.{line}", self._content["numbers"][line]["country" if country else place])
        ids = self._content["inside"][inside][line]
        told = {script: self._listed([self._at(id, BD) for id in ids], script) for script in SCRIPTS}
        local = self._local(place, "health" if line == "ambulance" else "danger") if country else {}
        return self._filled(form, {script: {"inside": told[script], **local.get(script, {})} for script in SCRIPTS})

    def _local(self, code: str, use: str) -> dict[str, dict[str, str]]:
        country = self._countries[code]
        number, within = self._at(country[use], code), self._spoken(f"countries.{code}.in", country["in"])
        return {script: {"local": number, "in": within[script]} for script in SCRIPTS}

    def _answers(self, answers: Mapping[str, Any]) -> dict[str, Spoken]:
        told = {name: self._spoken(f"answers.{name}", answers[name]) for name in (BD, ABROAD, "country", "no_local", *CAN_WRITE)}
        form = told.pop("country")
        filled = {name: self._filled(text, {}) for name, text in told.items()}
        return {**filled, **{code: self._filled(form, self._local(code, "danger")) for code in map(str, self._countries)}}

    def _listed(self, numbers: Sequence[str], script: str) -> str:
        """ "999, 109 or 16135"."""
        *some, last = numbers
        return f"{', '.join(some)} {self._content['or'][script]} {last}" if some else last

    def _at(self, id: str, place: str) -> str:
        hotline = self._hotlines.get(id)
        if hotline is None or hotline.place != place or hotline.confidence == "low":
            raise ContentError(f"{self._path}: {id!r} is no number of hotlines.yml that works in {place!r} and is sure enough.")
        return hotline.number

    def _filled(self, text: Spoken, values: Mapping[str, Mapping[str, str]]) -> Spoken:
        return {script: string.Formatter().vformat(text[script], (), {**self._numbers, **values.get(script, {})}) for script in SCRIPTS}

    def _spoken(self, where: str, value: Any) -> Spoken:
        return _spoken(self._path, where, value)
