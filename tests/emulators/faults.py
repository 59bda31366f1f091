"""Troubles that an emulated API can be told to have: `api.fail("sendMessage", flood(3), server_error())` has them once each, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One call that goes wrong."""

    status: int | None = None  # the HTTP status answered; None: the call is carried out
    error: dict[str, Any] = field(default_factory=dict)  # fields of the error body, in the platform's terms
    raw: bytes | None = None  # answered instead of JSON
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False  # the connection is cut instead of an answer
    delay: float = 0.0  # seconds before anything happens


def server_error(status: int = 500) -> Fault:
    """The platform is broken: 5xx and a page of HTML."""
    return Fault(status=status, raw=b"<html>Server Error</html>")


def dropped_before() -> Fault:
    """The connection breaks before the call is carried out."""
    return Fault(status=500, drop=True)


def dropped_after() -> Fault:
    """The call is carried out (the message reaches her), and then the connection breaks."""
    return Fault(drop=True)


def slow(seconds: float) -> Fault:
    """The call is carried out, late."""
    return Fault(delay=seconds)


def flood(retry_after: int) -> Fault:
    """Telegram's 429."""
    return Fault(
        status=429, error={"description": f"Too Many Requests: retry after {retry_after}", "parameters": {"retry_after": retry_after}}
    )


def telegram_error(status: int, description: str) -> Fault:
    """Any other error of Telegram's: telegram_error(403, "Forbidden: bot was blocked by the user")."""
    return Fault(status=status, error={"description": description})


def graph_error(status: int, code: int, subcode: int | None = None, *, transient: bool = False, retry_after: int | None = None) -> Fault:
    """An error of Meta's Graph API, by its numbers."""
    numbers = {"code": code, **({"error_subcode": subcode} if subcode is not None else {}), **({"is_transient": True} if transient else {})}
    return Fault(status=status, error=numbers, headers={"Retry-After": str(retry_after)} if retry_after is not None else {})
