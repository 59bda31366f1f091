"""Messenger's webhook events as Inbound events: pure, and nothing of a body is trusted."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from typing import Any

from bot.channels.text import scrub
from bot.errors import BadUpdate
from bot.model import Inbound, Kind

GET_STARTED = "get_started"  # the payload of the button that opens the chat

_MEDIA = {"audio": "voice", "image": "photo", "video": "video", "file": "file", "location": "location"}


def parse(body: object) -> list[Inbound]:
    """Every event of every entry, in order. Raises BadUpdate when the body is not what Messenger sends."""
    return read(body)[0]


def read(body: object) -> tuple[list[Inbound], int]:
    """The events, and how many others could not be read: one of them must not make Messenger repeat, and at last drop, the whole batch."""
    entries = body.get("entry") if isinstance(body, dict) else None
    if not isinstance(entries, list):
        raise BadUpdate
    events: list[Inbound] = []
    unreadable = 0
    for entry in entries:
        messaging = entry.get("messaging", []) if isinstance(entry, dict) else None  # "standby", of other apps' chats, is left alone
        if not isinstance(messaging, list):
            unreadable += 1
            continue
        for event in messaging:
            try:
                inbound = parse_event(event)
            except BadUpdate:
                unreadable += 1
                continue
            events += [inbound] if inbound else []
    return events, unreadable


def parse_event(event: object) -> Inbound | None:
    """One event; None for echoes, receipts, reactions and whatever else is not a word of hers. Raises BadUpdate."""
    if not isinstance(event, dict):
        raise BadUpdate
    for field, reader in _READERS.items():
        content = event.get(field)
        if content is None:
            continue
        if not isinstance(content, dict):
            raise BadUpdate
        return reader(content, event)
    return None


def _message(message: dict[str, Any], event: dict[str, Any]) -> Inbound | None:
    if message.get("is_echo"):
        return None
    sender, mid, text = _sender(event), _required(message.get("mid")), _optional(message.get("text"))
    reply = message.get("quick_reply")
    payload = _optional(reply.get("payload")) if isinstance(reply, dict) else ""
    if payload:
        return Inbound(channel="messenger", external_id=mid, sender=sender, kind=Kind.BUTTON, text=text, payload=payload)
    attachments = message.get("attachments") or []
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise BadUpdate
    link_preview = bool(text) and all(one.get("type") == "fallback" for one in attachments)
    if link_preview and message.get("sticker_id") is None:  # words with a link in them are still words
        return Inbound(channel="messenger", external_id=mid, sender=sender, kind=Kind.TEXT, text=text)
    # Several pictures at once are one message and get one answer: their addresses stand one a line.
    references = "\n".join(filter(None, map(_reference, attachments)))
    media = "sticker" if message.get("sticker_id") is not None else _media(attachments[0]) if attachments else "other"
    return Inbound(
        channel="messenger", external_id=mid, sender=sender, kind=Kind.MEDIA, text=text, media=media, media_ref=references or None
    )


def _media(attachment: dict[str, Any]) -> str:
    payload = attachment.get("payload")
    if isinstance(payload, dict) and payload.get("sticker_id") is not None:
        return "sticker"
    kind = attachment.get("type")
    return _MEDIA.get(kind, "other") if isinstance(kind, str) else "other"


def _reference(attachment: dict[str, Any]) -> str:
    """The address of an attachment; of a location its geo: address."""
    payload = attachment.get("payload")
    if not isinstance(payload, dict):
        return _optional(attachment.get("url"))
    coordinates = payload.get("coordinates")
    if isinstance(coordinates, dict):
        return f"geo:{_degrees(coordinates.get('lat'))},{_degrees(coordinates.get('long'))}"
    return _optional(payload.get("url"))


def _postback(postback: dict[str, Any], event: dict[str, Any]) -> Inbound:
    sender, payload, title = _sender(event), _required(postback.get("payload")), _optional(postback.get("title"))
    external_id = _optional(postback.get("mid")) or _digest("postback", sender, event, payload)
    if payload == GET_STARTED:
        referral = postback.get("referral")
        ref = _optional(referral.get("ref")) if isinstance(referral, dict) else ""
        return Inbound(channel="messenger", external_id=external_id, sender=sender, kind=Kind.START, payload=ref or None)
    return Inbound(channel="messenger", external_id=external_id, sender=sender, kind=Kind.BUTTON, text=title, payload=payload)


def _referral(referral: dict[str, Any], event: dict[str, Any]) -> Inbound:
    sender, ref = _sender(event), _optional(referral.get("ref"))
    external_id = _digest("referral", sender, event, ref)
    return Inbound(channel="messenger", external_id=external_id, sender=sender, kind=Kind.START, payload=ref or None)


def _edit(edit: dict[str, Any], event: dict[str, Any]) -> Inbound:
    sender, mid, text = _sender(event), _required(edit.get("mid")), _optional(edit.get("text"))
    # The mid is that of the message she edited: alone it would make every edit a repeat of it.
    external_id = _digest(f"edit:{edit.get('num_edit')}:{mid}", sender, event, text)
    return Inbound(channel="messenger", external_id=external_id, sender=sender, kind=Kind.EDIT, text=text)


_READERS: dict[str, Callable[[dict[str, Any], dict[str, Any]], Inbound | None]] = {
    "message": _message,
    "postback": _postback,
    "message_edit": _edit,
    "referral": _referral,
}


def _digest(kind: str, sender: str, event: dict[str, Any], content: str) -> str:
    """An id for what Messenger gives none: a second delivery has the same sender, time and content."""
    return hashlib.sha256("\n".join((kind, sender, str(event.get("timestamp")), content)).encode("utf-8", "replace")).hexdigest()


def _sender(event: dict[str, Any]) -> str:
    sender = event.get("sender")
    return _required(sender.get("id") if isinstance(sender, dict) else None)


def _required(value: object) -> str:
    text = _optional(value)
    if not text:
        raise BadUpdate
    return text


def _optional(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadUpdate
    return scrub(value)


def _degrees(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 360 or math.isnan(value):
        raise BadUpdate
    return float(value)
