"""Names of agencies as people write them: mistyped, by ear in Latin letters, in Bangla script, half of them, in another order."""

from __future__ import annotations

import csv
import random
import re

from bot.settings import ROOT
from bot.understanding.agency_names import Named, tokens_of

TRIAL = ROOT.parent / "shared" / "data" / "agencies_trial.csv"  # real names, for trying out only; never in the repository
_FIRST = "Rabeya Sonali Padma Meghna Jamuna Surma Karim Rahim Nilachal Shapla Doel Tista Modhumoti Kopotakkho Rupsha Bolaka Probashi Shitol Korotoa Dhaleshwari Gomoti Halda Matamuhuri Sangu Bhairab Ichamoti Atrai Punorbhoba Mohananda Barnali".split()
_SECOND = "Star Line Gate Bridge Sky Ocean Palm Desert River Garden Crown Pearl Falcon Horizon Sunrise Crescent Lotus Diamond Emerald Silver".split()
_FORMS = (
    "International",
    "Overseas",
    "Overseas Ltd.",
    "Trade International",
    "Enterprise",
    "Recruiting Agency",
    "Manpower Services Ltd.",
    "Travels & Tours",
)
_WORDS = {
    "international": "ইন্টারন্যাশনাল", "overseas": "ওভারসিজ", "ltd": "লিমিটেড", "limited": "লিমিটেড", "trade": "ট্রেড", "trading": "ট্রেডিং", "enterprise": "এন্টারপ্রাইজ",
    "travels": "ট্রাভেলস", "travel": "ট্রাভেল", "air": "এয়ার", "services": "সার্ভিসেস", "service": "সার্ভিস", "agency": "এজেন্সি", "associate": "এসোসিয়েট", "associates": "এসোসিয়েটস",
    "tours": "ট্যুরস", "employment": "এমপ্লয়মেন্ট", "recruiting": "রিক্রুটিং", "company": "কোম্পানি", "bangladesh": "বাংলাদেশ", "gulf": "গালফ", "manpower": "ম্যানপাওয়ার",
    "corporation": "কর্পোরেশন", "the": "দি", "world": "ওয়ার্ল্ড", "resource": "রিসোর্স", "management": "ম্যানেজমেন্ট", "line": "লাইন", "lines": "লাইনস", "eastern": "ইস্টার্ন",
    "business": "বিজনেস", "asia": "এশিয়া", "brothers": "ব্রাদার্স", "export": "এক্সপোর্ট", "royal": "রয়েল", "human": "হিউম্যান", "global": "গ্লোবাল", "star": "স্টার", "city": "সিটি",
    "golden": "গোল্ডেন", "silver": "সিলভার", "link": "লিংক", "bridge": "ব্রিজ", "sky": "স্কাই", "house": "হাউস", "view": "ভিউ", "united": "ইউনাইটেড", "network": "নেটওয়ার্ক",
    "hope": "হোপ", "west": "ওয়েস্ট", "east": "ইস্ট", "south": "সাউথ", "bay": "বে", "bengal": "বেঙ্গল", "bright": "ব্রাইট", "paradise": "প্যারাডাইস", "pigeon": "পিজিয়ন",
    "friends": "ফ্রেন্ডস", "job": "জব", "life": "লাইফ", "time": "টাইম", "times": "টাইমস", "green": "গ্রিন", "white": "হোয়াইট", "blue": "ব্লু", "king": "কিং", "new": "নিউ", "light": "লাইট",
    "ocean": "ওশান", "river": "রিভার", "desert": "ডেজার্ট", "palm": "পাম", "gate": "গেট", "garden": "গার্ডেন", "crown": "ক্রাউন", "pearl": "পার্ল", "falcon": "ফ্যালকন", "horizon": "হরাইজন",
    "sunrise": "সানরাইজ", "crescent": "ক্রিসেন্ট", "lotus": "লোটাস", "diamond": "ডায়মন্ড", "emerald": "এমারেল্ড", "and": "অ্যান্ড", "co": "কোং", "pvt": "প্রাইভেট", "consultant": "কনসালট্যান্ট",
}  # fmt: skip
_SOUNDS = (
    ("ksh", "ক্ষ"), ("sh", "শ"), ("ch", "চ"), ("kh", "খ"), ("gh", "ঘ"), ("th", "থ"), ("dh", "ধ"), ("bh", "ভ"), ("ph", "ফ"), ("ng", "ং"), ("ee", "ি"), ("oo", "ু"), ("ou", "ৌ"), ("ai", "াই"),
    ("b", "ব"), ("c", "ক"), ("d", "দ"), ("f", "ফ"), ("g", "গ"), ("h", "হ"), ("j", "জ"), ("k", "ক"), ("l", "ল"), ("m", "ম"), ("n", "ন"), ("p", "প"), ("q", "ক"), ("r", "র"), ("s", "স"), ("t", "ত"),
    ("v", "ভ"), ("w", "ও"), ("x", "ক্স"), ("y", "য়"), ("z", "জ"), ("a", "া"), ("e", "ে"), ("i", "ি"), ("o", "ো"), ("u", "ু"),
)  # fmt: skip
_AT_START = {"া": "আ", "ে": "এ", "ি": "ই", "ো": "ও", "ু": "উ", "ৌ": "ঔ", "াই": "আই", "য়": "ই"}
_LETTER = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        "এ বি সি ডি ই এফ জি এইচ আই জে কে এল এম এন ও পি কিউ আর এস টি ইউ ভি ডব্লিউ এক্স ওয়াই জেড".split(),
        strict=True,
    )
)
_EAR = (
    ("v", "bh"), ("sh", "s"), ("z", "j"), ("j", "z"), ("ee", "i"), ("oo", "u"), ("ph", "f"), ("f", "ph"), ("th", "t"), ("a", "aa"), ("i", "ee"), ("u", "oo"),
    ("o", "a"), ("y", "i"), ("c", "k"), ("tion", "son"), ("ea", "i"), ("er", "ar"), ("ll", "l"), ("ss", "s"), ("nn", "n"),
)  # fmt: skip
_BESIDE = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wertyuiopoasdfghjkkzxcvbnn", strict=True))


def names() -> list[Named]:
    """The trial file where it is; otherwise invented ones, as many."""
    if TRIAL.exists():
        with TRIAL.open(encoding="utf-8-sig", newline="") as file:
            return [Named(row["rl_no"].strip(), row["name"].strip()) for row in csv.DictReader(file)]
    return invented(500)


def invented(count: int, seed: int = 1) -> list[Named]:
    drawn = random.Random(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        second = drawn.choice(["", *_SECOND])
        made[" ".join(piece for piece in (_first(drawn), second, drawn.choice(_FORMS)) if piece)] = None
    return [Named(str(20_000 + number), name) for number, name in enumerate(made)]


def distorted(name: str, drawn: random.Random) -> tuple[str, str]:
    """(kind, how she writes it)."""
    kind = drawn.choice(("typos", "by ear", "bangla", "partial", "order"))
    return kind, {"typos": _typos, "by ear": _by_ear, "bangla": _bangla, "partial": _partial, "order": _order}[kind](name, drawn)


def core(name: str) -> tuple[str, ...]:
    """What tells one agency from another."""
    from bot.understanding.agency_names import _CANON

    return tuple(token for token in tokens_of(name) if token not in _CANON)


def _first(drawn: random.Random) -> str:
    return (
        drawn.choice(_FIRST)
        if drawn.random() < 0.5
        else "".join(drawn.choice("b d g j k l m n r s t".split()) + drawn.choice("aeiou") for _ in range(3)).title()
    )


def _typos(name: str, drawn: random.Random) -> str:
    letters = list(name.lower())
    for _ in range(1 if len(letters) < 12 else 2):
        at = drawn.randrange(1, len(letters) - 1)
        kind = drawn.randrange(4)
        if kind == 0:
            del letters[at]
        elif kind == 1:
            letters.insert(at, letters[at])
        elif kind == 2:
            letters[at], letters[at - 1] = letters[at - 1], letters[at]
        else:
            letters[at] = _BESIDE.get(letters[at], letters[at])
    return "".join(letters)


def _by_ear(name: str, drawn: random.Random) -> str:
    spelled = (
        name.lower()
        .replace("international", drawn.choice(["intarnational", "intl", "international"]))
        .replace("overseas", drawn.choice(["oversis", "oversiz", "obersij"]))
    )
    for written, heard in drawn.sample(_EAR, 4):
        if drawn.random() < 0.7:
            spelled = spelled.replace(written, heard, 1)
    return spelled


def _bangla(name: str, drawn: random.Random) -> str:
    return " ".join(bangla(word) for word in re.findall(r"[A-Za-z]+", name.replace("&", " and ")))


def _partial(name: str, drawn: random.Random) -> str:
    kept = " ".join(word for word in re.findall(r"[A-Za-z]+", name) if (tokens_of(word) or [""])[0] in core(name) or len(word) == 1)
    return kept.lower() or name.lower()


def _order(name: str, drawn: random.Random) -> str:
    pieces = re.findall(r"[A-Za-z][A-Za-z.]*", name)
    return " ".join([*pieces[1:], pieces[0]]).lower() if len(pieces) < 4 else " ".join(pieces[:2] + pieces[:1:-1]).lower()


def bangla(word: str) -> str:
    """An English word as it is heard, in Bangla letters."""
    word = word.lower()
    if word in _WORDS:
        return _WORDS[word]
    if len(word) == 1 or (len(word) < 4 and not re.search("[aeiou]", word)):
        return " ".join(_LETTER[letter] for letter in word)
    out, at = "", 0
    while at < len(word):
        written, heard = next((pair for pair in _SOUNDS if word.startswith(pair[0], at)), (word[at], ""))
        joined = out and heard and heard[0] not in "ােিোুৌং" and word[at - 1] not in "aeiou" and written not in ("y", "w") and at > 0
        if joined and word[at - 1] != written[0] and out[-1] not in "ংয়ও":
            out += "্" if written in ("r", "l") or at < 3 else ""
        out += _AT_START.get(heard, heard) if not out or (heard and heard[0] in "ােিোুৌ" and out[-1] in "ােিোুৌআএইওউ") else heard
        at += len(written)
    return out
