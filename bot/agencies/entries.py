"""What is kept of an agency: what the register prints of the firm, nothing of persons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

ACTIVE, SUSPENDED, CANCELLED, EXPIRED, LOCKED, UNKNOWN = STATUSES = (
    "active",
    "suspended",
    "cancelled",
    "expired",
    "server_locked",
    "unknown",
)
OLD = timedelta(days=30)  # a list older than this says so
_POSTCODE = re.compile(r"[-–\s]*\d{4}\b")
_AREA = 28  # characters
_NOT_AN_AREA = re.compile(
    r"(?i)\b(house|road|floor|level|block|suite|flat|tower|plaza|room|plot|sector|holding|shop|building|bhaban|no)\b|^\W*\d"
)


@dataclass(frozen=True, kw_only=True)
class Agency:
    rl: str  # digits, without leading zeros
    name: str
    address: str = ""
    status: str = UNKNOWN  # one of STATUSES, as the register has it
    valid_until: date | None = None

    @property
    def area(self) -> str:
        """The part of the address by which people know the place: "Banani, Dhaka"."""
        pieces = [_POSTCODE.sub("", piece).strip(" .") for piece in self.address.split(",")]
        named = [piece for piece in pieces if piece and not _NOT_AN_AREA.search(piece)]
        return ", ".join(dict.fromkeys(named[-2:]))[:_AREA]

    def standing(self, today: date) -> str:
        """The status, but a licence whose day has passed is expired, whatever else was printed beside it."""
        if self.status == ACTIVE and self.valid_until is not None and self.valid_until < today:
            return EXPIRED
        return self.status


@dataclass(frozen=True, kw_only=True)
class Imported:
    """One list as it was brought in."""

    id: int
    source: str
    as_of: date
    rows: int

    def old(self, today: date) -> bool:
        return today - self.as_of > OLD
