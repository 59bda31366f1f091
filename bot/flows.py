"""Guided questions: what is asked, in which order, from knowledge/flows/. A file that is wrong stops the load with file, field and cure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.errors import ContentError
from bot.knowledge import DIRECTORY, Text, life, read_yaml, take, text
from bot.model import Flow
from bot.source import Content, Life
from bot.understanding.answering import FREE, KINDS, Asked, choice

SKIPPED, UNKNOWN = "", "?"
NOT_ASKED = frozenset({SKIPPED, UNKNOWN})  # "answers" that say nothing
MOST_BUTTONS = 3  # choices beside skip, back and stop
_MORE = {"id", "title", "words", "short", "button", "says"}


@dataclass(frozen=True, kw_only=True)
class Option:
    """An answer on a button."""

    id: str
    title: Text
    says: str | None  # yes | no: what she may answer instead
    button: bool  # False: understood when typed, but there is no room for it


@dataclass(frozen=True, kw_only=True)
class Question:
    id: str
    ask: Text
    hint: Text | None  # what kind of answer is meant, when hers was not understood
    thanks: Text | None  # said before the next question
    label: Text | None  # the question in a word or two, for a summary
    options: tuple[Option, ...]
    when: Mapping[str, frozenset[str]]  # asked only where these questions were answered so
    must: bool  # cannot be skipped
    consent: str | None  # what she allows to be kept by saying yes
    silent: bool  # never asked: only heard in what she tells
    reads: Asked

    def title(self, value: str) -> Text | None:
        return next((option.title for option in self.options if option.id == value), None)


@dataclass(frozen=True)
class Start:
    """A message on this topic begins the questions by itself when it answers so many of them."""

    topic: str
    told: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One set of guided questions."""

    id: str
    name: Text
    intro: Text
    questions: tuple[Question, ...]
    starts: Start | None
    life: Life

    def question(self, id: str | None) -> Question | None:
        return next((question for question in self.questions if question.id == id), None)

    def next(self, answers: Mapping[str, str]) -> Question | None:
        """The first question that is still to be asked."""
        open_ = (question for question in self.questions if question.id not in answers and not question.silent)
        return next((question for question in open_ if applies(question, answers)), None)


def applies(question: Question, answers: Mapping[str, str]) -> bool:
    return all(answers.get(other) in wanted for other, wanted in question.when.items())


def open_question(flows: tuple[Flow, ...], today: str, plans: Mapping[str, Plan] | None = None) -> Question | None:
    """The question that waits for what she writes. One that any words would answer waits for that day only."""
    flow = flows[0] if flows and flows[0].open else None
    plan = (plans or flow_plans()).get(flow.name) if flow else None
    question = plan.question(flow.asked) if flow and plan else None
    if question is None or flow is None:
        return None
    return None if question.reads.kind in FREE and flow.since != today else question


def photo_wanted(flows: tuple[Flow, ...], today: str) -> Question | None:
    """The question that a picture answers, asked already or not yet: who has the receipt at hand sends it first. Only once she agreed."""
    flow = flows[0] if flows and flows[0].open else None
    plan = flow_plans().get(flow.name) if flow else None
    if flow is None or plan is None:
        return None
    answers = dict(flow.answers)
    agreed = all(answers.get(question.id) == "yes" for question in plan.questions if question.consent)
    photo = next((question for question in plan.questions if question.reads.kind == "photo"), None)
    early = agreed and flow.since == today and photo is not None and not answers.get(photo.id)
    return photo if photo is not None and (flow.asked == photo.id or early) else None


def flow_of(fields: Mapping[str, Any]) -> Flow:
    """As it travels, back in its own form."""
    answers = tuple((str(question), str(answer)) for question, answer in fields["answers"])
    return Flow(name=fields["name"], answers=answers, asked=fields["asked"], open=fields["open"], since=fields["since"])


def load_country_names(directory: Path) -> Mapping[str, Text]:
    """Names of countries by their id."""
    path = directory / "places.yml"
    return {
        entry["id"]: text(path, entry["id"], {"bn": entry["bn"], "en": entry["en"]})
        for entry in take(path, read_yaml(path), "countries", list)
    }


def load_flows(directory: Path) -> Mapping[str, Plan]:
    """Raises ContentError naming file, field and cure."""
    plans = [_plan(path) for path in sorted((directory / "flows").glob("*.yml"))]
    return {plan.id: plan for plan in plans}


def _plan(path: Path) -> Plan:
    entry = read_yaml(path)
    questions = _again(path, entry["like"]) if "like" in entry else _questions(path, entry)
    if take(path, entry, "id", str) != path.stem:
        raise ContentError(f"{path}: id: must be the file's name, {path.stem}.")
    seen: set[str] = set()
    for question in questions:
        if question.id in seen or set(question.when) - seen:
            raise ContentError(f"{path}: questions.{question.id}: an id stands once, and `when` names earlier questions only.")
        seen.add(question.id)
    return Plan(
        id=entry["id"],
        name=text(path, "name", entry.get("name")),
        intro=text(path, "intro", entry.get("intro")),
        questions=questions,
        starts=Start(take(path, entry["starts"], "topic", str), take(path, entry["starts"], "told", int)) if "starts" in entry else None,
        life=life(path, entry),
    )


def _questions(path: Path, entry: Mapping[str, Any]) -> tuple[Question, ...]:
    return tuple(_question(path, index, asked) for index, asked in enumerate(take(path, entry, "questions", list)))


def _again(path: Path, like: str) -> tuple[Question, ...]:
    """The questions of another plan, asked once more to correct what was answered: each may be skipped."""
    other = path.with_name(f"{like}.yml")
    if not other.exists():
        raise ContentError(f"{path}: like: there is no {other.name}; name the questions that are asked again.")
    questions = _questions(other, read_yaml(other))
    return tuple(replace(question, must=question.must and question.consent is not None) for question in questions)


def _question(path: Path, index: int, entry: Any) -> Question:
    id = take(path, entry, "id", str) if isinstance(entry, Mapping) else ""
    field = f"questions.{id or index}"
    kind = entry.get("kind") if id else None
    if kind not in KINDS:
        raise ContentError(f"{path}: {field}.kind: must be one of {', '.join(KINDS)}.")
    choices = entry.get("choices") or []
    options = tuple(_option(path, f"{field}.choices[{number}]", one) for number, one in enumerate(choices))
    if kind == "choice" and not options:
        raise ContentError(f"{path}: {field}.choices: there must be at least one.")
    if sum(option.button for option in options) > MOST_BUTTONS:
        raise ContentError(f"{path}: {field}.choices: at most {MOST_BUTTONS} on buttons; set button: false on the others.")
    return Question(
        id=id,
        ask=text(path, f"{field}.ask", entry.get("ask")),
        hint=text(path, f"{field}.hint", entry["hint"]) if "hint" in entry else None,
        thanks=text(path, f"{field}.thanks", entry["thanks"]) if "thanks" in entry else None,
        label=text(path, f"{field}.label", entry["label"]) if "label" in entry else None,
        options=options,
        when={other: frozenset(wanted) for other, wanted in (entry.get("when") or {}).items()},
        must=bool(entry.get("must")),
        consent=entry.get("consent"),
        silent=bool(entry.get("silent")),
        reads=_asked(path, field, entry),
    )


def _option(path: Path, field: str, entry: Any) -> Option:
    if not isinstance(entry, Mapping) or set(entry) - _MORE or not isinstance(entry.get("id"), str):
        raise ContentError(
            f"{path}: {field}: needs id (in quotes where it is yes or no), title, words, and no more than short, says and button."
        )
    title = text(path, f"{field}.title", entry.get("title"))
    says = entry.get("says") or (entry["id"] if entry["id"] in ("yes", "no") else None)
    return Option(id=entry["id"], title=title, says=says, button=entry.get("button") is not False)


def _asked(path: Path, field: str, entry: Mapping[str, Any]) -> Asked:
    try:
        choices = tuple(choice(one["id"], one.get("words") or (), _short(one)) for one in entry.get("choices") or ())
    except ValueError as error:
        raise ContentError(f"{path}: {field}.choices: {error}; give each word letters.") from error
    least, most = int(entry.get("least", 0)), int(entry.get("most", 10**7))
    return Asked(id=entry["id"], kind=entry["kind"], choices=choices, least=least, most=most, listens=bool(entry.get("listens")))


def _short(entry: Mapping[str, Any]) -> list[str]:
    """What is understood only where it was asked: the words of the button too."""
    return [*(entry.get("short") or ()), *entry["title"].values()]


flow_plans = Content(load_flows, DIRECTORY)  # by id
country_names = Content(load_country_names, DIRECTORY)
