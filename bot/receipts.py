"""Her payments, as the gateway shows, corrects and deletes them: they are read here and nowhere else, so that they never travel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date

from bot.flows import NOT_ASKED, SKIPPED, UNKNOWN, Plan, flow_plans
from bot.knowledge import Knowledge
from bot.media import new_id
from bot.model import Button, Flow, Outcome, Payment, Reply, State, Turn
from bot.spoken import day_text, digits, spoken
from bot.understanding.commands import Command

FLOW, AGAIN = "receipt", "receipt_again"
ID = "id"  # beside the answers: of the payment that is being corrected
COMMANDS = frozenset({"receipts", "receipt"})
_LISTED = 8  # payments with a button; all are counted and told
_TITLE = 20  # characters of a button

Ledger = Callable[[str], Awaitable[list[Payment]]]  # by conversation


class Receipts:
    """Each answer is one Outcome."""

    def __init__(self, content: Knowledge, ledger: Ledger) -> None:
        self._content, self._ledger = content, ledger

    async def obey(self, turn: Turn, state: State, command: Command) -> Outcome:
        kept = await self._ledger(turn.conversation)
        if command.name == "receipts":
            return self._list(state, kept)
        id, act = (*command.arguments, "")[:2]
        payment = next((one for one in kept if one.id == id), None)
        if payment is None:
            return self._list(state, kept)
        if act == "delete":
            return self._say(
                state, "receipt_sure", (("delete", f"receipt.{id}.delete_yes"), ("keep", f"receipt.{id}")), line=line(state, payment)
            )
        if act == "delete_yes":
            left = [one for one in kept if one.id != id]
            return replace(self._list(state, left, said="receipt_deleted"), unpaid=(id,))
        return self._one(state, payment)

    async def correcting(self, turn: Turn, state: State, id: str) -> State | None:
        """The questions begin again for a payment that is kept; None where it is not."""
        if await self._kept(turn, id) is None:
            return None
        flow = Flow(name=AGAIN, answers=((ID, id), ("consent", "yes")))
        return replace(state, flows=(flow, *(replace(one, open=False) for one in state.flows if one.name != AGAIN)))

    async def ended(self, turn: Turn, outcome: Outcome, flow: Flow) -> Outcome:
        """Keeps what she answered. A correction is told as it stands then: what she skipped is known here only."""
        if flow.name == FLOW:
            return replace(outcome, payments=(payment_of(flow),))
        old = await self._kept(turn, flow.answer(ID) or "")
        payment = corrected(flow, old) if old else payment_of(flow)
        if not payment.amount:  # deleted meanwhile, and nothing to write down in its place
            return replace(self._list(outcome.state, await self._ledger(turn.conversation)), risk=outcome.risk)
        text = self._content.sentences["receipt_kept"].fill(outcome.state.language, line=line(outcome.state, payment))
        return replace(outcome, payments=(payment,), replies=(replace(outcome.replies[-1], text=text),))

    async def _kept(self, turn: Turn, id: str) -> Payment | None:
        return next((one for one in await self._ledger(turn.conversation) if one.id == id), None)

    def _list(self, state: State, kept: list[Payment], said: str | None = None) -> Outcome:
        head = self._content.sentences[said][state.language] if said else ""
        if not kept:
            return self._say(state, "receipts_none", ((FLOW, f"flow.{FLOW}"),), before=head)
        lines = [f"{digits(state.language, number)}. {line(state, one)}" for number, one in enumerate(kept, 1)]
        pieces = [head, self._content.sentences["receipts_list"][state.language], "\n".join(lines), self._totals(state, kept)]
        numbered = list(enumerate(kept, 1))[-_LISTED:]
        buttons = [Button(title=title(state, number, one), payload=f"receipt.{one.id}") for number, one in numbered]
        on = [*buttons, self._plan_button(state, FLOW), self._plan_button(state, "complaint"), *self._ways(state)]
        return Outcome(replies=(Reply(text="\n\n".join(piece for piece in pieces if piece), buttons=tuple(on)),), state=state)

    def _one(self, state: State, payment: Payment) -> Outcome:
        on = (("correct", f"receipt.{payment.id}.correct"), ("delete_one", f"receipt.{payment.id}.delete"), ("receipts", "receipts"))
        return self._say(state, "receipt_one", on, line=line(state, payment))

    def _totals(self, state: State, kept: list[Payment]) -> str:
        sums: dict[str, int] = {}
        for one in kept:
            sums[one.currency] = sums.get(one.currency, 0) + one.amount
        total = " + ".join(spoken(state.language, f"{amount} {currency}") for currency, amount in sums.items())
        return self._content.sentences["receipts_total"].fill(state.language, count=digits(state.language, len(kept)), total=total)

    def _say(self, state: State, name: str, on: tuple[tuple[str, str], ...], before: str = "", **fill: object) -> Outcome:
        text = self._content.sentences[name].fill(state.language, **fill)
        titles = self._content.buttons
        buttons = [
            self._plan_button(state, name) if name in flow_plans() else Button(title=titles[name][state.language], payload=payload)
            for name, payload in on
        ]
        reply = Reply(text=f"{before}\n\n{text}".strip(), buttons=(*buttons, *self._ways(state)))
        return Outcome(replies=(reply,), state=state)

    def _plan_button(self, state: State, name: str) -> Button:
        return Button(title=flow_plans()[name].name[state.language], payload=f"flow.{name}")

    def _ways(self, state: State) -> list[Button]:
        return [Button(title=self._content.buttons[name][state.language], payload=name) for name in ("person", "menu")]


def payment_of(flow: Flow) -> Payment:
    """What she answered, as it is kept."""
    told = {question: "" if value in NOT_ASKED else value for question, value in flow.answers}
    number, _, currency = told.get("amount", "").partition(" ")
    return Payment(
        id=told.get(ID) or new_id(),
        amount=int(number or 0),
        currency=currency or "BDT",
        day=told.get("day", ""),
        to=told.get("to", ""),
        what=told.get("what", ""),
        proof=told.get("proof", ""),
        picture=told.get("picture") or None,
    )


def corrected(flow: Flow, old: Payment) -> Payment:
    """The payment with what she answered anew; what she skipped stays, and so does the picture where no other came."""
    told = {question: value for question, value in flow.answers if value != SKIPPED}
    fields = {name: "" if told[name] == UNKNOWN else told[name] for name in ("day", "to", "what", "proof") if name in told}
    new = payment_of(flow)
    money = {"amount": new.amount, "currency": new.currency} if new.amount else {}
    return replace(old, **fields, **money, picture=new.picture or old.picture)  # type: ignore[arg-type]


def line(state: State, payment: Payment) -> str:
    """One payment in one line."""
    language = state.language
    plan = flow_plans()[FLOW]
    pieces = [spoken(language, f"{payment.amount} {payment.currency}")]
    pieces += [day_text(language, date.fromisoformat(payment.day))] if payment.day else []
    pieces += [worded(plan, question, getattr(payment, question), language) for question in ("to", "what", "proof")]
    return " · ".join(piece for piece in pieces if piece) + (" 📷" if payment.picture else "")


def worded(plan: Plan, question: str, value: str, language: str) -> str:
    """A choice by its title, free words as they were written."""
    asked = plan.question(question)
    found = asked.title(value) if asked else None
    return found[language] if found else value


def title(state: State, number: int, payment: Payment) -> str:
    """By its number in the list: two may be of one day and amount."""
    return f"{digits(state.language, number)}. {spoken(state.language, f'{payment.amount} {payment.currency}')}"[:_TITLE].strip()
