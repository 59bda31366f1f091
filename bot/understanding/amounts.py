"""Amounts and days as people say them: "২৫ হাজার", "der lakh taka", "1 lakh 20 hajar", "গতকাল", "25/11", "3 din age". Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.understanding.entities import currency_of, unit_of
from bot.understanding.normalise import fold
from bot.understanding.romanise import latin, plain

MOST = 9_999_999  # an eight-digit number is a code or a telephone, no payment
_TOKEN = re.compile("[\u0980-\u09e5\u09f0-\u09ff]+|[a-z$\u09f3]+|\\d+(?:[.,]\\d+)*")
_SAID = {
    0.5: "আধা আদা adha", 1: "এক ek", 1.5: "দেড় ডেড় der ded", 2: "দুই দু dui two", 2.5: "আড়াই arai adai", 3: "তিন tin three", 4: "চার char four",
    5: "পাঁচ পাচ panch pach five", 6: "ছয় chhoy choy soy six", 7: "সাত sat shat seven", 8: "আট aat at eight", 9: "নয় noy nine",
    10: "দশ dosh dos ten", 11: "এগারো egaro", 12: "বারো baro", 15: "পনেরো পনের ponero", 20: "বিশ কুড়ি bish kuri twenty",
    25: "পঁচিশ পচিশ pochish ponchish", 30: "ত্রিশ তিরিশ trish tirish thirty", 35: "পঁয়ত্রিশ poytrish", 40: "চল্লিশ chollish forty",
    50: "পঞ্চাশ ponchash fifty", 60: "ষাট shaat sixty", 70: "সত্তর sottor", 80: "আশি ashi", 90: "নব্বই nobboi",
}  # fmt: skip
_NUMBERS = {latin(word): value for value, words in _SAID.items() for word in words.split()}
_NUMBERS.update(  # "দুইশ", "dui sho" in one word
    {
        latin(word + end): value * 100
        for value, words in _SAID.items()
        if value in range(1, 10)
        for word in words.split()
        for end in "শ শো sho so".split()
    }
)
_HALF_MORE = frozenset(latin(word) for word in "সাড়ে share sare shaare".split())
_HUNDRED = frozenset(latin(word) for word in "শ শো শত sho shoto hundred".split())
_AGO = frozenset(plain(word) for word in "আগে age ago".split())
_DAYS = frozenset(plain(word) for word in "দিন din day days".split())
_TODAY = frozenset(plain(word) for word in "আজ আজকে aj ajke ajk today".split())
_YESTERDAY = frozenset(plain(word) for word in "কাল গতকাল কালকে kal gotokal kalke yesterday".split())
_BEFORE = frozenset(plain(word) for word in "পরশু porshu porsu".split())
_MONTHS = {
    plain(word): number
    for number, words in enumerate(
        (
            "জানুয়ারি জানুয়ারী january jan", "ফেব্রুয়ারি ফেব্রুয়ারী february feb", "মার্চ march mar", "এপ্রিল april apr", "মে may",
            "জুন june jun", "জুলাই july jul", "আগস্ট august aug agost", "সেপ্টেম্বর september sep sept", "অক্টোবর october oct",
            "নভেম্বর november nov nobhembor", "ডিসেম্বর december dec disembor",
        ), 1,
    )
    for word in words.split()
}  # fmt: skip
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\s*[-/.]\s*(\d{1,2})(?:\s*[-/.]\s*(\d{4}|\d{2}))?(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")


def amount(text: str) -> tuple[int, str | None] | None:
    """The first amount in a text, with its currency if one is said. None where there is none, or it can be no payment."""
    total, value, half, seen, code = 0.0, None, 0.0, False, None
    for token in _TOKEN.findall(fold(text)):
        number = _number(token)
        unit = unit_of(token) or (100 if latin(token) in _HUNDRED else None)
        if number is not None and not (value is None or unit):
            break  # a second number beside the first
        if number is not None:
            value, half = number + half, 0.0
            seen = seen or number >= 100
        elif latin(token) in _HALF_MORE:
            half = 0.5
        elif unit and value is not None:
            total, value, seen = total + value * unit, None, True
        elif currency_of(token):
            code = currency_of(token)
            if seen or value is not None:
                break
    if value is not None and (seen or _digits_only(text)):
        total, seen = total + value, True
    whole = round(total)
    return (whole, code) if seen and 0 < whole <= MOST else None


def day(text: str, today: date) -> date | None:
    """The day a text names, not later than today; None where it names none."""
    folded = fold(text)
    for pattern, order in ((_ISO, (0, 1, 2)), (_NUMERIC, (2, 1, 0))):
        found = pattern.search(folded)
        if found:
            parts = found.groups()
            return _past(parts[order[0]], int(parts[order[1]]), int(parts[order[2]]), today)
    words = [plain(token) for token in _TOKEN.findall(folded)]
    for spoken, back in ((_TODAY, 0), (_YESTERDAY, 1), (_BEFORE, 2)):
        if spoken & set(words):
            return today - timedelta(days=back)
    numbers = [int(word) for word in words if word.isdecimal()]
    if len(numbers) == 1 and _DAYS & set(words) and _AGO & set(words) and numbers[0] < 4000:
        return today - timedelta(days=numbers[0])
    month = next((_MONTHS[word] for word in words if word in _MONTHS), None)
    if month and numbers and numbers[0] <= 31:
        return _past(str(numbers[1]) if len(numbers) > 1 else None, month, numbers[0], today)
    return None


def _number(token: str) -> float | None:
    if token[0].isdigit():
        plain_number = token.replace(",", "")
        return float(plain_number) if plain_number.count(".") <= 1 else None
    return _NUMBERS.get(latin(token))


def _digits_only(text: str) -> bool:
    """A bare number word ("at", "sat") is too often another word: without a unit only digits count."""
    return any(character.isdigit() for character in fold(text))


def _past(year: str | None, month: int, number: int, today: date) -> date | None:
    try:
        if year is not None:
            found = date(int(year) + (2000 if int(year) < 100 else 0), month, number)
            return found if found <= today and found.year >= 1990 else None
        found = date(today.year, month, number)
        return found if found <= today else date(today.year - 1, month, number)
    except ValueError:
        return None
