"""The staff group's topics: which case has which, what stands in it, and what is asked there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row

from bot.handoff import Case
from bot.model import Kind
from bot.relaying import Asked, Hers, Topic
from bot.storage import caserows
from bot.storage.care_tables import relay_topics
from bot.storage.engine import Database
from bot.storage.inbox import body_context
from bot.storage.sealing import Sealer
from bot.storage.tables import OPEN, cases, conversations, messages
from bot.storage.transaction import Transaction, attempted

T = TypeVar("T")
_MOST = 200  # cases in the group
_TOLD = 30  # messages of one look
_BEFORE = 1800.0  # seconds before the case was opened: what led to it


class Topics:
    """Each method is one transaction."""

    def __init__(self, database: Database, sealer: Sealer, clock: Callable[[], datetime]) -> None:
        self._database, self._sealer, self._clock = database, sealer, clock

    def relay_topics(self) -> list[Topic]:
        """Of all open cases, and of closed ones that still have one."""

        def look(tx: Transaction) -> list[Topic]:
            rows = {row.case_id: row for row in tx.connection.execute(select(relay_topics))}
            shown = caserows.all_of(tx, select(cases).where(OPEN).order_by(cases.c.opened_at).limit(_MOST))
            gone = [id for id in rows if id not in {case.id for _, case in shown}]
            closed = caserows.all_of(tx, select(cases).where(cases.c.id.in_(gone))) if gone else []
            return [_topic(case, rows.get(case.id)) for _, case in (*shown, *closed)]

        return self._run(self._database.read, look)

    def claim_topic(self, case: str, seconds: float) -> Topic | None:
        """As it is now, for so many seconds nobody else's; None: it is another's. A new one gets its number with it."""

        def claim(tx: Transaction) -> Topic | None:
            if not claimed(tx):
                return None
            row = tx.connection.execute(select(relay_topics).where(relay_topics.c.case_id == case)).one()
            found = caserows.load(tx, case)
            return None if found is None else _topic(found[1], row)

        def claimed(tx: Transaction) -> bool:
            ours = (relay_topics.c.case_id == case, relay_topics.c.due_at <= tx.now)
            if tx.connection.execute(update(relay_topics).where(*ours).values(due_at=tx.now + seconds)).rowcount:
                return True
            number = int(tx.connection.execute(select(func.coalesce(func.max(relay_topics.c.number), 0))).scalar_one()) + 1
            values = {"case_id": case, "topic": 0, "number": number, "shown": "", "read_to": 0, "asked": None, "due_at": tx.now + seconds}
            upsert: Any = sqlite.insert if tx.connection.dialect.name == "sqlite" else postgresql.insert
            made = upsert(relay_topics).on_conflict_do_nothing(index_elements=["case_id"])
            return bool(tx.connection.execute(made, values).rowcount)

        return self._run(self._database.write, claim)

    def release_topic(self, case: str, seconds: float) -> None:
        self._change(case, lambda tx: {"due_at": tx.now + seconds})

    def topic_made(self, case: str, topic: int) -> None:
        self._change(case, lambda tx: {"topic": topic})

    def topic_shown(self, case: str, shown: str) -> None:
        self._change(case, lambda tx: {"shown": shown[:64]})

    def topic_read(self, case: str, message: int) -> None:
        self._change(case, lambda tx: {"read_to": message})

    def topic_gone(self, case: str) -> None:
        self._run(self._database.write, lambda tx: tx.connection.execute(delete(relay_topics).where(relay_topics.c.case_id == case)))

    def topic_of(self, topic: int) -> Topic | None:
        def look(tx: Transaction) -> Topic | None:
            row = tx.connection.execute(select(relay_topics).where(relay_topics.c.topic == topic)).first()
            found = None if row is None else caserows.load(tx, row.case_id)
            return None if found is None else _topic(found[1], row)

        return self._run(self._database.read, look)

    def number_of(self, case: str) -> int:
        query = select(relay_topics.c.number).where(relay_topics.c.case_id == case)
        return self._run(self._database.read, lambda tx: int(tx.connection.execute(query).scalar() or 0))

    def ask(self, case: str, asked: Asked | None) -> None:
        def sealed(tx: Transaction) -> dict[str, Any]:
            return {"asked": None if asked is None else tx.sealer.seal(asdict(asked), context=_context(case))}

        self._change(case, sealed)

    def asked(self, case: str) -> Asked | None:
        def look(tx: Transaction) -> Asked | None:
            found = tx.connection.execute(select(relay_topics.c.asked).where(relay_topics.c.case_id == case)).scalar()
            return None if found is None else Asked(**tx.sealer.unseal_json(found, context=_context(case)))

        return self._run(self._database.read, look)

    def her_messages(self, case: str, after: int) -> list[Hers]:
        """What she wrote from shortly before the case was opened on, oldest first."""

        def look(tx: Transaction) -> list[Hers]:
            joined = messages.join(conversations, conversations.c.id == messages.c.conversation_id)
            joined = joined.join(cases, cases.c.person_id == conversations.c.person_id)
            hers = (cases.c.id == case, messages.c.id > after, messages.c.direction == "in", messages.c.kind != Kind.LEFT.value)
            since = messages.c.created_at > cases.c.opened_at - _BEFORE
            query = select(messages).select_from(joined).where(*hers, since).order_by(messages.c.id).limit(_TOLD)
            return [_hers(tx, row) for row in tx.connection.execute(query)]

        return self._run(self._database.read, look)

    def _change(self, case: str, values: Callable[[Transaction], dict[str, Any]]) -> None:
        def change(tx: Transaction) -> None:
            tx.connection.execute(update(relay_topics).where(relay_topics.c.case_id == case).values(values(tx)))

        self._run(self._database.write, change)

    def _run(self, begin: Any, work: Callable[[Transaction], T]) -> T:
        return attempted(begin, self._sealer, self._clock, work)


def _topic(case: Case, row: Row | None) -> Topic:
    if row is None:
        return Topic(case=case, topic=0, number=0, shown="", read_to=0)
    return Topic(case=case, topic=row.topic, number=row.number, shown=row.shown, read_to=row.read_to)


def _hers(tx: Transaction, row: Row) -> Hers:
    body = tx.sealer.unseal_json(row.body, context=body_context(row.conversation_id))
    return Hers(id=row.id, text=str(body["text"] or ""), media=row.kind == Kind.MEDIA.value)


def _context(case: str) -> str:
    return f"relay_topics.asked:{case}"
