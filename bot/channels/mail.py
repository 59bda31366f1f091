"""E-mail to people of ours, over SMTP; the library blocks, so a thread of its own calls it."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import unquote, urlsplit

from bot.errors import Refused, TryLater
from bot.ringing import Ring, Wording

_TIMEOUT = 10.0  # seconds
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Mail:
    """A bot.alerts.Door. `manager`: addresses of the duty manager, who also gets what is for somebody without an address."""

    pause = 1.0

    def __init__(self, url: str, sender: str, manager: Sequence[str], wording: Wording, clock: Callable[[], datetime]) -> None:
        self._url, self._sender, self._manager = urlsplit(url), sender, tuple(manager)
        self._wording, self._clock = wording, clock

    async def ring(self, rings: Sequence[Ring]) -> None:
        """One letter for all who are told the same. Raises TryLater or Refused."""
        letters: dict[tuple[str, ...], list[Ring]] = {}
        for ring in rings:
            letters.setdefault(ring.to or self._manager, []).append(ring)
        for to, told in letters.items():
            if to:
                await asyncio.to_thread(self._send, to, told)

    async def close(self) -> None:
        """Nothing is kept open."""

    def _send(self, to: tuple[str, ...], rings: Sequence[Ring]) -> None:
        now = self._clock()
        letter = EmailMessage()
        letter["From"], letter["To"] = self._sender, "undisclosed-recipients:;"
        letter["Subject"], letter["Date"] = self._wording.subject(rings), format_datetime(now)
        letter["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2] or "localhost")
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(self._wording.text(rings, now))
        try:
            with self._connected() as server:
                server.send_message(letter, self._sender, to)
        except smtplib.SMTPRecipientsRefused as error:
            later = any(400 <= code < 500 for code, _ in error.recipients.values())
            raise (TryLater if later else Refused)("E-mail: the addresses were refused.") from None
        except (smtplib.SMTPSenderRefused, smtplib.SMTPNotSupportedError) as error:
            raise Refused(f"E-mail: {type(error).__name__}.") from None  # its words hold addresses
        except (smtplib.SMTPException, OSError) as error:
            raise TryLater(f"E-mail: {type(error).__name__}.") from None

    def _connected(self) -> smtplib.SMTP:
        host, port = self._url.hostname or "", self._url.port
        trust = ssl.create_default_context()
        if self._url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=_TIMEOUT, context=trust)
        else:
            server = smtplib.SMTP(host, port or 587, timeout=_TIMEOUT)
            server.ehlo()
            if server.has_extn("starttls") or host not in _LOOPBACK:  # outside this machine never in clear
                server.starttls(context=trust)
        if self._url.username:
            server.login(unquote(self._url.username), unquote(self._url.password or ""))
        return server
