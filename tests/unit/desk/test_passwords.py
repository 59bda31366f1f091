from __future__ import annotations

import unicodedata

import pytest
from argon2 import PasswordHasher

from bot.desk.passwords import Passwords, problem

GOOD = "seven green boats sleep quietly"


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.mark.parametrize(
    ("password", "what"),
    [
        ("short", "short"),
        ("x7#kQ!2pLm9$wZ", "short"),  # 14
        (" " * 20, "short"),
        ("a" * 257, "long"),
        ("passwordpassword1", "common"),
        ("bangladesh2024!!", "common"),
        ("qwertyuiopasdfgh", "common"),
        ("aaaaaaaaaaaaaaaaaaaa", "common"),
        ("123456789012345678", "common"),
        ("P@ssw0rdP@ssw0rd", "common"),
        ("rahimakhatunrahimakhatun", "common"),
        ("ক" * 20, "common"),
    ],
)
def test_a_weak_password_is_refused_and_told_why(password: str, what: str) -> None:
    assert problem(password, "rahima", "Rahima Khatun") == what


@pytest.mark.parametrize("password", [GOOD, "নদীর ধারে সাতটা নৌকা ঘুমায়", "x7#kQ!2pLm9$wZv", "a very long sentence " * 8])
def test_a_good_one_is_taken(password: str) -> None:
    assert problem(password, "rahima", "Rahima Khatun") is None


async def test_a_password_fits_its_own_hash_only(passwords: Passwords) -> None:
    hashed = await passwords.hash(GOOD)
    assert GOOD not in hashed and hashed.startswith("$argon2id$")
    assert await passwords.fits(hashed, GOOD)
    assert not await passwords.fits(hashed, GOOD + " ")
    assert not await passwords.fits(hashed, "")


async def test_the_same_letters_from_another_keyboard_fit(passwords: Passwords) -> None:
    word = "ড়ে নৌকা পনেরো অক্ষর café"
    assert unicodedata.normalize("NFC", word) != unicodedata.normalize("NFD", word)
    assert await passwords.fits(await passwords.hash(unicodedata.normalize("NFC", word)), unicodedata.normalize("NFD", word))


async def test_where_there_is_no_password_none_fits(passwords: Passwords) -> None:
    assert not await passwords.fits(None, GOOD)
    assert not await passwords.fits(None, "nobody's password")
    assert not await passwords.fits("no hash at all", GOOD)


async def test_old_parameters_are_seen(passwords: Passwords) -> None:
    hashed = await passwords.hash(GOOD)
    assert not passwords.stale(hashed)
    assert Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)).stale(hashed)


def test_what_is_used_is_argon2id_with_the_memory_the_standard_asks_for() -> None:
    hasher = Passwords()._hasher
    assert hasher.type.name == "ID" and hasher.memory_cost >= 19 * 1024 and hasher.time_cost >= 2
