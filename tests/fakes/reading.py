"""A reader over a few made-up examples, and labelled lines made up for tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.labelled import Labelled
from bot.examples import Example, detector
from bot.knowledge import knowledge
from bot.model import Level
from bot.understanding.reading import Reader
from bot.understanding.risk import Lexicon, Rule, phrases
from bot.understanding.topics import TopicModel, train

_SAID = {
    "step_passport": {
        "bn": ["পাসপোর্ট করতে কত টাকা", "নতুন পাসপোর্ট বানাবো", "পাসপোর্ট হারাইছে"],
        "banglish": ["pasport korte koto taka", "notun passport banabo", "passport hariye geche"],
        "mixed": ["passport এর fee koto", "পাসপোর্ট renew korbo"],
        "en": ["what is the passport fee", "I lost my passport", "how to renew the passport"],
    },
    "step_visa": {
        "bn": ["ভিসা আসল কি না", "ভিসা চেক করবো", "ভিসা কেমনে দেখি"],
        "banglish": ["visa asol naki", "visa check korbo kivabe", "amar visa thik ache"],
        "mixed": ["visa টা asol?", "ভিসা check kore den"],
        "en": ["is my visa real", "please check the visa", "where is the visa checked"],
    },
    "crisis": {
        "bn": ["আমাকে ঘরে আটকে রাখছে", "মালিক মারধর করে", "আমি আর বাঁচতে চাই না"],
        "banglish": ["amake ghore atke rakhse", "malik mardhor kore", "ami ar bachte chai na"],
        "mixed": ["malik আমাকে mare", "amake আটকে rakhse"],
        "en": ["he locked me in the house", "my employer beats me", "I do not want to live"],
    },
    "out_of_scope": {
        "bn": ["আজ খেলার স্কোর কত", "একটা গান শোনাও", "বিরিয়ানি রান্না শিখাও"],
        "banglish": ["ajke khelar score koto", "ekta gan sonao", "biriyani ranna sikhao"],
        "mixed": ["cricket খেলা kobe", "একটা joke bolo"],
        "en": ["what is the cricket score", "sing me a song", "how to cook biriyani"],
    },
}
EXAMPLES = [
    Example(text, intent, register, f"{intent}.yml")
    for intent, registers in _SAID.items()
    for register, lines in registers.items()
    for text in lines
]


def _rule(id: str, level: Level, phrase: str, unless: tuple[str, ...] = ()) -> Rule:
    found = phrases([phrase])
    assert found is not None
    return Rule(id=id, category="physical_violence", level=level, any=found, unless=phrases(unless))


LEXICON = Lexicon(
    rules=(_rule("kill", Level.CRITICAL, "mere fel~"), _rule("hits", Level.URGENT, "amake * mare", unless=("golpo",))), unless=None
)


def tiny_model() -> TopicModel:
    return train([example.text for example in EXAMPLES], [example.intent for example in EXAMPLES], min_documents=1)


def tiny_reader(model: Any = None) -> Reader:
    content = knowledge()
    return Reader(
        model=model or tiny_model(), lexicon=LEXICON, vocabulary=content.vocabulary, places=content.places, detector=detector(EXAMPLES * 3)
    )


@dataclass(frozen=True)
class Fixed:
    """A model that is of one mind, whatever is asked."""

    found: tuple[tuple[str, float], ...]

    def ranking(self, text: str) -> list[tuple[str, float]]:
        return list(self.found)


def labelled(text: str = "x", register: str = "bn", topic: str = "step_visa", level: str = "none", **more: Any) -> Labelled:
    fields = {"id": "1", "category": None, "file": "made_up.jsonl", **more}
    return Labelled(text=text, register=register, topic=topic, level=Level(level), **fields)


def write(path: Path, *lines: dict[str, Any] | str) -> None:
    """JSON lines; a text stands as it is."""
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines), encoding="utf-8")
