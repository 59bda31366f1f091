"""Who can sign in to the desk of `python -m bot demo`: people who do not exist."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pyotp

from bot.desk.passwords import Passwords
from bot.knowledge import DIRECTORY, read_yaml
from bot.settings import Settings
from bot.staff import Role
from bot.storage import Accounts

PASSPHRASE = "four quiet boats on the padma"  # noqa: S105 - of people who do not exist, on this machine only


@dataclass(frozen=True, kw_only=True)
class Person:
    login: str
    role: Role
    id: str
    secret: str  # base32 of the second factor


def describe(chosen: Settings, people: list[Person]) -> str:
    """What is printed: only here, for people who do not exist."""
    lines = [
        f"The desk: http://127.0.0.1:{chosen.port}/desk   her chat: http://127.0.0.1:{chosen.port}/chat",
        f"Passphrase of all: {PASSPHRASE}",
    ]
    lines += [f"  {person.login:12} {person.role.value:11} code app: {person.secret}   code now: {code(person)}" for person in people]
    return "\n".join([*lines, "A code is good for half a minute; `python -m bot demo --codes` prints new ones.", ""])


def enrol(accounts: Accounts, content: Mapping[str, Any]) -> list[Person]:
    """Accounts of those who work in the demo, ready to sign in."""
    made, hashed = [], _hashed()
    secrets = {person.login: person.secret for person in known(content)}
    for entry in content["staff"]:
        role = Role(entry["role"])
        team = content["team"] if role in (Role.COUNSELLOR, Role.SUPERVISOR) else ""
        staff, _ = accounts.add(None, login=entry["login"], name=entry["bn"], role=role, team=team, language="bn")
        secret = secrets[entry["login"]]
        accounts.set_password(staff.id, hashed, first=True)
        accounts.propose_totp(staff.id, secret)
        accounts.confirm_totp(staff.id, 1, [], first=True)
        made.append(Person(login=entry["login"], role=role, id=staff.id, secret=secret))
    return made


def _hashed() -> str:
    """In a thread of its own: whoever calls may have an event loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(Passwords().hash(PASSPHRASE))).result()


def known(content: Mapping[str, Any] | None = None) -> list[Person]:
    """Who is in every demo, without ids: the same from run to run."""
    content = content or read_yaml(DIRECTORY / "desk" / "demo.yml")
    return [
        Person(
            login=entry["login"], role=Role(entry["role"]), id="",
            secret=base64.b32encode(hashlib.sha256(entry["login"].encode()).digest()[:20]).decode(),
        )
        for entry in content["staff"]
    ]  # fmt: skip


def code(person: Person) -> str:
    """What her phone would show now."""
    return pyotp.TOTP(person.secret).now()
