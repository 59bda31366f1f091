"""Bangla script and Bangla in Latin letters in one Latin space.

`latin` writes a Bangla word the way people type it; `sound` folds the habits of spelling (v/bh, z/j, s/sh/ch, doubled letters, o/a)
softly; `skeleton` keeps only the consonants. "jogajog" and "যোগাযোগ" meet in all three.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.understanding.normalise import has_bangla

_VOWELS = dict(zip("অআইঈউঊঋএঐওঔািীুূৃেৈোৌ", "o a i i u u ri e oi o ou a i i u u ri e oi o ou".split(), strict=True))
_CONSONANTS = {
    "ক": "k", "খ": "kh", "গ": "g", "ঘ": "gh", "ঙ": "ng", "চ": "ch", "ছ": "ch", "জ": "j", "ঝ": "jh", "ঞ": "n",
    "ট": "t", "ঠ": "th", "ড": "d", "ঢ": "dh", "ণ": "n", "ত": "t", "থ": "th", "দ": "d", "ধ": "dh", "ন": "n",
    "প": "p", "ফ": "f", "ব": "b", "ভ": "bh", "ম": "m", "য": "j", "র": "r", "ল": "l", "শ": "sh", "ষ": "sh",
    "স": "s", "হ": "h", "ড়": "r", "ঢ়": "rh", "য়": "y", "ৎ": "t",
}  # fmt: skip
_MARKS = {"ং": "ng", "ঃ": "", "ঁ": ""}
_JOIN, _SIGNS, _NUKTA = "্", "ািীুূৃেৈোৌ", "\u09bc"
_TOKENS = re.compile(f".{_NUKTA}?", re.DOTALL)


def latin(word: str) -> str:
    """One folded word in Latin letters; words that are Latin already stay as they are."""
    return _from_bangla(word) if has_bangla(word) else word


@lru_cache(maxsize=50_000)
def _from_bangla(word: str) -> str:
    letters = _TOKENS.findall(word.replace("ক্ষ", "খ").replace("জ্ঞ", "গ"))
    out: list[str] = []
    index = 0
    while index < len(letters):
        letter = letters[index]
        index += 1
        if letter in _CONSONANTS:
            index = _consonant(letters, index, _CONSONANTS[letter], out)
        elif letter in _VOWELS:
            out.append(_VOWELS[letter])
        elif letter in _MARKS:
            out.append(_MARKS[letter])
        elif letter != _JOIN:
            out.append(letter)
    return "".join(out)


def _consonant(letters: list[str], index: int, sound: str, out: list[str]) -> int:
    """Appends one consonant with its vowel, if any is spoken; returns where to go on."""
    after = letters[index] if index < len(letters) else ""
    if after == _JOIN:
        return _conjunct(letters, index + 1, sound, out)
    out.append(sound)
    if after in _MARKS or (after and after not in _SIGNS and not _silent_vowel(letters, index, out)):
        out.append("o")
    return index


def _conjunct(letters: list[str], index: int, sound: str, out: list[str]) -> int:
    follower = letters[index] if index < len(letters) else ""
    if follower == "য" and sound == "r" and out:  # no ya-phala but a consonant of its own: nirjaton, karjo
        out.append(sound)
        return index
    if follower == "ব" and not out:  # at the start of a word ba-phala is silent: shami, shoshur
        return _consonant(letters, index + 1, sound, out)
    if follower == "য":  # ya-phala doubles inside a word (jonno, ottachar), and opens the vowel at its start (bank, bebsha)
        beyond = letters[index + 1] if index + 1 < len(letters) else ""
        spoken = bool(beyond) and beyond in _SIGNS + _JOIN
        out.extend((sound[0], sound) if out else (sound,))
        if not spoken:
            out.append("o" if len(out) > 1 else "e")
        return index + 1
    silent = (follower == "ব" and sound not in ("m", "l", "g", "n")) or (follower == "ম" and sound in ("sh", "s", "t", "d"))
    if follower and silent and out:  # ba-phala and ma-phala double the consonant inside a word: bissas, attiyo
        beyond = letters[index + 1] if index + 1 < len(letters) else ""
        out.extend((sound[0], sound))
        if not beyond or beyond not in _SIGNS + _JOIN:
            out.append("o")
        return index + 1
    out.append(sound)
    return index


def _silent_vowel(letters: list[str], index: int, out: list[str]) -> bool:
    """The inherent vowel between a vowel and 'consonant + vowel' is not spoken: rashta, not rashota."""
    before = out[-2][-1:] if len(out) > 1 else ""
    beyond = letters[index + 1] if index + 1 < len(letters) else ""
    return bool(before in "aeiou" and before and letters[index] in _CONSONANTS and beyond and beyond != _JOIN and beyond not in _MARKS)


_CONSONANT_HABITS = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"(\D)\1+", r"\1"),
        (r"ksh|kkh|kh|ck", "k"), (r"x", "ks"), (r"c?chh?|ch", "c"), (r"sh|s", "c"), (r"gh", "g"), (r"jh|z", "j"),
        (r"th", "t"), (r"dh", "d"), (r"ph|f", "f"), (r"bh|v", "b"), (r"rh", "r"), (r"q", "k"), (r"ng", "n"), (r"w", "o"),
        (r"([^\daeiou])\1+", r"\1"),  # doubles that two signs made one: "shsh", "chch"
    )
)  # fmt: skip
_VOWEL_HABITS = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"ou", "u"), (r"(?<=[aeiou])[yi]$", "i"), (r"y", "i"), (r"[ao]", "a"), (r"[ei]", "i"),
        (r"h$", ""), (r"(\D)\1+", r"\1"),
    )
)  # fmt: skip


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """Consonant habits folded, vowels folded softly: "korchi", "korsi", "করছি" → one key. Distinguishes more/mare less than `latin`."""
    key = _consonants(latin(word))
    key = _last_o(key)
    for pattern, to in _VOWEL_HABITS:
        key = pattern.sub(to, key)
    return key


@lru_cache(maxsize=50_000)
def skeleton(word: str) -> str:
    """Consonants only, an initial vowel marked "A". A feature for classifiers, never a key for danger: it merges short words."""
    key = _consonants(latin(word))
    key = re.sub(r"h$", "", key)
    initial = "A" if key[:1] in tuple("aeiou") else ""
    return initial + re.sub(r"(\D)\1+", r"\1", re.sub(r"[aeiouy]", "", key))


def _last_o(key: str) -> str:
    """Without the o that some write after a last consonant: jabo, যাবো and যাব are one."""
    return key[:-1] if len(key) > 3 and key[-1] == "o" and key[-2] not in "aeiou" else key


def _consonants(word: str) -> str:
    for pattern, to in _CONSONANT_HABITS:
        word = pattern.sub(to, word)
    return word


@lru_cache(maxsize=50_000)
def plain(word: str) -> str:
    """Consonant habits folded, vowels kept: what patterns of danger are read on ("mare" beats, "more" dies)."""
    return _last_o(_consonants(latin(word)))
