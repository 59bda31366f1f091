"""Finds countries, districts, amounts, licence numbers, phone-like numbers, step numbers and agency names in what she wrote. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.understanding.normalise import digits, fold, has_bangla
from bot.understanding.romanise import plain

_WORD = re.compile("[\u0980-\u09ff\u200c\u200d]+|[^\\W\\d_]+", re.UNICODE)
_NUMBER = r"\d+(?:[.,]\d+)*"
_PHONE = re.compile(r"(?<![\d.,])(?:\+|00)?\d(?:[\s-]?\d){8,14}(?![\d])")
_RL = re.compile(r"(?:\brl|r\.l\.?|আর\s?এল|আরএল)[\s\-.:#]*(?:no|number|nombor|nambar|নং|নম্বর|নাম্বার)?[\s\-.:#]*(\d{1,5})", re.IGNORECASE)
_STEP = re.compile(
    r"(?:ধাপ|স্টেপ|step|dhap|dap)\s*(?:no\.?|number|নং|নম্বর)?\s*(\d{1,2})(?!\d)"
    r"|(?<!\d)(\d{1,2})\s*(?:নম্বর|নং|number|no\.?|nombor)\s*(?:ধাপ|step|dhap)",
    re.IGNORECASE,
)
_UNITS = {
    "হাজার": 1_000, "hajar": 1_000, "hazar": 1_000, "k": 1_000, "thousand": 1_000, "লাখ": 100_000, "লক্ষ": 100_000, "lakh": 100_000,
    "lac": 100_000, "lak": 100_000, "lakhs": 100_000, "কোটি": 10_000_000, "koti": 10_000_000, "crore": 10_000_000,
}  # fmt: skip
_CURRENCIES = {
    "BDT": ("টাকা", "টাকার", "taka", "takar", "tk", "bdt", "৳"), "SAR": ("রিয়াল", "রিয়ালের", "riyal", "rial", "riyal", "sar", "real"),
    "AED": ("দিরহাম", "dirham", "aed", "dirhams"), "JOD": ("দিনার", "dinar", "jd", "dinars"), "USD": ("ডলার", "dollar", "usd", "dollars", "$"),
    "MYR": ("রিঙ্গিত", "ringgit", "myr", "rm"), "QAR": ("qar",), "OMR": ("omr",), "KWD": ("kwd",),
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_MONEY_WORD = "|".join(sorted((re.escape(word) for words in _CURRENCIES.values() for word in words), key=len, reverse=True))
_MONEY = re.compile(rf"(?<![\d.,+])({_NUMBER})\s*({_UNIT})?\s*({_MONEY_WORD})?(?![\d])", re.IGNORECASE)
_AGENCY = re.compile(
    r"((?:[^\s,.?!।]+\s+){1,3}(?:overseas|international|recruiting|travels?|enterprise|trade|agency|এজেন্সি|ওভারসিজ|ওভারসীজ|ইন্টারন্যাশনাল|ট্রাভেলস|রিক্রুটিং|এন্টারপ্রাইজ|obharsij|oversij|oberseas|intarnational)"
    r"(?:\s+(?:ltd|limited|লিমিটেড|লিঃ))?)",
    re.IGNORECASE,
)
_ENDINGS = frozenset(plain(end) for end in "e te te r er ta ke theke thaika thiki y ay i o ei tei rei te ei t n y er ote oto".split()) | {
    ""
}
_BANGLA_ENDINGS = ("ে", "ের", "য়", "য়ে", "য়ের", "র", "তে", "ত")
_NOT_A_NAME = frozenset(
    "এই ওই সেই কোন কোনো একটা একটি আমার আমাদের আপনার আপনাদের সরকারি বৈধ লাইসেন্স রিক্রুটিং ei oi sei kon kono ekta ekti amar amader "
    "apnar apnader sorkari boidho license recruiting the this that which any a an my your our legal is are manpower dhakar ঢাকার".split()
)


@dataclass(frozen=True)
class Entity:
    """A part of the text that means something: `start` and `end` index the text as given."""

    name: str  # country | district | money | phone | rl | step | agency
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Gazetteer:
    """Names of places by their key. Build it with `gazetteer`."""

    names: Mapping[str, tuple[str, str]]  # key → (entity, id)
    longest: int  # words in the longest name


def gazetteer(places: Mapping[str, Iterable[tuple[str, Iterable[str]]]]) -> Gazetteer:
    """From entity name → (id, spellings). Raises ValueError when one spelling would mean two places."""
    names: dict[str, tuple[str, str]] = {}
    told = [(entity, id, spelling) for entity, entries in places.items() for id, spellings in entries for spelling in spellings]
    for entity, id, spelling in told:
        key = _key(spelling)
        if names.setdefault(key, (entity, id)) != (entity, id):
            raise ValueError(f"{spelling!r} names both {names[key][1]} and {id}")
    for entity, id, spelling in told:  # after all names, so that none is taken by the ending of another
        for form in in_a_sentence(spelling):
            names.setdefault(_key(form), (entity, id))
    return Gazetteer(names, max((key.count(" ") + 1 for key in names), default=1))


def in_a_sentence(name: str) -> list[str]:
    """A name in Bangla with the endings that say in, of and from: with them its last letters are read in another way."""
    return [name + ending for ending in _BANGLA_ENDINGS] if has_bangla(name) else []


def find(text: str, places: Gazetteer) -> list[Entity]:
    """All entities, in order of place; where two would overlap, the first of phone, RL, step, money wins."""
    taken: list[Entity] = []
    for entity in (*_phones(text), *_numbers("rl", _RL, text), *_numbers("step", _STEP, text), *_money(text)):
        if not any(entity.start < other.end and other.start < entity.end for other in taken):
            taken.append(entity)
    return sorted((*taken, *_places(text, places), *_agencies(text)), key=lambda entity: entity.start)


def _phones(text: str) -> Iterator[Entity]:
    plain_digits = digits(text)
    for match in _PHONE.finditer(plain_digits):
        yield Entity("phone", re.sub(r"[^\d+]", "", match.group()), match.start(), match.end())


def _numbers(name: str, pattern: re.Pattern[str], text: str) -> Iterator[Entity]:
    for match in pattern.finditer(digits(text)):
        value = next(group for group in match.groups() if group)
        if name != "step" or 1 <= int(value) <= 13:
            yield Entity(name, str(int(value)), match.start(), match.end())


def _money(text: str) -> Iterator[Entity]:
    """An amount with a unit (hajar, lakh) or a currency; a bare number is none."""
    for match in _MONEY.finditer(digits(text)):
        number, unit, currency = match.groups()
        if not unit and not currency:
            continue
        amount = float(number.replace(",", "")) if number.count(".") <= 1 else 0.0
        amount *= _UNITS.get((unit or "").lower(), 1)
        code = next((code for code, words in _CURRENCIES.items() if currency and currency.lower() in words), "BDT")
        yield Entity("money", f"{amount:.0f} {code}", match.start(), match.end())


def _places(text: str, places: Gazetteer) -> Iterator[Entity]:
    tokens = [(plain(fold(match.group())), match.start(), match.end()) for match in _WORD.finditer(text)]
    index = 0
    while index < len(tokens):
        for length in range(min(places.longest, len(tokens) - index), 0, -1):
            found = _place([key for key, _, _ in tokens[index : index + length]], places)
            if found:
                yield Entity(*found, tokens[index][1], tokens[index + length - 1][2])
                index += length - 1
                break
        index += 1


def _place(keys: list[str], places: Gazetteer) -> tuple[str, str] | None:
    """The place these words name, with or without an ending: satkhiray, soudite, dubaier."""
    joined = " ".join(keys)
    if joined in places.names:
        return places.names[joined]
    for cut in range(1, 6):
        stem, ending = joined[:-cut], joined[-cut:]
        if len(stem) >= 4 and ending in _ENDINGS and stem in places.names:
            return places.names[stem]
    return None


def _agencies(text: str) -> Iterator[Entity]:
    for match in _AGENCY.finditer(text):
        words = match.group(1).split()
        while len(words) > 1 and (words[0].lower() in _NOT_A_NAME or any(character.isdigit() for character in words[0])):
            words.pop(0)
        if len(words) > 1:
            name = " ".join(words)
            start = match.end(1) - len(name) if match.group(1).endswith(name) else match.start(1)
            yield Entity("agency", name, start, match.end(1))


def unit_of(word: str) -> int | None:
    """What a folded word multiplies an amount by: hajar, lakh …"""
    return _UNITS.get(word)


def currency_of(word: str) -> str | None:
    """The currency that a folded word names."""
    return next((code for code, words in _CURRENCIES.items() if word in words), None)


def _key(spelling: str) -> str:
    return " ".join(plain(fold(match.group())) for match in _WORD.finditer(spelling))
