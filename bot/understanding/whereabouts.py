"""Where she says that she is, if she says it plainly: "ami saudi te achi", "i work in dubai". Pure.

The numbers she is given depend on it, so only the first person, now, counts: neither where she wants to go nor where a sister is.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.understanding.entities import Gazetteer, find
from bot.understanding.normalise import fold, words
from bot.understanding.romanise import plain
from bot.understanding.whom import of_another

BD, ABROAD = "bd", "abroad"
_AHEAD, _BEHIND = 4, 7  # words looked at after and before a place


def _keys(said: str) -> frozenset[str]:
    return frozenset(plain(word) for word in words(fold(said)))


_ARABIA = _keys("আরবে arobe arabe arob e")  # the second half of "Saudi Arabia" with its ending
_CASES = _ARABIA | _keys("e te tei y ay এ তে তেই য়")  # endings of "in", when they stand alone
_ATTACHED = ("তে", "তেই", "ে", "েই", "য়", "য়", "এ", "te", "tey", "tei", "e", "ey", "y", "ay", "ei")
_BEING = _keys("আছি achi asi aci acchi থাকি thaki taki")
_HELD, _SELF = _keys("আটকা আটকে আটকায়া আটকাইয়া atka atke atkaiya bondi বন্দি বন্দী"), _keys("ami amake amare amk amra আমি আমাকে আমারে আমরা")
_WORK, _WORKING = _keys("কাজ কাম kaj kam"), _keys("করি করছি করতেছি করতাছি করতেসি kori korchi korsi kortesi kortechi kortasi kortachi korteci")
_FROM, _TELLING = (
    _keys("থেকে থেইকা থাইকা থাকি theke theika thaika thikka"),
    _keys("বলছি বলতেছি বলতাছি লিখছি লিখতেছি লিখতাছি bolchi bolsi boltesi boltechi boltasi likhchi likhsi likhtesi likhtechi likchi"),
)
_BACK = _keys("ফিরেছি ফিরছি এসেছি আইছি আইসি firechi firsi esechi esesi eschi aisi aichi")
_NOT = _keys("না নাই নেই নি na nai nei ni")
# Going, wanting, if, formerly, somebody else: then the place is not where she is now.
_ELSE = _keys(
    """যাব যাবো যাইতে যেতে যাওয়ার যাওয়া যামু যাইমু চাই চাইছিলাম যদি ছিলাম ছিল গেছিলাম গিয়েছিলাম করতাম থাকতাম ভিসা
    jabo jaite jete jaoar jawar jaowar jaoa jawa jamu jaimu chai jodi chilam silam asilam achilam chilo gesilam giyechilam
    kortam thaktam visa
    বোন বোনকে মেয়ে মা স্বামী ভাই bon bonke meye shami sami bhai vai"""
)
_IF = _keys("jodi যদি")
_OTHER_LAND = _keys("ei oi onno kon je এই ওই অন্য কোন যে")
_DESH = {plain(word): BD for word in "deshe desh দেশে bangladeshe bangladesh বাংলাদেশে বাংলাদেশ".split()} | {
    plain(word): ABROAD for word in "bideshe বিদেশে bidesh বিদেশ probashe প্রবাসে abroad".split()
}
_AM = "i am|i m|im|i live|i work|am working|we are|we live|stuck|trapped|locked|held|living|working".split("|")
_AM_ABROAD = ("am", "m", "im", "live", "work")
_NOT_NOW = frozenset(
    """want wants going go went planning plan interested looking apply applying applied offered selected hired will if was were worked
    lived used visa job jobs she he her his sister daughter husband mother friend brother know like love thinking about heard not from
    to""".split()
)
_ROUND = _keys(
    """আরব আরবে arob arab arobe arabe ami amra ekhon akhon te e achi asi thaki taki আমি আমরা এখন তে আছি থাকি i
    am we are in now at im country desh ji hae ha জি হ্যাঁ"""
)
_MARK = "zplace"


def whereabouts(text: str, places: Gazetteer) -> str | None:
    """bd, abroad, or the code of the country she says that she is in; None when she does not say, or says two."""
    said, marked = _marked(text, places)
    being = _BEING if of_another(text) or not _SELF.intersection(plain(word) for word in said) else _BEING | _HELD
    found = {marked[index] for index in marked if _here(said, index, marked, being) or _here_in_english(said, index, marked)}
    named = found - {ABROAD} or found
    return named.pop() if len(named) == 1 else None


def bare(text: str, places: Gazetteer) -> str | None:
    """The place that a short answer names and nothing else: "saudi", "ami dubai te", "বিদেশে"."""
    said, marked = _marked(text, places)
    left = [index for index, word in enumerate(said) if index in marked or plain(word) not in _ROUND]
    return marked[left[0]] if len(left) == 1 and left[0] in marked else None


def _marked(text: str, places: Gazetteer) -> tuple[list[str], dict[int, str]]:
    """The words, each name of a place one of them with its ending, and which of them are places."""
    pieces, names, end = [], [], 0
    for entity in find(text, places):
        if entity.name in ("country", "district") and entity.start >= end:
            pieces += [text[end : entity.start], f" {_MARK} "]
            names.append((text[entity.start : entity.end], BD if entity.name == "district" else entity.value))
            end = entity.end
    said, marked, known = words(fold("".join([*pieces, text[end:]]))), {}, iter(names)
    for index, word in enumerate(said):
        if word == _MARK:
            said[index], marked[index] = next(known, ("", BD))
        elif (desh := _DESH.get(plain(word))) is not None:
            marked[index] = desh
    return said, marked


def _here(said: Sequence[str], index: int, marked: dict[int, str], being: frozenset[str]) -> bool:
    """Bangla: the place, "in", and within a few words "I am", "I live", "I work", "I write from"."""
    if index and plain(said[index - 1]) in _OTHER_LAND and marked[index] == BD:
        return False
    if _IF.intersection(plain(word) for word in said[max(0, index - 4) : index]):
        return False
    ahead = [plain(word) for word in said[index + 1 : index + 2 + _AHEAD]]
    within = said[index].endswith(_ATTACHED) or bool(ahead and ahead[0] in _CASES)
    for step, word in enumerate(ahead):
        after = ahead[step + 1] if step + 1 < len(ahead) else ""
        if index + 1 + step in marked or word in _ELSE:
            return False
        if (word in _FROM and after in _TELLING) or (word in _BACK and within and marked[index] == BD):
            return True
        if (word in being or (word in _WORK and after in _WORKING)) and (within or step == 0):
            return after not in _NOT
    return False


def _here_in_english(said: Sequence[str], index: int, marked: dict[int, str]) -> bool:
    """English: "I am (…) in" the place, and no word of wishing, past or somebody else between."""
    start = max([0, index - _BEHIND, *(other + 1 for other in marked if other < index)])
    behind = list(said[start:index])
    if not behind or not (
        behind[-1] in ("in", "at", "inside") or (marked[index] == ABROAD and behind[-1] in ("am", "m", "im", "live", "work"))
    ):
        return False
    spoken = f" {' '.join(behind)} "
    return any(f" {am} " in spoken for am in _AM) and not _NOT_NOW.intersection(behind)
