"""The methods of the emulated Bot API, with the checks and the words of the real one."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from tests.emulators.forms import parts

if TYPE_CHECKING:
    from tests.emulators.telegram_api import TelegramApi
    from tests.emulators.telegram_group import StaffGroup


class ApiError(Exception):
    """What Telegram answers instead of a result."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status, self.description = status, description


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the API, refused and faulty ones included."""

    method: str
    params: dict[str, Any]
    at: float  # epoch seconds


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message that reached a user."""

    chat_id: int
    message_id: int
    text: str
    rows: tuple[tuple[tuple[str, str], ...], ...]  # of buttons: (title, payload)
    at: float
    topic: int = 0  # of a group with topics
    document: tuple[str, bytes] | None = None  # name and content of a file that came with it

    @property
    def buttons(self) -> tuple[tuple[str, str], ...]:
        return tuple(button for row in self.rows for button in row)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One POST to the bot's webhook; status 0: no answer."""

    update_id: int
    status: int
    at: float


@dataclass
class Webhook:
    url: str
    secret: str
    connections: int
    in_flight: set[int] = field(default_factory=set)  # chats: Telegram keeps the order within each


async def parameters(request: Request) -> dict[str, Any]:
    """Parameters from the query, a form or JSON, all of which Telegram takes."""
    params: dict[str, Any] = dict(request.query_params)
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        params.update(json.loads(body))
    elif request.headers.get("content-type", "").startswith("multipart/form-data"):
        params.update(parts(request.headers["content-type"], body))
    else:
        params.update(parse_qsl(body.decode(), keep_blank_values=True))
    return params


def integer(params: dict[str, Any], name: str, default: int) -> int:
    try:
        return int(params.get(name, default))
    except (TypeError, ValueError):
        raise ApiError(400, f"Bad Request: {name} is not a number") from None


def json_value(params: dict[str, Any], name: str) -> Any:
    value = params.get(name)
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise ApiError(400, f"Bad Request: can't parse {name} JSON object") from None


def _rows(params: dict[str, Any]) -> tuple[tuple[tuple[str, str], ...], ...]:
    keyboard = (json_value(params, "reply_markup") or {}).get("inline_keyboard", [])
    rows = tuple(tuple((button.get("text", ""), button.get("callback_data", "")) for button in row) for row in keyboard)
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100 or any(len(row) > 8 for row in rows):
        raise ApiError(400, "Bad Request: reply markup is too long")
    if any(not title.strip() for title, _ in buttons):
        raise ApiError(400, "Bad Request: can't parse inline keyboard button: text is empty")
    if any(not 1 <= len(data.encode()) <= 64 for _, data in buttons):
        raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    return rows


def _send_message(api: TelegramApi, params: dict[str, Any]) -> dict[str, Any]:
    chat = _reachable(api, params)
    text = str(params.get("text", "")).strip()
    if not text:
        raise ApiError(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) > 2 * 4096:
        raise ApiError(400, "Bad Request: message is too long")
    topic = integer(params, "message_thread_id", 0)
    if topic and topic not in api.group(chat).topics:
        raise ApiError(400, "Bad Request: message thread not found")
    sent = Sent(chat_id=chat, message_id=api.next_id(), text=text, rows=_rows(params), at=time.time(), topic=topic)
    api.sent.append(sent)
    kind = {"id": chat, "type": "private" if chat > 0 else "supergroup"}
    return {"message_id": sent.message_id, "date": int(sent.at), "chat": kind, "from": api.me, "text": text}


def _send_document(api: TelegramApi, params: dict[str, Any]) -> dict[str, Any]:
    chat, named = _reachable(api, params), params.get("document")
    file = params.get(named.partition("attach://")[2]) if isinstance(named, str) else named
    if not isinstance(file, dict):
        raise ApiError(400, "Bad Request: there is no document in the request")
    caption = str(params.get("caption", ""))
    if len(caption.encode("utf-16-le")) > 2 * 1024:
        raise ApiError(400, "Bad Request: message caption is too long")
    document = (str(file["filename"]), file["body"])
    sent = Sent(chat_id=chat, message_id=api.next_id(), text=caption, rows=_rows(params), at=time.time(), document=document)
    api.sent.append(sent)
    told = {"file_id": "sent", "file_unique_id": "sent", "file_name": document[0]}
    return {
        "message_id": sent.message_id, "date": int(sent.at), "chat": {"id": chat, "type": "private"}, "from": api.me,
        "caption": caption, "document": told,
    }  # fmt: skip


def _send_chat_action(api: TelegramApi, params: dict[str, Any]) -> bool:
    _reachable(api, params)
    if params.get("action") not in ("typing", "upload_photo", "upload_voice", "upload_document", "find_location"):
        raise ApiError(400, "Bad Request: wrong parameter action in request")
    return True


def _answer_callback_query(api: TelegramApi, params: dict[str, Any]) -> bool:
    query = str(params.get("callback_query_id", ""))
    if query not in api.queries:
        raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    api.queries.discard(query)
    api.answered.append(query)
    return True


def _set_my_commands(api: TelegramApi, params: dict[str, Any]) -> bool:
    commands = json_value(params, "commands")
    if not isinstance(commands, list) or len(commands) > 100:
        raise ApiError(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise ApiError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    api.commands[str(params.get("language_code", ""))] = commands
    return True


def _set_webhook(api: TelegramApi, params: dict[str, Any]) -> bool:
    url, secret = str(params.get("url", "")), str(params.get("secret_token", ""))
    if not url:
        return _delete_webhook(api, params)
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname != "127.0.0.1":  # only loopback may go without TLS here
        raise ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
        raise ApiError(400, "Bad Request: secret token contains unallowed characters")
    connections = integer(params, "max_connections", 40)
    if not 1 <= connections <= 100:
        raise ApiError(400, "Bad Request: max_connections is out of range")
    if "allowed_updates" in params:
        api.allowed = json_value(params, "allowed_updates")
    _forget_pending(api, params)
    api.webhook = Webhook(url, secret, connections)
    return True


def _delete_webhook(api: TelegramApi, params: dict[str, Any]) -> bool:
    _forget_pending(api, params)
    api.webhook = None
    return True


def _webhook_info(api: TelegramApi, params: dict[str, Any]) -> dict[str, Any]:
    url = api.webhook.url if api.webhook else ""
    return {"url": url, "has_custom_certificate": False, "pending_update_count": api.waiting, "allowed_updates": api.allowed}


def _delete_message(api: TelegramApi, params: dict[str, Any]) -> bool:
    chat, message = _reachable(api, params), integer(params, "message_id", 0)
    if message in api.deleted or not api.exists(chat, message):
        raise ApiError(400, "Bad Request: message to delete not found")
    _delete(api, chat, [message])
    return True


def _delete_messages(api: TelegramApi, params: dict[str, Any]) -> bool:
    """Those that are not there are passed over."""
    chat, found = _reachable(api, params), json_value(params, "message_ids")
    if not isinstance(found, list) or not 1 <= len(found) <= 100:
        raise ApiError(400, "Bad Request: message identifiers are not specified, or too many")
    _delete(api, chat, [message for message in found if api.exists(chat, message)])
    return True


def _delete(api: TelegramApi, chat: int, found: list[int]) -> None:
    if any(time.time() - api.sent_at(chat, message) > 48 * 3600 for message in found):
        raise ApiError(400, "Bad Request: message can't be deleted for everyone")
    api.deleted.update(found)


def _create_topic(api: TelegramApi, params: dict[str, Any]) -> dict[str, Any]:
    group, name = api.group(_reachable(api, params)), str(params.get("name", ""))
    if not group.forum:
        raise ApiError(400, "Bad Request: the chat is not a forum")
    if not 1 <= len(name) <= 128:
        raise ApiError(400, "Bad Request: TOPIC_TITLE_INVALID")
    topic = api.next_id()
    group.topics[topic] = name
    return {"message_thread_id": topic, "name": name, "icon_color": 7322096}


def _edit_topic(api: TelegramApi, params: dict[str, Any]) -> bool:
    group, topic = _topic(api, params)
    group.topics[topic] = str(params.get("name", ""))
    return True


def _delete_topic(api: TelegramApi, params: dict[str, Any]) -> bool:
    group, topic = _topic(api, params)
    del group.topics[topic]
    api.deleted.update(sent.message_id for sent in api.sent if sent.chat_id == group.chat_id and sent.topic == topic)
    return True


def _topic(api: TelegramApi, params: dict[str, Any]) -> tuple[StaffGroup, int]:
    group, topic = api.group(_reachable(api, params)), integer(params, "message_thread_id", 0)
    if topic not in group.topics:
        raise ApiError(400, "Bad Request: TOPIC_ID_INVALID")
    return group, topic


def _get_file(api: TelegramApi, params: dict[str, Any]) -> dict[str, Any]:
    found = api.files.get(str(params.get("file_id", "")))
    if found is None:
        raise ApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    if len(found) > 20 * 1024 * 1024:
        raise ApiError(400, "Bad Request: file is too big")
    return {"file_id": params["file_id"], "file_unique_id": "u", "file_size": len(found), "file_path": f"files/{params['file_id']}"}


def _get_me(api: TelegramApi, params: dict[str, Any]) -> dict[str, Any]:
    return {**api.me, "can_join_groups": False, "can_read_all_group_messages": False, "supports_inline_queries": False}


def _forget_pending(api: TelegramApi, params: dict[str, Any]) -> None:
    if str(params.get("drop_pending_updates", "")).lower() == "true":
        api.pending.clear()


def _reachable(api: TelegramApi, params: dict[str, Any]) -> int:
    chat = integer(params, "chat_id", 0)
    if chat not in api.known:
        raise ApiError(400, "Bad Request: chat not found")
    if chat in api.users and api.users[chat].blocked:
        raise ApiError(403, "Forbidden: bot was blocked by the user")
    return chat


METHODS: dict[str, Callable[[TelegramApi, dict[str, Any]], Any]] = {
    "getme": _get_me,
    "sendmessage": _send_message,
    "senddocument": _send_document,
    "sendchataction": _send_chat_action,
    "answercallbackquery": _answer_callback_query,
    "setmycommands": _set_my_commands,
    "setwebhook": _set_webhook,
    "deletewebhook": _delete_webhook,
    "getwebhookinfo": _webhook_info,
    "deletemessage": _delete_message,
    "deletemessages": _delete_messages,
    "createforumtopic": _create_topic,
    "editforumtopic": _edit_topic,
    "deleteforumtopic": _delete_topic,
    "getfile": _get_file,
}
