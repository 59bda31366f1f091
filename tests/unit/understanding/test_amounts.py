from datetime import date

import pytest

from bot.understanding.amounts import amount, day

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("২৫ হাজার", (25_000, None)),
        ("der lakh taka", (150_000, "BDT")),
        ("1 lakh 20 hajar", (120_000, None)),
        ("২৫,০০০ টাকা", (25_000, "BDT")),
        ("BDT 3,50,000", (350_000, "BDT")),
        ("5000", (5000, None)),
        ("৫০০ রিয়াল", (500, "SAR")),
        ("আড়াই লাখ", (250_000, None)),
        ("সাড়ে তিন লাখ", (350_000, None)),
        ("পাঁচ হাজার টাকা", (5000, "BDT")),
        ("দুইশ টাকা", (200, "BDT")),
        ("50k", (50_000, None)),
        ("এক লাখ বিশ হাজার টাকা দিছি", (120_000, "BDT")),
        ("20000 taka ar 500 riyal", (20_000, "BDT")),
        ("at", None),
        ("sat din", None),
        ("12345678", None),
        ("01712345678", None),
        ("0", None),
        ("", None),
    ],
)
def test_amounts(text, found):
    assert amount(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("আজ", date(2026, 11, 27)),
        ("gotokal", date(2026, 11, 26)),
        ("25/11", date(2026, 11, 25)),
        ("২৫-১১-২০২৬", date(2026, 11, 25)),
        ("25 november", date(2026, 11, 25)),
        ("১২ মার্চ ২০২৫", date(2025, 3, 12)),
        ("3 din age", date(2026, 11, 24)),
        ("31/12", date(2025, 12, 31)),
        ("2025-01-05", date(2025, 1, 5)),
        ("28/11/2026", None),
        ("31/02/2026", None),
        ("5 din", None),
        ("jani na", None),
    ],
)
def test_days(text, found):
    assert day(text, TODAY) == found
