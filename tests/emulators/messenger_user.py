"""Somebody who uses the emulated Messenger: what she does becomes webhook events, what she gets is at hand."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests.emulators.messenger_methods import Sent

if TYPE_CHECKING:
    from tests.emulators.messenger_api import MessengerApi

LIKE = 369239263222822  # the sticker id of the thumb


class MessengerUser:
    """Every action returns the mid, or "" where Messenger gives none."""

    def __init__(self, api: MessengerApi, psid: str) -> None:
        self._api, self.psid = api, psid
        self.blocked = False
        self.last_wrote: float | None = None  # epoch seconds; opens the 24-hour window
        self._last_mid = ""
        self._edits = 0

    @property
    def received(self) -> list[Sent]:
        """What the page sent her, oldest first."""
        return [sent for sent in self._api.sent if sent.psid == self.psid]

    @property
    def buttons(self) -> list[str]:
        """The payloads of the buttons under the last message; Messenger takes the quick replies of the others away."""
        return [payload for _, payload in self.received[-1].buttons] if self.received else []

    @property
    def lasting(self) -> list[str]:
        """The payloads of the buttons that belong to a message, and stay with it."""
        return [payload for sent in self.received if sent.template for _, payload in sent.buttons]

    def says(self, text: str, **fields: Any) -> str:
        return self._message(text=text, **fields)

    def presses(self, payload: str) -> str:
        """Presses a quick reply on her screen, a button of a message, or an item of the persistent menu; raises LookupError when none
        carries it."""
        last = self.received[-1] if self.received else None
        on_screen = {carried: title for title, carried in (last.buttons if last and not last.template else ())}
        if payload in on_screen:
            return self._message(text=on_screen[payload], quick_reply={"payload": payload})
        for sent in reversed(self.received):
            for title, carried in sent.buttons if sent.template else ():
                if carried == payload:
                    return self._postback(title=title, payload=payload)
        for menu in self._api.profile.get("persistent_menu", []):
            for item in menu["call_to_actions"]:
                if item["payload"] == payload:
                    return self._postback(title=item["title"], payload=payload)
        raise LookupError(f"no button carries {payload!r}")

    def opens(self, ref: str | None = None) -> str:
        """Presses "get started", having come from m.me/page?ref=… when a ref is given."""
        referral = {"referral": {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}} if ref else {}
        payload = self._api.profile.get("get_started", {}).get("payload", "get_started")
        return self._postback(title="Get Started", payload=payload, **referral)

    def returns(self, ref: str) -> str:
        """Follows m.me/page?ref=… into the chat that she has already."""
        self._event(referral={"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"})
        return ""

    def sends(self, *kinds: str) -> str:
        """A message with attachments: audio, image, video, file, location, sticker, fallback."""
        return self._message(attachments=[self._attachment(kind) for kind in kinds], **({"sticker_id": LIKE} if "sticker" in kinds else {}))

    def edits(self, text: str) -> str:
        """Changes her last message; Messenger names it by that message's mid."""
        self._edits += 1
        self._event(message_edit={"mid": self._last_mid, "text": text, "num_edit": self._edits})
        return self._last_mid

    def silent_for(self, hours: float) -> None:
        """Lets that many hours pass since she last wrote."""
        self.last_wrote = time.time() - hours * 3600

    def _message(self, **fields: Any) -> str:
        self._last_mid, self._edits = self._api.next_mid(), 0
        self._event(message={"mid": self._last_mid, **fields})
        return self._last_mid

    def _postback(self, **fields: Any) -> str:
        mid = self._api.next_mid()
        self._event(postback={"mid": mid, **fields})
        return mid

    def _event(self, **content: Any) -> None:
        self.last_wrote = time.time()
        between = {"sender": {"id": self.psid}, "recipient": {"id": self._api.page_id}}
        self._api.push({**between, "timestamp": int(time.time() * 1000), **content})

    def _attachment(self, kind: str) -> dict[str, Any]:
        if kind == "location":
            return {"type": "location", "payload": {"coordinates": {"lat": 23.7, "long": 90.4}}}
        if kind == "sticker":
            return {"type": "image", "payload": {"url": "https://scontent.invalid/sticker", "sticker_id": LIKE}}
        if kind == "fallback":
            return {"type": "fallback", "payload": {"url": "https://page.invalid/", "title": "A page"}}
        kept = self._api.url.rpartition("/")[0] + "/files" if kind in self._api.files else "https://scontent.invalid"
        return {"type": kind, "payload": {"url": f"{kept}/{kind}"}}
