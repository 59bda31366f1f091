"""The staff's group on the emulated Telegram, with topics where it is a forum; its members are people of ours."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.emulators.telegram_api import TelegramApi
    from tests.emulators.telegram_methods import Sent


class StaffGroup:
    def __init__(self, api: TelegramApi, chat_id: int, forum: bool) -> None:
        self._api, self.chat_id, self.forum = api, chat_id, forum
        self.topics: dict[int, str] = {}  # id → title

    def member(self, user_id: int, first_name: str = "Apa") -> Member:
        return Member(self._api, self, user_id, first_name)

    def told(self, topic: int = 0) -> list[Sent]:
        """What stands in the group, or in one topic of it."""
        here = [sent for sent in self._api.sent if sent.chat_id == self.chat_id and sent.topic == topic]
        return [sent for sent in here if sent.message_id not in self._api.deleted]

    @property
    def chat(self) -> dict[str, Any]:
        return {"id": self.chat_id, "type": "supergroup", "title": "Staff", "is_forum": self.forum}


class Member:
    """Every action returns its update_id."""

    def __init__(self, api: TelegramApi, group: StaffGroup, user_id: int, first_name: str) -> None:
        self._api, self._group = api, group
        self._from = {"id": user_id, "is_bot": False, "first_name": first_name}

    def says(self, text: str, topic: int = 0, *, reply_to: int | None = None, **fields: Any) -> int:
        command = re.match(r"/\w+", text)
        more: dict[str, Any] = {"entities": [{"type": "bot_command", "offset": 0, "length": command.end()}]} if command else {}
        if topic:
            more |= {"message_thread_id": topic, "is_topic_message": True}
        if reply_to is not None:
            more["reply_to_message"] = {"message_id": reply_to, "date": 1, "chat": self._group.chat, "from": self._api.me, "text": "?"}
        return self._api.push(message=self._message(text=text, **more, **fields))

    def presses(self, payload: str, topic: int = 0) -> int:
        """The newest button there that carries it; LookupError when none does."""
        for sent in reversed(self._group.told(topic)):
            if payload in [data for _, data in sent.buttons]:
                return self.presses_anyway(payload, sent)
        raise LookupError(f"no button carries {payload!r}")

    def presses_anyway(self, payload: str, sent: Sent) -> int:
        message = {"message_id": sent.message_id, "date": int(sent.at), "chat": self._group.chat, "from": self._api.me, "text": sent.text}
        if sent.topic:
            message |= {"message_thread_id": sent.topic, "is_topic_message": True}
        query_id = str(self._api.next_id())
        self._api.queries.add(query_id)
        query = {"id": query_id, "from": self._from, "message": message, "chat_instance": "1", "data": payload}
        return self._api.push(callback_query=query)

    def _message(self, **fields: Any) -> dict[str, Any]:
        return {"message_id": self._api.next_id(), "date": int(time.time()), "chat": self._group.chat, "from": self._from, **fields}
