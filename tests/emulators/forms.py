"""Multipart forms as the emulated platforms get them: words as text, files with their names."""

from __future__ import annotations

from email import policy
from email.parser import BytesParser
from typing import Any


def parts(content_type: str, body: bytes) -> dict[str, Any]:
    message = BytesParser(policy=policy.HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    found: dict[str, Any] = {}
    for part in message.iter_parts():
        name, raw = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        assert isinstance(raw, bytes)
        if part.get_filename() is None:
            found[str(name)] = raw.decode()
        else:
            found[str(name)] = {"filename": part.get_filename(), "type": part.get_content_type(), "body": raw}
    return found
