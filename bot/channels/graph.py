"""What an error of Meta's Graph API means for a reply."""

from __future__ import annotations

import logging
from typing import Any

import httpx

from bot.errors import DeliveryError, Refused, TryLater, Unreachable

# developers.facebook.com/docs/messenger-platform/error-codes
_UNREACHABLE = {551, 10}  # she blocked the page or left; outside the window
_UNREACHABLE_SUBCODES = {2018278, 2018108, 2018065, 1545041, 2018001}  # window closed; not receiving; blocked; no such person
_BUSY = {1, 2, 4, 17, 32, 613, 1200, 80006}  # unknown or temporary trouble, and the rate limits
_BAD_TOKEN = 190

log = logging.getLogger(__name__)


def failure(response: httpx.Response) -> DeliveryError:
    """The error for a response that is no success; it carries Meta's numbers, never Meta's words."""
    error = _error(response)
    code, subcode = _integer(error.get("code")), _integer(error.get("error_subcode"))
    what = f"Messenger: status {response.status_code}, code {code}, subcode {subcode}."
    if code in _UNREACHABLE or subcode in _UNREACHABLE_SUBCODES:
        return Unreachable(what)
    if code == _BAD_TOKEN or response.status_code == 401:  # a mistake of ours, which is mended while her messages wait
        log.error("Meta refuses MESSENGER_PAGE_TOKEN: make a new one in the app's Messenger settings")
        return TryLater(what)
    if code in _BUSY or error.get("is_transient") is True or response.status_code == 429:
        return TryLater(what, seconds=_retry_after(response))
    if 400 <= response.status_code < 500:
        return Refused(what)
    return TryLater(what, seconds=_retry_after(response))


def _error(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _integer(value: object) -> int | None:
    return value if type(value) is int else None


def _retry_after(response: httpx.Response) -> float | None:
    value = response.headers.get("retry-after", "")
    return float(value) if value.isascii() and value.isdigit() and len(value) < 7 else None
