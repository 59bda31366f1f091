"""The end of the cost check: what is official for her case, what was asked of her, and what a loan does, counted so that she can follow."""

from __future__ import annotations

from collections.abc import Mapping

from actions.scenes import Scene
from actions.speaking import button, ways
from bot.fees import Fee, fees
from bot.model import Answer, Button, Flow, Reply
from bot.spoken import day_text, number_text, taka

_YEARS = 120  # months; beyond that no number helps


def counted(here: Scene, flow: Flow) -> Answer:
    told = dict(flow.answers)
    texts = [text for text in (_official(here, told), _loan(here, told)) if text]
    replies = (*(Reply(text=text) for text in texts[:-1]), Reply(text=texts[-1], buttons=ways(here.content, here.language, *_on(here))))
    return Answer(replies=replies)


def months(loan: int, interest: int, sent: int) -> int | None:
    """Until the loan is paid back, when each month the interest on all of it is due; None where it never is."""
    left = sent - interest
    return -(-loan // left) if left > 0 and -(-loan // left) <= _YEARS else None


def _official(here: Scene, told: Mapping[str, str]) -> str:
    say, language, known = here.content.sentences, here.language, fees()
    job, country = told.get("job") or "other", told.get("country") or ""
    pieces = [known.rule(job, country).text[language]]
    listed = known.of(job, country)
    if listed:
        lines = [f"• {fee.name.text[language]}: {taka(language, fee.amount)}{_reported(here, fee)}" for fee in listed]
        total = taka(language, sum(fee.amount for fee in listed))
        pieces.append("\n".join([say["cost_fees"][language], *lines, say["cost_total"].fill(language, total=total)]))
    asked = _amount(told.get("amount"))
    if asked:
        pieces.append(_beside(here, asked, sum(fee.amount for fee in listed), free=job == "house"))
    dated = say["cost_dated"].fill(language, day=day_text(language, known.life.verified_on))
    return "\n\n".join([*pieces, dated])


def _reported(here: Scene, fee: Fee) -> str:
    return f" ({here.content.sentences['cost_reported'][here.language]})" if fee.unsure else ""


def _beside(here: Scene, asked: int, official: int, *, free: bool) -> str:
    say, language = here.content.sentences, here.language
    if free:
        return say["cost_asked_free"].fill(language, asked=taka(language, asked))
    if not official:
        return say["cost_asked_unknown"].fill(language, asked=taka(language, asked))
    if asked <= official:
        return say["cost_asked_within"].fill(language, asked=taka(language, asked), official=taka(language, official))
    over = taka(language, asked - official)
    return say["cost_asked_over"].fill(language, asked=taka(language, asked), official=taka(language, official), over=over)


def _loan(here: Scene, told: Mapping[str, str]) -> str:
    say, language = here.content.sentences, here.language
    loan, interest, sent = (_amount(told.get(name)) for name in ("borrowed", "interest", "sent"))
    paid = loan or _amount(told.get("amount"))
    if not paid or not sent:
        return ""
    left = sent - interest
    needed = months(paid, interest, sent)
    sums = say["cost_left"].fill(language, sent=taka(language, sent), interest=taka(language, interest), left=taka(language, max(left, 0)))
    if not interest:
        sums = say["cost_sent"].fill(language, sent=taka(language, sent))
    if needed is None:
        return f"{sums}\n{say['cost_never'][language]}"
    back = say["cost_months"].fill(language, paid=taka(language, paid), left=taka(language, left), months=number_text(language, needed))
    total = say["cost_interest"].fill(language, total=taka(language, interest * needed)) if interest else ""
    return "\n".join(piece for piece in (sums, back, total, say["cost_warn"][language]) if piece)


def _amount(answer: str | None) -> int:
    """In taka; another currency cannot be counted without a rate, which we do not have."""
    number, _, currency = (answer or "").partition(" ")
    return int(number) if number.isdecimal() and currency == "BDT" else 0


def _on(here: Scene) -> list[Button]:
    return [
        Button(title=here.plans["offer_check"].name[here.language], payload="flow.offer_check"),
        button(here.content, here.language, "again", "flow.cost_check"),
    ]
