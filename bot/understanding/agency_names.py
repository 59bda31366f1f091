"""Finds the agency she means among thousands, however she writes it: in haste, in Bangla script or Latin letters, half of it, in another
order, or by its RL number. Pure; one comparison with 5,000 agencies takes milliseconds.

A name becomes tokens in the one Latin space. Words that half of all names carry (Overseas, International, Ltd) weigh little. A token of
hers is compared with every different token of the register, by sound and by consonants; a name is as like as its tokens are, both ways.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

import numpy as np
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cdist

from bot.understanding.normalise import fold, words
from bot.understanding.romanise import latin, skeleton, sound

EXACT, LIKELY, UNSURE, NONE = "exact", "likely", "unsure", "none"
_MARGIN, UNSURE_FROM = 0.03, 0.60  # of the score; measured on distorted and on unknown names (tests/unit/understanding)
_LONG, _SLIP = 7, 88.0  # letters of a word in which a slip may be, and how like the two must be then
_STRANGE = 0.5  # weight of a word of hers that no agency's name has: "please check"
_SHOWN = 5  # candidates
_FORM = 0.12  # weight of a word that says what kind of firm it is, beside 1 for a name
_BONES = 0.94  # how much a likeness of consonants alone is worth
_FORMS = {
    "international": "intl int'l ইন্টারন্যাশনাল ইন্টারন্যাশানাল ইন্টারনেশনাল intarnational internesonal intarnesonal",
    "overseas": "ওভারসিজ ওভারসীজ ওভারসিস ওভারছিজ oversis obersis oversij obharsij overses oversease",
    "limited": "ltd লিমিটেড লিঃ লি limtd",
    "agency": "এজেন্সি এজেন্সী agencies ejensi agenci এজেন্ট agent",
    "recruiting": "recruitment রিক্রুটিং রিক্রুটমেন্ট রিক্রুটিঙ recruting",
    "travels": "travel ট্রাভেলস ট্রাভেল travles", "tours": "tour ট্যুরস ট্যুর tourism ট্যুরিজম",
    "trade": "trading traders ট্রেড ট্রেডিং ট্রেডার্স", "enterprise": "এন্টারপ্রাইজ এন্টারপ্রাইজেস enterprises entarprise",
    "services": "service সার্ভিস সার্ভিসেস", "company": "co কোম্পানি কোং", "private": "pvt প্রাইভেট প্রাঃ", "corporation": "corp কর্পোরেশন",
    "manpower": "ম্যানপাওয়ার", "associates": "associate এসোসিয়েটস এসোসিয়েট অ্যাসোসিয়েটস", "employment": "এমপ্লয়মেন্ট",
    "bangladesh": "bd বাংলাদেশ বিডি", "and": "এন্ড অ্যান্ড এণ্ড", "the": "দি দ্য", "m": "", "ms": "মেসার্স messrs", "air": "এয়ার",
    "consultancy": "consultant consultants",
    "establishment": "এস্টাবলিশমেন্ট", "group": "গ্রুপ", "brothers": "ব্রাদার্স bros", "resource": "resources human",
}  # fmt: skip
_NOISE = frozenset(
    latin(fold(word))
    for word in (
        "নাম নামে নামের nam name namer এই ei কি কী ki বৈধ অবৈধ boidho আছে ase ache লাইসেন্স license licence আসল asol ঠিক thik "
        "a an it this does legal is are fake নকল ভালো valo কেমন kemon এর er টা ta কে ke তে te থেকে theke দিয়ে diye "
        "ভুয়া bhua vua rl আরএল no number "
        "নম্বর named called please check যাচাই jachai এজেন্সিটা agencyta নাকি naki কিনা kina"
    ).split()
)
_LETTERS = {
    latin(fold(name)): letter
    for letter, names in {
        "a": "এ", "b": "বি", "c": "সি", "d": "ডি", "e": "ই", "f": "এফ", "g": "জি", "h": "এইচ", "i": "আই", "j": "জে", "k": "কে",
        "l": "এল", "m": "এম",
        "n": "এন", "o": "ও", "p": "পি", "q": "কিউ", "r": "আর", "s": "এস", "t": "টি", "u": "ইউ", "v": "ভি", "w": "ডব্লিউ",
        "x": "এক্স", "y": "ওয়াই", "z": "জেড",
    }.items()
    for name in names.split()
}  # fmt: skip
_ENGLISH = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"tions?\b", "shon"), (r"c(?=[eiy])", "s"), (r"c(?!h)", "k"), (r"ee|ea", "i"), (r"oo", "u"), (r"ph", "f"),
        (r"gh(?=t)", ""), (r"(?<=[a-z])e\b", ""),
    )
)  # fmt: skip
_RL = re.compile(r"(?:\brl|r\.l\.?|আর\s?এল|আরএল)?[\s\-.:#]*(?:no|number|nombor|nambar|নং|নম্বর|নাম্বার)?[\s\-.:#]*0*(\d{1,5})", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """What is compared of one agency."""

    rl: str  # digits, without leading zeros
    name: str


@dataclass(frozen=True)
class Match:
    index: int  # in the list the register was made of
    score: float  # 0..1
    match: str  # exact | likely | unsure


@dataclass(frozen=True)
class Register:
    """Agencies made ready for comparison. Build it with `register`."""

    rls: dict[str, tuple[int, ...]]
    whole: dict[str, tuple[int, ...]]  # the whole name in one spelling
    sounds: list[str]  # of each different token
    bones: list[str]
    names: list[list[str]]  # tokens of each name
    tokens: np.ndarray  # (agencies, most tokens): index of token, -1 where there is none
    weights: np.ndarray  # the same shape; 0 where there is none
    glued: list[str]  # the names without words of form, blanks taken out
    run: list[str]  # the names whole, blanks taken out
    usual: dict[str, float]  # weight of a token by its sound


def register(agencies: Sequence[Named]) -> Register:
    split = [tokens_of(agency.name) for agency in agencies]
    counts = Counter(token for name in split for token in set(name))
    index = {token: number for number, token in enumerate(counts)}
    most = max((len(name) for name in split), default=0) or 1
    tokens, weights = np.full((len(agencies), most), -1), np.zeros((len(agencies), most))
    usual = {token: _weight(token, counts[token], len(agencies)) for token in counts}
    for row, name in enumerate(split):
        for column, token in enumerate(name):
            tokens[row, column], weights[row, column] = index[token], usual[token]
    return Register(
        rls=_grouped(agency.rl for agency in agencies),
        whole=_grouped(" ".join(sorted(name)) for name in split),
        sounds=[sound(token) for token in counts],
        bones=[skeleton(token) for token in counts],
        names=split,
        tokens=tokens,
        weights=weights,
        glued=["".join(sound(token) for token in name if token not in _CANON) for name in split],
        run=["".join(sound(token) for token in name) for name in split],
        usual=usual,
    )


def find(text: str, among: Register, least: float = UNSURE_FROM) -> list[Match]:
    """The agencies she may mean, likeliest first; none of those shown may be the one. With a lower `least` also what is too unlike."""
    number = rl_of(text)
    if number is not None:
        return [Match(index, 1.0, EXACT) for index in among.rls.get(number, ())]
    hers = [token for token in tokens_of(text) if token not in _NOISE or token in among.usual]
    if not hers or not len(among.tokens):
        return []
    same = among.whole.get(" ".join(sorted(hers)), ())
    scores = _scores(hers, among)
    best = np.argsort(-scores, kind="stable")[:_SHOWN]
    found = [
        Match(int(i), float(scores[i]), EXACT if i in same else UNSURE if scores[i] >= UNSURE_FROM else NONE)
        for i in best
        if scores[i] >= least or i in same
    ]
    found.sort(key=lambda match: (match.match != EXACT, -match.score))
    second = found[1].score if len(found) > 1 else 0.0
    if found and found[0].match == UNSURE and found[0].score - second >= _MARGIN and _alike(hers, among.names[found[0].index]):
        found[0] = Match(found[0].index, found[0].score, LIKELY)
    return found


def _alike(hers: Sequence[str], name: Sequence[str]) -> bool:
    """Whether two names differ in habits of spelling, words of form and slips in long words only. "Jannat" is not "Janata"."""
    mine, its = ([sound(token) for token in tokens if token not in _CANON] for tokens in (hers, name))
    if not mine or not its:
        return False
    if "".join(mine) == "".join(its):
        return True
    return all(any(_same(one, other) for other in others) for ones, others in ((mine, its), (its, mine)) for one in ones)


def _same(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) >= _LONG and ratio(one, other) >= _SLIP)


def rl_of(text: str) -> str | None:
    """The number, where the text is a licence number and nothing else: RL-0123, আরএল ১২৩, 123."""
    match = _RL.fullmatch(fold(text).strip())
    return match.group(1) if match else None


def tokens_of(name: str) -> list[str]:
    """The words of a name in one Latin spelling, words of form under one name, single letters joined: P. R. Overseas → pr, overseas."""
    spelled = [_spelled(word) for word in words(fold(name).replace("&", " and ").replace("/", ""))]
    joined: list[str] = []
    letters = ""
    for word in [*spelled, ""]:
        letter = _LETTERS.get(word, word if len(word) == 1 and word.isalpha() else "")
        if letter:
            letters += letter
            continue
        if letters:
            joined.append(letters)
            letters = ""
        if word:
            joined.append(_FORM_OF.get(sound(word), word))
    return joined


@lru_cache(maxsize=50_000)
def _spelled(word: str) -> str:
    if latin(word) != word:  # Bangla script says what is heard already
        return latin(word)
    for pattern, to in _ENGLISH:
        word = pattern.sub(to, word)
    return word


def _scores(hers: list[str], among: Register) -> np.ndarray:
    """(agencies,) how like each name is: her words found in it, its words found in hers, and both run together."""
    by_sound = cdist([sound(token) for token in hers], among.sounds, scorer=ratio) / 100
    by_bones = cdist([skeleton(token) for token in hers], among.bones, scorer=ratio) / 100
    short = np.array([[min(len(skeleton(token)), len(bone)) < 2 for bone in among.bones] for token in hers])
    like = np.maximum(by_sound, np.where(short, 0, _BONES * (by_bones * 0.65 + by_sound * 0.35)))
    like = np.where(like < 0.55, 0, like)
    each = np.where(among.tokens >= 0, like[:, among.tokens], 0)  # (hers, agencies, tokens)
    strange = like.max(axis=1) < 0.7
    mine = np.array([among.usual.get(token, _FORM if token in _CANON else 1.0) for token in hers]) * np.where(strange, _STRANGE, 1.0)
    forward = (mine[:, None] * each.max(axis=2)).sum(axis=0) / mine.sum()
    backward = (among.weights * each.max(axis=0)).sum(axis=1) / np.maximum(among.weights.sum(axis=1), 1e-9)
    glued = "".join(sound(token) for token in hers if token not in _CANON)
    run = cdist([glued], among.glued, scorer=ratio)[0] / 100 if len(glued) > 3 else np.zeros(len(among.tokens))
    full = cdist(["".join(sound(token) for token in hers)], among.run, scorer=ratio)[0] / 100  # "shiponenterprise"
    both = 0.62 * forward + 0.38 * backward
    return np.asarray(np.maximum.reduce([both, 0.5 * both + 0.48 * run, 0.9 * full]))


def _weight(token: str, count: int, names: int) -> float:
    if token in _CANON:
        return _FORM
    return 0.45 + 0.55 * log((1 + names) / (1 + count)) / log(1 + names) if names > 1 else 1.0


def _grouped(keys: object) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for index, key in enumerate(keys):  # type: ignore[arg-type, var-annotated]
        found.setdefault(key, []).append(index)
    return {key: tuple(indices) for key, indices in found.items()}


_FORM_OF = {sound(_spelled(fold(word))): name for name, said in _FORMS.items() for word in (name, *said.split())}
_CANON = frozenset(_FORMS)
