"""Who works at the desk, and what the audit says of them: values that travel between desk, storage and the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Role(str, Enum):
    """What somebody may do is in bot.desk.permissions; these are only the names."""

    COUNSELLOR = "counsellor"  # own and offered cases
    SUPERVISOR = "supervisor"  # the cases of the team
    ANALYST = "analyst"  # aggregates, no case
    ADMIN = "admin"  # people and settings, no case text


class Stage(str, Enum):
    """How far a sign-in is. Only FULL opens anything but its own next step."""

    SETUP = "setup"  # the one-time code was right; password and second factor are to be chosen
    SECOND = "second"  # the password was right; the second factor is asked
    FULL = "full"


@dataclass(frozen=True, kw_only=True)
class Staff:
    """One person of the desk."""

    id: str
    name: str
    role: Role
    team: str
    language: str  # bn | en
    active: bool
    on_duty: bool
    on_duty_since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Account:
    """A person as an admin sees her."""

    staff: Staff
    login: str
    ready: bool  # password and second factor are set
    seen_at: datetime | None  # last use of a session that still exists


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a sign-in is checked against. The desk hashes and compares; the store only keeps."""

    staff: str
    active: bool
    password: str | None  # argon2id
    totp: str | None  # base32; set once it has been confirmed
    totp_pending: str | None  # shown as QR code, not confirmed yet
    recovery_left: int


@dataclass(frozen=True, kw_only=True)
class Session:
    """One signed-in browser."""

    id: str  # half of the token's digest in hex: names it, opens nothing
    staff: Staff
    stage: Stage
    created_at: datetime
    seen_at: datetime


class Action(str, Enum):
    """Everything the audit can say; a new act gets a name here first."""

    # accounts
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    LOCKED_OUT = "locked_out"
    SIGNED_OUT = "signed_out"
    SET_UP = "set_up"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    RECOVERY_USED = "recovery_used"
    RECOVERY_RENEWED = "recovery_renewed"
    SESSIONS_ENDED = "sessions_ended"
    TELEGRAM_CODE = "telegram_code"  # with which her Telegram account may act for her in the staff group
    TELEGRAM_LINKED = "telegram_linked"
    TELEGRAM_UNLINKED = "telegram_unlinked"
    # people
    STAFF_LISTED = "staff_listed"
    STAFF_VIEWED = "staff_viewed"
    STAFF_ADDED = "staff_added"
    STAFF_CHANGED = "staff_changed"
    STAFF_RESET = "staff_reset"
    STAFF_DISABLED = "staff_disabled"
    STAFF_ENABLED = "staff_enabled"
    # settings and duty
    HOURS_CHANGED = "hours_changed"
    ON_DUTY = "on_duty"
    OFF_DUTY = "off_duty"
    # cases
    QUEUE_VIEWED = "queue_viewed"
    CASE_VIEWED = "case_viewed"
    CASE_DECIDED = "case_decided"  # detail says what: taken, rejected, transferred, level, call-back, hidden, closed …
    MESSAGE_SENT = "message_sent"
    NOTE_WRITTEN = "note_written"
    FORM_CHANGED = "form_changed"
    FILE_VIEWED = "file_viewed"  # a picture or voice message of hers was opened
    REVEALED = "revealed"  # an identifier was shown; detail holds the sealed reason
    SEARCHED = "searched"
    EXPORTED = "exported"
    SAMPLE_VIEWED = "sample_viewed"  # a random unflagged conversation
    FIGURES_VIEWED = "figures_viewed"
    AUDIT_VIEWED = "audit_viewed"
    # refusals
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One line of the audit. `detail` is sealed in the database; codes and ids, never a name or her words."""

    seq: int
    at: datetime
    staff: str | None  # None: the command line
    action: str
    object: str | None  # id of a case, a person …
    detail: dict[str, str]
