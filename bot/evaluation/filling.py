"""Fills a database with conversations, as many months of use would: answered messages, sent replies, Rasa's memory of each."""

from __future__ import annotations

import os
from typing import Any

from sqlalchemy import insert
from sqlalchemy.engine import Connection

from bot.settings import Settings
from bot.storage import Database, Sealer
from bot.storage.tables import conversations, messages, people, trackers
from bot.storage.transaction import token

_MESSAGES = 3  # of hers in each conversation, with a reply to each
_TRACKER = 1500  # bytes of Rasa's memory of a conversation, about what is seen
_BATCH = 2000
_BEGUN = 1_750_000_000.0  # seconds since 1970: long ago, so that nothing of it is recent


def fill(settings: Settings, number: int) -> None:
    """Adds so many conversations to the database of the settings, whose tables must exist."""
    database = Database(settings.database_url)
    sealer = Sealer(settings.seal_keys.reveal(), settings.lookup_key.reveal())
    body = sealer.seal({"text": "x" * 200, "buttons": []}, context="filling")
    try:
        for begin in range(0, number, _BATCH):
            with database.note() as connection:
                _add(connection, min(_BATCH, number - begin), body)
    finally:
        database.close()  # SQLite then moves its log into the file, which the first turns would pay for otherwise


def _add(connection: Connection, number: int, body: bytes) -> None:
    first = _next(connection, people.c.id)
    ids = [token() for _ in range(number)]
    connection.execute(insert(people), [{**_PERSON, "id": first + n} for n in range(number)])
    connection.execute(insert(conversations), [_conversation(conversation, first + n) for n, conversation in enumerate(ids)])
    message = _next(connection, messages.c.id)
    questions, replies = [], []
    for conversation in ids:
        for part in range(_MESSAGES):
            asked, message = message, message + 2
            questions.append(
                {"id": asked, "conversation_id": conversation, "body": body, "external_digest": os.urandom(32), **_QUESTION, **_at(part)}
            )
            replies.append({"id": asked + 1, "conversation_id": conversation, "body": body, "reply_to": asked, **_REPLY, **_at(part)})
    connection.execute(insert(messages), questions)
    connection.execute(insert(messages), replies)
    memory = os.urandom(_TRACKER)
    connection.execute(
        insert(trackers), [{"conversation_id": conversation, "events": memory, "updated_at": _BEGUN} for conversation in ids]
    )


def _next(connection: Connection, column: Any) -> int:
    return int(connection.execute(column.table.select().with_only_columns(column).order_by(column.desc()).limit(1)).scalar() or 0) + 1


def _conversation(conversation: str, person: int) -> dict[str, Any]:
    return {"id": conversation, "person_id": person, "address_digest": os.urandom(32), "address": os.urandom(40), **_CONVERSATION}


def _at(part: int) -> dict[str, float]:
    return {"created_at": _BEGUN + part, "done_at": _BEGUN + part}


_PERSON = {
    "language": "bn", "language_chosen": False, "script": "bn", "step": 5, "part": 2, "done": 6, "level": 0,
    "created_at": _BEGUN, "seen_at": _BEGUN,
}  # fmt: skip
_CONVERSATION = {
    "channel": "telegram", "reachable": True, "last_inbound_at": _BEGUN, "holder": "bot", "wrong_codes": 0, "wrong_codes_since": 0.0,
    "created_at": _BEGUN,
}  # fmt: skip
_QUESTION = {"direction": "in", "author": "person", "kind": "text", "state": "answered", "attempts": 1, "risk_flag": 0, "risk_ask": False}
_REPLY = {"direction": "out", "author": "bot", "kind": "reply", "state": "sent", "attempts": 1, "position": 0, "platform_id": bytes(34)}
