from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pyotp
import pytest

from bot.desk import second

NOW = datetime(2026, 3, 1, 12, 0, 10, tzinfo=timezone.utc)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(seconds: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(("seconds", "steps"), [(0, 0), (-30, -1), (30, 1)])
def test_a_clock_may_be_wrong_by_one_step(seconds: int, steps: int) -> None:
    assert second.step_of(SECRET, code(seconds), NOW) == int(NOW.timestamp()) // 30 + steps


@pytest.mark.parametrize("seconds", [-60, 60, 3600])
def test_older_and_later_codes_fit_nothing(seconds: int) -> None:
    assert second.step_of(SECRET, code(seconds), NOW) is None


@pytest.mark.parametrize("given", ["", "12345", "abcdef", "1234567", "½½½½½½"])
def test_what_is_no_code_fits_nothing(given: str) -> None:
    assert second.step_of(SECRET, given, NOW) is None


def test_bangla_digits_and_spaces_are_read() -> None:
    bangla = code().translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯"))
    assert second.step_of(SECRET, f"{bangla[:3]} {bangla[3:]}", NOW) is not None
    assert second.is_code(bangla)


@pytest.mark.parametrize("given", ["ABCD-EFGH-JKMN", "1234-5678-9012", "12345"])
def test_a_recovery_code_is_not_taken_for_one_of_the_app(given: str) -> None:
    assert not second.is_code(given)


def test_the_picture_is_drawn_and_carries_no_text_or_style() -> None:
    picture = second.qr(SECRET, '<script>alert("x")</script>')
    assert picture.startswith("<svg") and "script" not in picture and "style" not in picture and SECRET not in picture


def test_recovery_codes_are_many_and_different() -> None:
    codes = second.recovery_codes() + second.recovery_codes()
    assert len(codes) == len(set(codes)) == 2 * second.RECOVERY_CODES
    assert all(len(code.replace("-", "")) == 12 for code in codes)


def test_secrets_are_long_and_never_twice() -> None:
    assert len({second.new_secret() for _ in range(50)}) == 50
    assert len(second.new_secret()) == 32
