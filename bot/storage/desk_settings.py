"""Settings of the desk that an admin changes, such as opening hours."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select, text

from bot.staff import Action
from bot.storage import audit
from bot.storage.desk_tables import desk_settings
from bot.storage.transaction import Transaction

_PUT = text(
    "INSERT INTO desk_settings (name, value, changed_at) VALUES (:name, :value, :at) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at"
)


def setting(tx: Transaction, name: str) -> Any:
    row = tx.connection.execute(select(desk_settings.c.value).where(desk_settings.c.name == name)).first()
    return None if row is None else json.loads(row.value)


def set_setting(tx: Transaction, by: str | None, name: str, value: str, action: Action) -> None:
    tx.connection.execute(_PUT, {"name": name, "value": value, "at": tx.now})
    audit.append(tx, by, action, name)
