"""Who works at the desk: people, their credentials and their sessions. Each method is one transaction, its audit line in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from typing import Any, TypeVar

from sqlalchemy.engine import Connection

from bot.staff import Account, Action, AuditEntry, Credentials, Role, Session, Staff, Stage
from bot.storage import audit, contacts, desk_settings, signing_in, staff_rows, staff_sessions
from bot.storage.engine import Database
from bot.storage.sealing import Sealer
from bot.storage.staff_reading import moment
from bot.storage.transaction import Transaction, attempted

T = TypeVar("T")


def _utc() -> datetime:
    return datetime.now(timezone.utc)


class Accounts:
    """Synchronous: call it from threads. `by` is the id of who does it, None for the command line."""

    def __init__(self, database: Database, sealer: Sealer, *, clock: Callable[[], datetime] = _utc) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock

    # People

    def add(self, by: str | None, *, login: str, name: str, role: Role, team: str, language: str) -> tuple[Staff, str]:
        """The new person and her one-time set-up code, which is told nowhere else. Raises LoginTaken."""
        return self._write(lambda tx: staff_rows.add(tx, by, login, name, role, team, language))

    def all(self) -> list[Account]:
        """By name within active and disabled ones."""
        return self._read(staff_rows.accounts)

    def account(self, staff: str) -> Account | None:
        return self._read(lambda tx: next(iter(staff_rows.accounts(tx, staff)), None))

    def named(self, login: str) -> Account | None:
        """For the command line."""
        return self._read(lambda tx: staff_rows.named(tx, login))

    def change(self, by: str | None, staff: str, *, name: str, role: Role, team: str) -> Staff:
        """Ends her sessions where the role or team changes. Raises LastAdmin or UnknownStaff."""
        return self._write(lambda tx: staff_rows.change(tx, by, staff, name, role, team))

    def set_active(self, by: str | None, staff: str, active: bool) -> Staff:
        """Disabling ends her sessions and takes her off duty. Raises LastAdmin or UnknownStaff."""
        return self._write(lambda tx: staff_rows.set_active(tx, by, staff, active))

    def reset(self, by: str | None, staff: str) -> str:
        """Takes away password, second factor and sessions; returns a new one-time code."""
        return self._write(lambda tx: staff_rows.reset(tx, by, staff))

    def set_language(self, staff: str, language: str) -> None:
        self._write(lambda tx: staff_rows.set_language(tx, staff, language))

    # Outside the desk

    def set_contact(self, staff: str, door: str, address: str | None) -> None:
        """Where she is alerted: `door` is email. None takes it away. Raises UnknownStaff."""
        self._write(lambda tx: contacts.put(tx, staff, door, address))

    def new_link(self, staff: str, *, by: str | None = None, seconds: float = contacts.VALID) -> str:
        """A one-time code for her Telegram account. Raises UnknownStaff."""

        def make(tx: Transaction) -> str:
            code = contacts.new_link(tx, staff, seconds)
            audit.append(tx, by, Action.TELEGRAM_CODE, staff)
            return code

        return self._write(make)

    def link(self, code: str, account: str) -> str | None:
        """Makes a Telegram account hers whose code it is, and says who that is; None: no good code."""

        def make(tx: Transaction) -> str | None:
            staff = contacts.link(tx, code, account)
            if staff is not None:
                audit.append(tx, staff, Action.TELEGRAM_LINKED, staff)
            return staff

        return self._write(make)

    def unlink(self, by: str | None, staff: str) -> None:
        """Her Telegram account acts for nobody any more."""

        def end(tx: Transaction) -> None:
            if contacts.unlink(tx, staff):
                audit.append(tx, by, Action.TELEGRAM_UNLINKED, staff)

        self._write(end)

    def linked_since(self, staff: str) -> datetime | None:
        """Since when a Telegram account is hers."""
        return self._read(lambda tx: moment(contacts.since(tx, staff, contacts.TELEGRAM)))

    def linked(self, account: str) -> str | None:
        """Whose Telegram account it is, if she is active."""
        return self._read(lambda tx: contacts.of(tx, contacts.TELEGRAM, account))

    # Credentials

    def credentials(self, login: str) -> Credentials | None:
        return self._read(lambda tx: signing_in.credentials(tx, login=login))

    def credentials_of(self, staff: str) -> Credentials | None:
        return self._read(lambda tx: signing_in.credentials(tx, staff=staff))

    def attempt(self, login: str, device: str | None) -> float:
        """Counts one attempt before it is judged. Returns 0, or the seconds for which nothing more is tried; then nothing is counted."""
        return self._write(lambda tx: signing_in.attempt(tx, login, device))

    def succeeded(self, login: str, device: str | None) -> None:
        """Takes the failures back."""
        self._write(lambda tx: signing_in.succeeded(tx, login, device))

    def setup(self, login: str, code: str) -> str | None:
        """The person whose unused one-time code this is."""
        return self._read(lambda tx: signing_in.setup(tx, login, code))

    def set_password(self, staff: str, hashed: str, *, first: bool) -> None:
        """`first`: in the set-up. Otherwise her own change, which ends all her sessions."""
        self._write(lambda tx: signing_in.set_password(tx, staff, hashed, first=first))

    def propose_totp(self, staff: str, secret: str) -> None:
        self._write(lambda tx: signing_in.propose_totp(tx, staff, secret))

    def confirm_totp(self, staff: str, step: int, recovery: list[str], *, first: bool) -> bool:
        """The proposed secret becomes hers, with new recovery codes; a set-up code is used up now, and all sessions made with it end.

        False: nothing was proposed, or the code is used up already.
        """
        return self._write(lambda tx: signing_in.confirm_totp(tx, staff, step, recovery, first=first))

    def use_totp(self, staff: str, step: int) -> bool:
        """False: this or a later code was used before."""
        return self._write(lambda tx: signing_in.use_totp(tx, staff, step))

    def use_recovery(self, staff: str, code: str) -> bool:
        return self._write(lambda tx: signing_in.use_recovery(tx, staff, code))

    def rehash(self, staff: str, hashed: str) -> None:
        """The same password under newer parameters."""
        self._write(lambda tx: signing_in.rehash(tx, staff, hashed))

    def device_seal(self, login: str, device: str) -> str:
        """What a browser carries that once signed in as `login`: failures elsewhere do not keep it out."""
        return self._sealer.digest("device", signing_in.folded(login), device).hex()

    # Sessions

    def open_session(self, staff: str, stage: Stage, *, replaces: str | None = None) -> str:
        """A new token; the old one, if any, ends."""
        return self._write(lambda tx: staff_sessions.open_session(tx, staff, stage, replaces))

    def session(self, token: str, *, active: bool) -> Session | None:
        """None: unknown, too old, idle too long, or of somebody disabled. `active`: she did something herself, the session lives on."""
        found = self._read(lambda tx: staff_sessions.session(tx, token))
        if found is not None and active and staff_sessions.worth_noting(found, self._clock()):
            self._note(lambda tx: staff_sessions.touch(tx, token))
        return found

    def sessions(self, staff: str) -> list[Session]:
        return self._read(lambda tx: staff_sessions.sessions(tx, staff))

    def close_session(self, token: str) -> None:
        """She signs out."""
        self._write(lambda tx: staff_sessions.close(tx, token))

    def close_sessions(self, by: str | None, staff: str, *, keep: str | None = None) -> int:
        """All of hers, except the one whose token is `keep`."""
        return self._write(lambda tx: staff_sessions.close_all(tx, by, staff, keep))

    # Audit

    def write_audit(self, by: str | None, action: Action, object: str | None = None, **detail: str) -> None:
        self._write(lambda tx: audit.append(tx, by, action, object, **detail))

    def audit_entries(
        self,
        *,
        before: int | None = None,
        limit: int = 100,
        by: str | None = None,
        action: str | None = None,
        object: str | None = None,
    ) -> list[AuditEntry]:
        return self._read(lambda tx: audit.entries(tx, before=before, limit=limit, by=by, action=action, object=object))

    def audit_faults(self) -> tuple[int, str, str | None]:
        """(good lines, hash of the last in hex, fault or None)."""
        good, last, fault = self._read(audit.faults)
        return good, last.hex(), fault

    # Settings

    def setting(self, name: str) -> Any:
        """The JSON value, None where it was never set."""
        return self._read(lambda tx: desk_settings.setting(tx, name))

    def set_setting(self, by: str | None, name: str, value: Any, action: Action) -> None:
        self._write(lambda tx: desk_settings.set_setting(tx, by, name, json.dumps(value), action))

    # Inside

    def _read(self, work: Callable[[Transaction], T]) -> T:
        return self._run(self._database.read, work)

    def _write(self, work: Callable[[Transaction], T]) -> T:
        return self._run(self._database.write, work)

    def _note(self, work: Callable[[Transaction], T]) -> T:
        return self._run(self._database.note, work)

    def _run(self, begin: Callable[[], AbstractContextManager[Connection]], work: Callable[[Transaction], T]) -> T:
        return attempted(begin, self._sealer, self._clock, work)
