"""Somebody who uses the emulated Telegram: what she does becomes updates, what she gets is at hand."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from tests.emulators.telegram_methods import Sent

if TYPE_CHECKING:
    from tests.emulators.telegram_api import TelegramApi

MEDIA: dict[str, Any] = {
    "voice": {"file_id": "file-voice", "file_unique_id": "u1", "duration": 3},
    "audio": {"file_id": "file-audio", "file_unique_id": "u2", "duration": 3},
    "video": {"file_id": "file-video", "file_unique_id": "u3", "width": 1, "height": 1, "duration": 3},
    "video_note": {"file_id": "file-note", "file_unique_id": "u4", "length": 1, "duration": 3},
    "photo": [{"file_id": f"file-photo-{n}", "file_unique_id": f"u5{n}", "width": n, "height": n} for n in (90, 800)],
    "document": {"file_id": "file-document", "file_unique_id": "u6"},
    "sticker": {
        "file_id": "file-sticker", "file_unique_id": "u7", "type": "regular", "width": 1, "height": 1,
        "is_animated": False, "is_video": False,
    },
    "animation": {"file_id": "file-animation", "file_unique_id": "u8", "width": 1, "height": 1, "duration": 1},
    "contact": {"phone_number": "+8801700000000", "first_name": "Rahima"},
    "location": {"latitude": 23.7, "longitude": 90.4},
    "venue": {"location": {"latitude": 23.7, "longitude": 90.4}, "title": "Office", "address": "Dhaka"},
    "dice": {"emoji": "\N{GAME DIE}", "value": 3},
    "poll": {
        "id": "1", "question": "Which?", "options": [{"text": "a", "voter_count": 0, "persistent_id": "1"}], "total_voter_count": 0,
        "is_closed": False, "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
        "allows_revoting": False, "members_only": False,
    },
}  # fmt: skip


class TelegramUser:
    """Somebody with Telegram on her phone. Every action returns its update_id."""

    def __init__(self, api: TelegramApi, chat_id: int, first_name: str) -> None:
        self._api, self.chat_id = api, chat_id
        self.blocked = False
        self.said: list[dict[str, Any]] = []
        self._from = {"id": chat_id, "is_bot": False, "first_name": first_name, "language_code": "bn"}
        self._chat = {"id": chat_id, "type": "private", "first_name": first_name}

    @property
    def received(self) -> list[Sent]:
        """What the bot sent her, oldest first, without what it deleted again."""
        return [sent for sent in self._api.sent if sent.chat_id == self.chat_id and sent.message_id not in self._api.deleted]

    @property
    def screen(self) -> set[int]:
        """The messages of both sides that her phone shows."""
        ours = {sent.message_id for sent in self._api.sent if sent.chat_id == self.chat_id}
        return (ours | {said["message_id"] for said in self.said}) - self._api.deleted

    @property
    def buttons(self) -> list[str]:
        """The payloads under the last message with buttons."""
        return next(([payload for _, payload in sent.buttons] for sent in reversed(self.received) if sent.buttons), [])

    def says(self, text: str, **fields: Any) -> int:
        entity = re.match(r"/\w+(@\w+)?", text)
        entities = {"entities": [{"type": "bot_command", "offset": 0, "length": entity.end()}]} if entity else {}
        return self._api.push(message=self._message(text=text, **entities, **fields))

    def starts(self, payload: str = "") -> int:
        """Opens the chat, from a deep link t.me/bot?start=payload when one is given."""
        return self.says(f"/start {payload}".rstrip())

    def sends(self, kind: str, caption: str | None = None, **fields: Any) -> int:
        """A message of a kind in MEDIA: voice, photo, location …"""
        extra = {"document": MEDIA["document"]} if kind == "animation" else {"location": MEDIA["location"]} if kind == "venue" else {}
        return self._api.push(message=self._message(**{kind: MEDIA[kind]}, **extra, **({"caption": caption} if caption else {}), **fields))

    def edits(self, text: str) -> int:
        """Changes her last message."""
        return self._api.push(edited_message={**self.said[-1], "text": text, "edit_date": int(time.time())})

    def presses(self, payload: str) -> int:
        """Presses a button that a message to her carries; raises LookupError when none does."""
        for sent in reversed(self.received):
            if payload in [data for _, data in sent.buttons]:
                return self._api.push(callback_query=self._query(sent, payload))
        raise LookupError(f"no button carries {payload!r}")

    def blocks(self) -> int:
        self.blocked = True
        return self._membership("member", "kicked")

    def unblocks(self) -> int:
        self.blocked = False
        return self._membership("kicked", "member")

    def _message(self, **fields: Any) -> dict[str, Any]:
        self._api.known.add(self.chat_id)
        message = {"message_id": self._api.next_id(), "date": int(time.time()), "chat": self._chat, "from": self._from, **fields}
        self.said.append(message)
        return message

    def _query(self, sent: Sent, payload: str) -> dict[str, Any]:
        message = {"message_id": sent.message_id, "date": int(sent.at), "chat": self._chat, "from": self._api.me, "text": sent.text}
        message["reply_markup"] = {"inline_keyboard": [[{"text": t, "callback_data": d} for t, d in row] for row in sent.rows]}
        query_id = str(self._api.next_id())
        self._api.queries.add(query_id)
        return {"id": query_id, "from": self._from, "message": message, "chat_instance": "1", "data": payload}

    def _membership(self, old: str, new: str) -> int:
        def member(status: str) -> dict[str, Any]:
            return {"user": self._api.me, "status": status, **({"until_date": 0} if status == "kicked" else {})}

        change = {"chat": self._chat, "from": self._from, "date": int(time.time())}
        return self._api.push(my_chat_member={**change, "old_chat_member": member(old), "new_chat_member": member(new)})
