"""Telegram's updates as Inbound events: pure, and nothing of an update is trusted."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from telegram import CallbackQuery, Chat, ChatMemberUpdated, InlineKeyboardMarkup, Location, Message, Update, User
from telegram.error import TelegramError

from bot.channels.text import scrub
from bot.errors import BadUpdate
from bot.model import Inbound, Kind

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
COMMANDS = ("start", "menu", "steps", "language", "help", "stop")

_COMMAND = re.compile(r"/([a-z]+)(?:@[a-z0-9_]+)?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
# The field of a message and our name of it. Order matters: a GIF is also sent as a document, a venue also as a location.
_MEDIA = (
    ("voice", "voice"), ("audio", "voice"), ("video_note", "video"), ("live_photo", "photo"), ("video", "video"),
    ("animation", "video"), ("sticker", "sticker"), ("photo", "photo"), ("document", "file"), ("contact", "contact"),
    ("venue", "location"), ("location", "location"), ("poll", "other"), ("dice", "other"), ("game", "other"),
    ("story", "other"), ("paid_media", "other"), ("checklist", "other"), ("invoice", "other"), ("passport_data", "other"),
)  # fmt: skip
# What python-telegram-bot raises for fields of a wrong type or depth.
_MALFORMED = (AttributeError, TypeError, ValueError, LookupError, ArithmeticError, OSError, RecursionError, TelegramError)


def parse(update: object) -> Inbound | None:
    """The event of a decoded update; None for what is not for us (groups, channels, bots, service messages).

    Raises BadUpdate when it is not what Telegram sends.
    """
    if not isinstance(update, dict):
        raise BadUpdate
    external_id = _number(update.get("update_id"))
    try:
        parsed = Update.de_json(update, None)
        if parsed.message is not None:
            return _message(parsed.message, external_id)
        if parsed.edited_message is not None:
            return _edit(parsed.edited_message, external_id)
        if parsed.callback_query is not None:
            return _press(parsed.callback_query, external_id)
        if parsed.my_chat_member is not None:
            return _membership(parsed.my_chat_member, external_id)
    except _MALFORMED:
        raise BadUpdate from None  # the cause would quote the update
    return None


def callback_id(update: object) -> str | None:
    """What answerCallbackQuery needs, of an update that has been parsed."""
    query = update.get("callback_query") if isinstance(update, dict) else None
    return _string(query.get("id")) if isinstance(query, dict) else None


def _message(message: Message, external_id: str) -> Inbound | None:
    sender = _sender(message.chat, message.from_user)
    if sender is None:
        return None
    if message.text is not None:
        return replace(_typed(_string(message.text), sender, external_id), platform_id=_number(message.message_id))
    event = _with_media(message, Kind.MEDIA, sender, external_id)
    return None if event is None else replace(event, platform_id=_number(message.message_id))


def _typed(text: str, sender: str, external_id: str) -> Inbound:
    kind, payload = Kind.TEXT, None
    command = _COMMAND.fullmatch(text.strip())
    name = command[1].lower() if command else ""
    if name == "start":
        kind, payload = Kind.START, (command[2] if command else "") or None
    elif name in COMMANDS:
        kind, payload = Kind.BUTTON, name
    # The text stays as typed beside a command: what follows "/help" is read for danger like any other words.
    return Inbound(channel="telegram", external_id=external_id, sender=sender, kind=kind, text=text, payload=payload)


def _edit(message: Message, external_id: str) -> Inbound | None:
    sender = _sender(message.chat, message.from_user)
    if sender is None:
        return None
    if message.text is None:
        return _with_media(message, Kind.EDIT, sender, external_id)
    return Inbound(channel="telegram", external_id=external_id, sender=sender, kind=Kind.EDIT, text=_string(message.text))


def _with_media(message: Message, kind: Kind, sender: str, external_id: str) -> Inbound | None:
    for field, media in _MEDIA:
        value = getattr(message, field)
        if value:
            words = _string(message.caption) if message.caption is not None else _words(field, value)
            reference = _reference(field, value)
            return Inbound(
                channel="telegram", external_id=external_id, sender=sender, kind=kind, text=words, media=media, media_ref=reference
            )
    if message.api_kwargs:  # a kind of message newer than this library: a counsellor sees that something came
        return Inbound(channel="telegram", external_id=external_id, sender=sender, kind=kind, media="other")
    return None  # a service message


def _words(field: str, value: object) -> str:
    """The words inside a message that has no caption: a contact's name, a place's name and address, a poll's question."""
    names = {"contact": ("first_name", "last_name"), "venue": ("title", "address"), "poll": ("question",)}.get(field, ())
    found = [getattr(value, name) for name in names]
    return " ".join(_string(word) for word in found if word is not None)


def _reference(field: str, value: object) -> str | None:
    """The file_id; for what is no file, its content: a geo: or tel: address."""
    if field == "location":
        return _geo(value)
    if field == "venue":
        return _geo(getattr(value, "location", None))
    if field == "contact":
        return "tel:" + _string(getattr(value, "phone_number", None))
    if field == "photo" and isinstance(value, tuple):
        value = value[-1]  # the same picture in several sizes, the largest last
    file_id = getattr(value, "file_id", None)
    return None if file_id is None else _string(file_id)


def _press(query: CallbackQuery, external_id: str) -> Inbound | None:
    if not query.data or query.inline_message_id is not None:
        return None
    payload = _string(query.data)
    user, message = query.from_user, query.message
    # A message too old for Telegram to send along: a private chat has the id of its person.
    sender = _sender(message.chat if message is not None else Chat(id=user.id, type="private"), user)
    if sender is None:
        return None
    title = _title(message.reply_markup, payload) if isinstance(message, Message) else ""
    return Inbound(channel="telegram", external_id=external_id, sender=sender, kind=Kind.BUTTON, text=title, payload=payload)


def _title(markup: InlineKeyboardMarkup | None, payload: str) -> str:
    rows = markup.inline_keyboard if markup is not None else ()
    titles = (button.text for row in rows for button in row if button.callback_data == payload)
    return _string(next(titles, ""))


def _membership(change: ChatMemberUpdated, external_id: str) -> Inbound | None:
    sender = _sender(change.chat, change.from_user)
    if sender is None or change.new_chat_member.status not in ("kicked", "left"):
        return None
    return Inbound(channel="telegram", external_id=external_id, sender=sender, kind=Kind.LEFT)


def _sender(chat: Chat, user: User | None) -> str | None:
    """The id of her private chat; None for groups, channels and other bots."""
    if chat.type != "private" or (user is not None and user.is_bot):
        return None
    return _number(chat.id)


def _geo(place: object) -> str:
    if not isinstance(place, Location):
        raise BadUpdate
    latitude, longitude = float(place.latitude), float(place.longitude)
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        raise BadUpdate
    return f"geo:{latitude},{longitude}"


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise BadUpdate
    return scrub(value)


def _number(value: object) -> str:
    if type(value) is not int or abs(value) >= 2**63:
        raise BadUpdate
    return str(value)
