"""Which language a message is in: script first, then langdetect with profiles made from our own examples."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import LangDetectException
from langdetect.utils.lang_profile import LangProfile

from bot.understanding.normalise import fold, words

BANGLA, BANGLISH, ENGLISH, OTHER = "bn", "bn-latn", "en", "other"
_BANGLA = re.compile("[\u0980-\u09ff]")
_LATIN = re.compile("[a-z\u00c0-\u024f]")
_LETTER = re.compile(r"[^\W\d_]")
_SEED = 0  # unseeded, langdetect changes its answer between runs
_FEW_WORDS = 2  # up to here no detector is safe: what she wrote before counts
_OWN = 4  # times a word of one language only must occur in the examples to be a sign of it
_MIXED = 0.15  # share of such Bangla words from which a Latin message is Banglish
_SURE, _QUITE_SURE = 0.6, 0.95
DetectorFactory.seed = _SEED


class Detector:
    """Tells bn, bn-latn, en and other apart. Deterministic."""

    def __init__(self, learned: str) -> None:
        """`learned` as `learn` gives it. Raises ValueError, KeyError or TypeError for anything else."""
        parts = json.loads(learned)
        self._bangla_words = frozenset(parts["bangla_words"])
        self._factory = DetectorFactory()
        self._factory.load_json_profile([json.dumps(profile) for profile in parts["profiles"]])
        self._factory.set_seed(_SEED)

    def detect(self, text: str, before: str | None = None) -> str:
        """The language of one message; `before` is that of her last one."""
        folded = fold(text)
        bangla, latin, letters = len(_BANGLA.findall(folded)), len(_LATIN.findall(folded)), len(_LETTER.findall(folded))
        if bangla and bangla >= latin / 3:
            return BANGLA
        if not latin:
            return OTHER if letters and not bangla else before or BANGLA
        if latin < (letters - bangla) / 2:
            return OTHER
        return self._latin(folded, before)

    def _latin(self, folded: str, before: str | None) -> str:
        said = words(folded)
        if len(said) > _FEW_WORDS and sum(word in self._bangla_words for word in said) >= max(len(said) * _MIXED, 1):
            return BANGLISH  # English words in a Bangla sentence: "next step please, eta done"
        detector = self._factory.create()
        detector.append(" ".join(words(folded)))
        try:
            found = {guess.lang: guess.prob for guess in detector.get_probabilities()}
        except LangDetectException:
            return before or BANGLISH
        english = found.get(ENGLISH, 0.0)
        needed = _QUITE_SURE if len(words(folded)) <= _FEW_WORDS and before != ENGLISH else _SURE
        if before == ENGLISH and len(words(folded)) <= _FEW_WORDS:
            needed = 1 - _QUITE_SURE
        return ENGLISH if english >= needed else BANGLISH


def learn(banglish: Iterable[str], english: Iterable[str]) -> str:
    """What a Detector needs to know, from lines of both, as JSON: reading the lines takes longer than a gateway should take to start."""
    banglish, english = list(banglish), list(english)
    profiles = [_profile(BANGLISH, banglish), _profile(ENGLISH, english)]
    return json.dumps({"bangla_words": sorted(_own_words(banglish, english)), "profiles": profiles}, ensure_ascii=False)


def _own_words(lines: Iterable[str], others: Iterable[str]) -> frozenset[str]:
    """Words that occur often in the lines and never in the others."""
    counts, theirs = (Counter(word for line in some for word in words(fold(line))) for some in (lines, others))
    return frozenset(word for word, count in counts.items() if count >= _OWN and word not in theirs and word.isalpha())


def _profile(name: str, lines: Iterable[str]) -> dict[str, Any]:
    """langdetect's profile of the lines. No gram of its spans two words, so that each different word need be read only once."""
    pieces: Counter[str] = Counter()
    for line in lines:
        *some, last = words(fold(line)) or [""]
        pieces.update(f"{word} " for word in some)
        pieces[last] += 1  # the end of a line is no blank to langdetect
    profile = LangProfile(name)
    for piece, times in pieces.items():
        once = LangProfile(name)
        once.update(piece)
        for gram, count in once.freq.items():
            profile.freq[gram] += count * times
            profile.n_words[len(gram) - 1] += count * times
    profile.omit_less_freq()
    return {"freq": profile.freq, "n_words": profile.n_words, "name": profile.name}
