"""Amounts and days in words she can read: 25,000 taka, \u09e8\u09eb,\u09e6\u09e6\u09e6 \u099f\u09be\u0995\u09be."""

from __future__ import annotations

from datetime import date

from bot.knowledge import knowledge


def digits(language: str, number: int) -> str:
    """A number in the digits of the language."""
    return str(number) if language == "en" else "".join(chr(0x09E6 + int(digit)) for digit in str(number))


def spoken(language: str, value: str) -> str:
    """A stored answer ("25000 BDT", "24") as it is read."""
    number, _, currency = value.partition(" ")
    if not number.isdecimal():
        return value
    written = _grouped(int(number)) if currency else number
    written = written if language == "en" else "".join(digits(language, int(c)) if c.isdecimal() else c for c in written)
    if not currency:
        return written
    name = knowledge().sentences[f"currency_{currency.lower()}"][language]
    return f"{name} {written}" if language == "en" and currency == "BDT" else f"{written} {name}"


def taka(language: str, amount: int) -> str:
    return spoken(language, f"{amount} BDT")


def number_text(language: str, number: int) -> str:
    return spoken(language, str(number))


def day_text(language: str, day: date) -> str:
    """27/11/2026, in her digits: as it is written on papers in Bangladesh."""
    written = day.strftime("%d/%m/%Y")
    return written if language == "en" else "".join(digits(language, int(c)) if c.isdecimal() else c for c in written)


def _grouped(number: int) -> str:
    """As Bangladesh writes it: 3,50,000."""
    head, tail = str(number)[:-3], str(number)[-3:]
    pairs = []
    while head:
        pairs.append(head[-2:])
        head = head[:-2]
    return ",".join([*reversed(pairs), tail])
