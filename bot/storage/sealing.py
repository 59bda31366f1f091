"""Seals what says who somebody is or what she wrote, and makes keyed digests to look it up by."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import SealError

_NONCE = 12  # bytes; random, which is safe for 2**32 values under one key


class Sealer:
    """AES-256-GCM with numbered keys: the first seals, all open.

    `keys` is "2:base64,1:base64", `lookup_key` base64; bot.settings has checked both. A sealed value is one byte key
    number, the nonce, the ciphertext with its tag.
    """

    def __init__(self, keys: str, lookup_key: str) -> None:
        pairs = [entry.strip().partition(":") for entry in keys.split(",")]
        self._ciphers = {int(number): AESGCM(base64.b64decode(key)) for number, _, key in pairs}
        self._current = int(pairs[0][0])
        self._lookup_key = base64.b64decode(lookup_key)

    def seal(self, plain: bytes | str | Any, *, context: str) -> bytes:
        """Seals bytes, text (as UTF-8) or any JSON value. It opens only under the same context, e.g. 'table.column:row'."""
        nonce = os.urandom(_NONCE)
        return bytes([self._current]) + nonce + self._ciphers[self._current].encrypt(nonce, _bytes(plain), context.encode())

    def unseal(self, sealed: bytes, *, context: str) -> bytes:
        """Raises SealError where the key is unknown, or the value was changed or comes from another row."""
        # No cause is chained: nothing of the value may reach a traceback.
        cipher = self._ciphers.get(sealed[0]) if sealed else None
        if cipher is None:
            raise SealError("A sealed value needs a key that is not in SEAL_KEYS: add the old key after the new one.")
        try:
            return cipher.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], context.encode())
        except (InvalidTag, ValueError):
            raise SealError from None

    def unseal_text(self, sealed: bytes, *, context: str) -> str:
        return self.unseal(sealed, context=context).decode()

    def unseal_json(self, sealed: bytes, *, context: str) -> Any:
        return json.loads(self.unseal(sealed, context=context))

    def digest(self, *parts: str) -> bytes:
        """32 bytes under the lookup key. Parts carry their lengths: ('ab', 'c') and ('a', 'bc') differ."""
        mac = hmac.new(self._lookup_key, digestmod=hashlib.sha256)
        for part in parts:
            # A platform may send half a surrogate pair; it must still be told apart, not stop the batch.
            raw = part.encode("utf-8", "surrogatepass")
            mac.update(len(raw).to_bytes(8, "big") + raw)
        return mac.digest()


def _bytes(plain: bytes | str | Any) -> bytes:
    if isinstance(plain, bytes):
        return plain
    if isinstance(plain, str):
        return plain.encode("utf-8", "surrogatepass")
    return json.dumps(plain, separators=(",", ":")).encode()
