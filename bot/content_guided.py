"""What guided questions, danger signs, fees and the complaint paper must hold to, beside what every text must (bot.content)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.fees import Fees, load_fees
from bot.flows import Plan, load_flows
from bot.knowledge import LANGUAGES, Text
from bot.paper_words import Wording, load_wording
from bot.redflags import OF, RedFlag, load_red_flags

WORDS, SENTENCE, NAME = 45, 60, 6  # at most
MAX_TITLE = 20  # characters: Messenger's quick replies

Told = tuple[str, Text, int, "tuple[str, ...] | None"]  # where, text, words at most, sources


@dataclass(frozen=True)
class Guided:
    plans: Mapping[str, Plan]
    flags: tuple[RedFlag, ...]
    fees: Fees
    paper: Wording


def load_guided(directory: Path) -> Guided:
    """Raises ContentError naming file, field and cure."""
    return Guided(load_flows(directory), load_red_flags(directory), load_fees(directory), load_wording(directory))


def guided_texts(guided: Guided) -> Iterator[Told]:
    """Every text of them."""
    yield from _questions(guided.plans)
    for flag in guided.flags:
        yield f"red_flags.yml: {flag.id}.name", flag.name, NAME, None
        for field, passage in (("why", flag.why), ("do", flag.do)):
            yield f"red_flags.yml: {flag.id}.{field}", passage.text, WORDS, passage.sources
    for fee in guided.fees.fees:
        yield f"fees.yml: {fee.id}", fee.name.text, WORDS, fee.name.sources
    for name, rule in guided.fees.rules.items():
        yield f"fees.yml: rules.{name}", rule.text, WORDS, rule.sources
    for name, said in guided.paper.words.items():
        if any(letter.isalpha() for letter in said.text.en):
            yield f"papers/complaint.yml: words.{name}", said.text, SENTENCE, None
    for block, passages in (("attach", guided.paper.attach), ("where", guided.paper.where)):
        for index, passage in enumerate(passages):
            yield f"papers/complaint.yml: {block}[{index}]", passage.text, WORDS, passage.sources


def guided_problems(guided: Guided) -> Iterator[str]:
    """Titles too long for a button, and danger signs that wait for an answer nobody can give."""
    for plan in guided.plans.values():
        shown = [plan.name, *(option.title for question in plan.questions for option in question.options if option.button)]
        for title in (one[language] for one in shown for language in LANGUAGES):
            if len(title) > MAX_TITLE:
                yield f"flows/{plan.id}.yml: {title!r} is longer than {MAX_TITLE} characters"
    yield from _signs(guided.flags, guided.plans.get(OF))


def _signs(flags: tuple[RedFlag, ...], plan: Plan | None) -> Iterator[str]:
    for flag in flags:
        for question_id, wanted in ((id, wanted) for line in flag.when for id, wanted in line.answers.items()):
            question = plan.question(question_id) if plan else None
            if question is None:
                yield f"red_flags.yml: {flag.id}.when: {question_id!r} is no question of flows/{OF}.yml"
            elif question.reads.kind == "choice" and (unknown := sorted(wanted - {option.id for option in question.options})):
                yield f"red_flags.yml: {flag.id}.when: {unknown} are no answers to {question_id!r} in flows/{OF}.yml"


def _questions(plans: Mapping[str, Plan]) -> Iterator[Told]:
    for plan in plans.values():
        where = f"flows/{plan.id}.yml"
        yield f"{where}: name", plan.name, NAME, None
        yield f"{where}: intro", plan.intro, WORDS, None
        for question in plan.questions:
            for text in (question.ask, question.hint, question.thanks, question.label, *(option.title for option in question.options)):
                if text is not None:
                    yield f"{where}: questions.{question.id}", text, WORDS, None
