"""Signing in, step by step. Each answer to a wrong try is the same, whatever was wrong."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.desk import second
from bot.desk.passwords import Passwords
from bot.desk.ports import SignIns
from bot.staff import Action, Session, Stage
from bot.threads import off_loop


@dataclass(frozen=True)
class Refused:
    """`seconds`: how long nothing more is tried; 0: it was simply wrong."""

    seconds: float = 0.0


class Addresses:
    """Attempts of each internet address, in memory only: never stored, and gone with the process."""

    def __init__(self, most: int = 30, within: float = 600.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._within, self._clock = most, within, clock
        self._tries: dict[str, list[float]] = {}

    def wait(self, address: str) -> float:
        """Counts one attempt; seconds to wait where there were too many."""
        now = self._clock()
        tries = [at for at in self._tries.get(address, ()) if now - at < self._within]
        if len(tries) >= self._most:
            self._tries[address] = tries
            return self._within - (now - tries[0])
        self._tries[address] = [*tries, now]
        if len(self._tries) > 10_000:
            self._tries = {key: times for key, times in self._tries.items() if now - times[-1] < self._within}
        return 0.0


class SignIn:
    """`device` is the known-browser cookie: failures elsewhere do not keep its owner out, nor hers anybody else."""

    def __init__(self, store: SignIns, passwords: Passwords, clock: Callable[[], datetime], addresses: Addresses | None = None) -> None:
        self._store, self._passwords, self._clock = store, passwords, clock
        self._addresses = addresses or Addresses()

    async def password(self, login: str, password: str, address: str, device: str | None) -> str | Refused:
        """The token of a session that waits for the second factor."""
        known = self._known(login, device)
        wait = self._addresses.wait(address) or await off_loop(self._store.attempt, login, known)
        if wait:
            return Refused(wait)
        found = await off_loop(self._store.credentials, login)
        usable = found is not None and found.active and found.totp is not None
        if not await self._passwords.fits(found.password if found and usable else None, password) or found is None:
            staff = found.staff if found is not None else None  # also for names that do not exist: it must not take less time
            await off_loop(self._store.write_audit, staff, Action.SIGN_IN_FAILED, staff)
            return Refused()
        await off_loop(self._store.succeeded, login, known)
        if found.password and self._passwords.stale(found.password):
            await off_loop(self._store.rehash, found.staff, await self._passwords.hash(password))
        return await off_loop(self._store.open_session, found.staff, Stage.SECOND)

    async def second(self, session: Session, token: str, code: str) -> str | Refused:
        """The token of a full session; the old one ends."""
        staff = session.staff.id
        wait = await self._again(staff)
        if wait:
            return Refused(wait)
        if not await self._code_fits(staff, code):
            await off_loop(self._store.write_audit, staff, Action.SIGN_IN_FAILED, staff)
            return Refused()
        await self._well(staff)
        return await off_loop(partial(self._store.open_session, staff, Stage.FULL, replaces=token))

    async def setup(self, login: str, code: str, address: str) -> str | Refused:
        """The token of a session in which password and second factor are chosen."""
        wait = self._addresses.wait(address) or await off_loop(self._store.attempt, login, None)
        if wait:
            return Refused(wait)
        staff = await off_loop(self._store.setup, login, code)
        if staff is None:
            return Refused()
        await off_loop(self._store.succeeded, login, None)
        return await off_loop(self._store.open_session, staff, Stage.SETUP)

    async def choose(self, staff: str, password: str) -> None:
        """The first password; it is known to be good enough."""
        await off_loop(partial(self._store.set_password, staff, await self._passwords.hash(password), first=True))

    async def proposed(self, staff: str, *, new: bool = False) -> str:
        """The secret that waits to be confirmed."""
        found = await off_loop(self._store.credentials_of, staff)
        if found is not None and found.totp_pending and not new:
            return found.totp_pending
        secret = second.new_secret()
        await off_loop(self._store.propose_totp, staff, secret)
        return secret

    async def confirm(self, staff: str, code: str, *, first: bool) -> list[str] | Refused:
        """The recovery codes, shown this once."""
        found = await off_loop(self._store.credentials_of, staff)
        step = second.step_of(found.totp_pending, code, self._clock()) if found is not None and found.totp_pending else None
        if found is None or step is None or (first and found.password is None):
            return Refused()
        codes = second.recovery_codes()
        confirmed = await off_loop(partial(self._store.confirm_totp, staff, step, codes, first=first))
        return codes if confirmed else Refused()

    async def renew(self, staff: str, token: str | None) -> str:
        """A full session under a new token."""
        return await off_loop(partial(self._store.open_session, staff, Stage.FULL, replaces=token))

    async def owns(self, staff: str, password: str) -> bool | Refused:
        """Whether this is her password: asked again before anything that guards the account is changed."""
        wait = await self._again(staff)
        if wait:
            return Refused(wait)
        found = await off_loop(self._store.credentials_of, staff)
        if not await self._passwords.fits(found.password if found else None, password):
            await off_loop(self._store.write_audit, staff, Action.SIGN_IN_FAILED, staff)
            return False
        await self._well(staff)
        return True

    async def change_password(self, staff: str, password: str) -> str:
        """Ends all her sessions; the token of a new one."""
        await off_loop(partial(self._store.set_password, staff, await self._passwords.hash(password), first=False))
        return await self.renew(staff, None)

    def new_device(self, login: str) -> str:
        """The cookie of a browser that has signed in as `login`."""
        device = secrets.token_urlsafe(16)
        return f"{device}.{self._store.device_seal(login, device)}"

    def _known(self, login: str, device: str | None) -> str | None:
        """The browser's id where its cookie is genuine and of this login."""
        id, _, seal = (device or "").partition(".")
        if not id or not secrets.compare_digest(seal.encode("utf-8", "replace"), self._store.device_seal(login, id).encode()):
            return None
        return id

    async def _code_fits(self, staff: str, code: str) -> bool:
        if not second.is_code(code):
            return await off_loop(self._store.use_recovery, staff, code)
        found = await off_loop(self._store.credentials_of, staff)
        step = second.step_of(found.totp, code, self._clock()) if found is not None and found.totp else None
        return step is not None and await off_loop(self._store.use_totp, staff, step)

    async def _again(self, staff: str) -> float:
        return await off_loop(self._store.attempt, _inner(staff), None)

    async def _well(self, staff: str) -> None:
        await off_loop(self._store.succeeded, _inner(staff), None)


def _inner(staff: str) -> str:
    """Tries after the password are counted apart: a right password must not take back wrong codes. No login looks like this."""
    return f"\0{staff}"
