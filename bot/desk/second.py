"""The second factor: six digits from an app (TOTP, RFC 6238), or a recovery code."""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from datetime import datetime

import pyotp
import segno
from markupsafe import Markup

ISSUER = "Sohojatri"
_STEP = 30  # seconds
_WINDOW = (0, -1, 1)  # steps a clock may be wrong
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
RECOVERY_CODES = 10


def new_secret() -> str:
    return pyotp.random_base32()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is; None where it is none of now."""
    digits = plain_digits(code)
    current = int(now.timestamp()) // _STEP
    totp = pyotp.TOTP(secret)
    fits = [current + offset for offset in _WINDOW if hmac.compare_digest(totp.generate_otp(current + offset), digits)]
    return fits[0] if fits else None


def plain_digits(code: str) -> str:
    """Six ASCII digits as they come from any keyboard, Bangla too; else something that fits nothing."""
    return "".join(str(unicodedata.decimal(letter, "")) for letter in code if not letter.isspace() and letter != "-")


def is_code(code: str) -> bool:
    """Whether it looks like a code of the app rather than a recovery code."""
    plain = [letter for letter in code if not letter.isspace() and letter != "-"]
    return len(plain) == 6 and all(unicodedata.decimal(letter, None) is not None for letter in plain)


def qr(secret: str, login: str) -> Markup:
    """An inline picture of what the app scans."""
    address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)
    picture = segno.make(address, error="m").svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff")
    return Markup(picture)  # noqa: S704 -- made by segno from a path of numbers; the address is not in it


def spaced(secret: str) -> str:
    """To be typed by hand."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def recovery_codes() -> list[str]:
    return ["-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3)) for _ in range(RECOVERY_CODES)]
