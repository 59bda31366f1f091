"""Passwords: which are good enough, how they are kept, and how they are compared without hurrying anybody's turn."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

T = TypeVar("T")
SHORTEST, LONGEST = 15, 256
_JUDGED = 72  # characters that zxcvbn takes
_AT_ONCE = 2  # each takes 64 MB for a moment


class Passwords:
    """argon2id. `hasher`: tests bring a quick one."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash("nobody's password")  # compared with where there is none, so that it takes as long
        self._limiter: anyio.CapacityLimiter | None = None

    async def hash(self, password: str) -> str:
        return await self._run(partial(self._hasher.hash, folded(password)))

    async def fits(self, hashed: str | None, password: str) -> bool:
        good = await self._run(partial(self._verify, hashed or self._nobody, folded(password[: LONGEST + 1])))
        return good and hashed is not None

    def stale(self, hashed: str) -> bool:
        """Whether it was made under older parameters."""
        return self._hasher.check_needs_rehash(hashed)

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, call: Callable[[], T]) -> T:
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(_AT_ONCE)
        return await anyio.to_thread.run_sync(call, limiter=self._limiter)


def folded(password: str) -> str:
    """The same letters typed on another keyboard are the same password."""
    return unicodedata.normalize("NFKC", password)


def problem(password: str, *known: str) -> str | None:
    """Why it is not good enough, as the name of a text: short | long | common. `known`: her name, her sign-in name."""
    plain = folded(password)
    if len(plain) > LONGEST:
        return "long"
    if len(plain.strip()) < SHORTEST:
        return "short"
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # its word lists take a while to load, and most processes never need them

    judged = zxcvbn(plain[:_JUDGED], user_inputs=[word for name in known for word in (name, *name.split()) if word])
    return None if judged["score"] >= 4 else "common"
