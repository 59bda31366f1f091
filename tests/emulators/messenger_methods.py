"""What the emulated Send API and profile API check, with the numbers of the real ones."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.emulators.messenger_api import MessengerApi

DAY = 24 * 3600


class GraphError(Exception):
    """An error of the Graph API."""

    def __init__(self, status: int, code: int, message: str, subcode: int | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.subcode = status, code, message, subcode


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the API, refused and faulty ones included."""

    edge: str  # messages | messenger_profile
    url: str
    body: dict[str, Any]
    at: float  # epoch seconds


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message that reached a user."""

    psid: str
    mid: str
    text: str
    buttons: tuple[tuple[str, str], ...]  # (title, payload)
    document: tuple[str, bytes] | None  # name and content of a file
    template: bool  # they belong to the message and stay; quick replies go when another message comes
    messaging_type: str
    tag: str | None
    at: float


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One POST to the page's webhook; status 0: no answer."""

    status: int
    body: bytes  # as sent
    answer: str
    at: float


def messages(api: MessengerApi, body: dict[str, Any]) -> dict[str, Any]:
    """POST /me/messages."""
    psid = str((body.get("recipient") or {}).get("id", ""))
    user = api.users.get(psid)
    if user is None or user.last_wrote is None:
        raise GraphError(400, 100, "(#100) No matching user found", 2018001)
    if user.blocked:
        raise GraphError(400, 551, "(#551) This person isn't available right now.", 1545041)
    if "sender_action" in body:
        if "message" in body:
            raise GraphError(400, 100, "(#100) Cannot send both message and state at the same time.", 2018005)
        if body["sender_action"] not in ("typing_on", "typing_off", "mark_seen"):
            raise GraphError(400, 100, "(#100) Param sender_action must be one of the allowed")
        api.actions.append((psid, body["sender_action"]))
        return {"recipient_id": psid}
    message = body.get("message") or {}
    _check_window(body, time.time() - user.last_wrote)
    document = _document(body, message)
    template = None if document else _template(message)
    text = message.get("text", "") if template is None else template[0]
    if document is None and (not isinstance(text, str) or not text.strip()):
        raise GraphError(400, 100, "(#100) Message cannot be empty, must provide valid attachment or text", 2018034)
    if len(text.encode("utf-16-le")) > 2 * 2000:
        raise GraphError(400, 100, "(#100) Length of param message[text] must be less than or equal to 2000")
    sent = Sent(
        psid=psid, mid=api.next_mid(), text=text, buttons=_quick_replies(message) if template is None else template[1],
        document=document, template=template is not None, messaging_type=body["messaging_type"], tag=body.get("tag"), at=time.time(),
    )  # fmt: skip
    api.sent.append(sent)
    return {"recipient_id": psid, "message_id": sent.mid}


def _document(body: dict[str, Any], message: dict[str, Any]) -> tuple[str, bytes] | None:
    file = body.get("filedata")
    if file is None:
        return None
    if (message.get("attachment") or {}).get("type") != "file" or "text" in message:
        raise GraphError(400, 100, "(#100) Upload attachment failure.", 2018047)
    return str(file["filename"]), file["body"]


def _check_window(body: dict[str, Any], silent: float) -> None:
    kind, tag = body.get("messaging_type"), body.get("tag")
    if kind not in ("RESPONSE", "UPDATE", "MESSAGE_TAG") or (kind == "MESSAGE_TAG") != (tag is not None):
        raise GraphError(400, 100, "(#100) Param messaging_type is not valid")
    if kind == "MESSAGE_TAG" and tag != "HUMAN_AGENT":
        raise GraphError(400, 100, "(#100) Param tag is not valid")
    if silent > (7 * DAY if tag else DAY):
        raise GraphError(400, 10, "(#10) This message is sent outside of allowed window.", 2018278)


def _template(message: dict[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """Text and buttons of a button template; None where the message is none."""
    if "attachment" not in message:
        return None
    payload = message["attachment"].get("payload") or {}
    if message["attachment"].get("type") != "template" or payload.get("template_type") != "button" or "text" in message:
        raise GraphError(400, 100, "(#100) Param message[attachment] must be a supported template")
    text, buttons = payload.get("text", ""), payload.get("buttons", [])
    if not 1 <= len(text.encode("utf-16-le")) // 2 <= 640:
        raise GraphError(400, 100, "(#100) Length of param text must be less than or equal to 640")
    if not 1 <= len(buttons) <= 3:
        raise GraphError(400, 100, "(#100) Param buttons must have between 1 and 3 elements")
    for button in buttons:
        if (
            button.get("type") != "postback"
            or not 1 <= len(button.get("title", "")) <= 20
            or not 1 <= len(button.get("payload", "")) <= 1000
        ):
            raise GraphError(400, 100, "(#100) A button of the template is not valid")
    return text, tuple((button["title"], button["payload"]) for button in buttons)


def _quick_replies(message: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    replies = message.get("quick_replies", [])
    if len(replies) > 13:
        raise GraphError(400, 100, "(#100) Param message[quick_replies] has too many elements.")
    for reply in replies:
        if reply.get("content_type") != "text":
            raise GraphError(400, 100, "(#100) Param message[quick_replies][content_type] must be text")
        if not 1 <= len(str(reply.get("title", ""))) <= 20:
            raise GraphError(400, 100, "(#100) Length of param title must be less than or equal to 20")
        if not 1 <= len(str(reply.get("payload", ""))) <= 1000:
            raise GraphError(400, 100, "(#100) Length of param payload must be less than or equal to 1000")
    return tuple((reply["title"], reply["payload"]) for reply in replies)


def messenger_profile(api: MessengerApi, body: dict[str, Any]) -> dict[str, Any]:
    """POST /me/messenger_profile."""
    for greeting in body.get("greeting", []):
        _locale(greeting)
        if not 1 <= len(greeting.get("text", "")) <= 160:
            raise GraphError(400, 100, "(#100) Length of greeting text must be less than or equal to 160")
    menus = body.get("persistent_menu", [])
    if menus and not (body.get("get_started") or api.profile.get("get_started")):
        raise GraphError(400, 100, "(#100) You must set a Get Started button if you also wish to use persistent menu", 2018145)
    for menu in menus:
        _locale(menu)
        _menu_items(menu)
    for field in ("greeting", "persistent_menu"):
        if field in body and "default" not in [entry["locale"] for entry in body[field]]:
            raise GraphError(400, 100, f"(#100) {field} must have a default locale")
    api.profile.update(body)
    return {"result": "success"}


def _locale(entry: dict[str, Any]) -> None:
    if not re.fullmatch(r"default|[a-z]{2}_[A-Z]{2}", str(entry.get("locale", ""))):
        raise GraphError(400, 100, "(#100) Param locale is not valid")


def _menu_items(menu: dict[str, Any]) -> None:
    items = menu.get("call_to_actions", [])
    if not 1 <= len(items) <= 20:
        raise GraphError(400, 100, "(#100) persistent_menu must have between 1 and 20 items")
    for item in items:
        if item.get("type") != "postback" or not 1 <= len(item.get("title", "")) <= 30 or not 1 <= len(item.get("payload", "")) <= 1000:
            raise GraphError(400, 100, "(#100) Invalid persistent_menu item")
