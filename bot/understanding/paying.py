"""Whether she tells that money has been paid: then is the time to write it down. Pure."""

from __future__ import annotations

from bot.understanding.amounts import amount
from bot.understanding.answering import is_question
from bot.understanding.normalise import fold, words
from bot.understanding.romanise import plain

_PAID = frozenset(
    plain(fold(word))
    for word in (
        "দিছি দিয়েছি দিয়েছিলাম দিলাম দিসি দিয়া দিছিলাম নিছে নিয়েছে নিয়া নিসে নিল disi dichi dici diyechi diyesi diechi diyechilam dilam "
        "disilam nise niche nice niyeche niyece nilo paid gave given took"
    ).split()
)
_MONEY = frozenset(plain(fold(word)) for word in "টাকা টাকাটা taka tk takata money rial riyal রিয়াল হাজার লাখ hajar lakh".split())


def paid(text: str) -> bool:
    """An amount, the word for money, and a word for having given or taken it; a question about payments is none."""
    keys = {plain(word) for word in words(fold(text))}
    return bool(keys & _PAID and keys & _MONEY) and amount(text) is not None and not is_question(text, careful=True)
