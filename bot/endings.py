"""What is done with guided questions that she has answered: a payment is kept, a complaint becomes a paper."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import date

from bot.house import day_of
from bot.knowledge import Knowledge
from bot.model import Flow, Outcome, Paper, Payment, Reply, Turn
from bot.paper_words import wording
from bot.receipts import AGAIN, FLOW, Ledger, Receipts
from bot.threads import off_loop


class Endings:
    def __init__(self, content: Knowledge, ledger: Ledger, receipts: Receipts) -> None:
        self._content, self._ledger, self._receipts = content, ledger, receipts

    async def ended(self, turn: Turn, outcome: Outcome, flow: Flow) -> Outcome:
        if flow.name in (FLOW, AGAIN):
            return await self._receipts.ended(turn, outcome, flow)
        if flow.name == "complaint":
            return await self._complaint(turn, outcome, flow)
        return outcome

    async def _complaint(self, turn: Turn, outcome: Outcome, flow: Flow) -> Outcome:
        """In Bangla, which the offices read; in English too for one who writes English."""
        payments = await self._ledger(turn.conversation)
        languages = ("bn", "en") if outcome.state.language == "en" else ("bn",)
        today = date.fromisoformat(day_of(turn.received_at))
        papers = [await off_loop(_paper, flow, payments, language, today) for language in languages]
        spoken = outcome.state.language
        one = self._content.sentences["complaint_file"][spoken]
        files = [
            Reply(text=wording().say(f"file_{language}", spoken) if len(papers) > 1 else one, file=paper.id)
            for language, paper in zip(languages, papers, strict=True)
        ]
        return replace(outcome, papers=tuple(papers), replies=(*files, *outcome.replies))


def _paper(flow: Flow, payments: list[Payment], language: str, today: date) -> Paper:
    from bot.papers import complaint  # a PDF library takes a second to load, which no start of the gateway should

    name = f"complaint-{language}-{today.isoformat()}.pdf"
    return Paper(id=secrets.token_urlsafe(16), name=name, body=complaint(flow, payments, language, today))
