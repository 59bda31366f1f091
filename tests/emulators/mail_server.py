"""A mail server on loopback that takes every letter, as far as an alert needs one.

with MailServer() as mail:
    Mail(mail.url, …)
    mail.wait(1)[0].text
"""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
import time
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from typing_extensions import Self


@dataclass(frozen=True, kw_only=True)
class Letter:
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    raw: bytes
    at: float  # epoch seconds


class _Session(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        sender, to = "", list[str]()
        self._say("220 emulated")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb in (b"EHLO", b"HELO"):
                self._say("250 emulated")
            elif verb == b"MAIL":
                sender, to = _address(line), []
                self._say("250 ok")
            elif verb == b"RCPT":
                if self.server.mail.refused:
                    self._say("451 later")
                else:
                    to.append(_address(line))
                    self._say("250 ok")
            elif verb == b"DATA":
                self._say("354 go on")
                self._letter(sender, to)
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _letter(self, sender: str, to: list[str]) -> None:
        raw = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            raw += line[1:] if line.startswith(b".") else line
        parsed: Any = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)
        letter = Letter(
            sender=sender, to=tuple(to), subject=str(parsed["subject"]), text=parsed.get_content(), raw=raw, at=time.time()
        )  # fmt: skip
        self.server.mail.letters.append(letter)
        self._say("250 taken")

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


def _address(line: bytes) -> str:
    return line.decode().partition("<")[2].partition(">")[0]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True
    mail: MailServer


class MailServer:
    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.refused = False  # every recipient is refused for now
        self._server = _Server(("127.0.0.1", 0), _Session)
        self._server.mail = self
        self.url = f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, count: int, timeout: float = 5.0) -> list[Letter]:
        deadline = time.monotonic() + timeout
        while len(self.letters) < count:
            if time.monotonic() > deadline:
                raise TimeoutError("no letter came")
            time.sleep(0.01)
        return list(self.letters)
