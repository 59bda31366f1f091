from __future__ import annotations

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SealError
from bot.storage.sealing import Sealer

OLD, NEW, LOOKUP = (base64.b64encode(os.urandom(32)).decode() for _ in range(3))


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(f"1:{OLD}", LOOKUP)


@given(plain=st.binary(max_size=5000))
def test_bytes_open_again(plain: bytes) -> None:
    sealer = Sealer(f"1:{OLD}", LOOKUP)
    assert sealer.unseal(sealer.seal(plain, context="a:1"), context="a:1") == plain


@given(plain=st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_text_opens_again(plain: str) -> None:
    sealer = Sealer(f"1:{OLD}", LOOKUP)
    assert sealer.unseal_text(sealer.seal(plain, context="a:1"), context="a:1") == plain


@given(plain=st.dictionaries(st.text(), st.none() | st.text() | st.integers() | st.lists(st.text())))
def test_json_opens_again(plain: dict[str, object]) -> None:
    sealer = Sealer(f"1:{OLD}", LOOKUP)
    assert sealer.unseal_json(sealer.seal(plain, context="a:1"), context="a:1") == plain


def test_half_a_surrogate_pair_in_json_survives(sealer: Sealer) -> None:
    assert sealer.unseal_json(sealer.seal({"text": "\ud83d"}, context="a"), context="a") == {"text": "\ud83d"}


def test_the_layout_is_key_number_nonce_and_ciphertext_with_tag(sealer: Sealer) -> None:
    sealed = sealer.seal(b"12345", context="a")
    assert sealed[0] == 1
    assert len(sealed) == 1 + 12 + 5 + 16


def test_the_same_text_never_seals_to_the_same_bytes(sealer: Sealer) -> None:
    assert len({sealer.seal("same", context="a")[1:13] for _ in range(200)}) == 200


def test_a_value_moved_to_another_row_does_not_open(sealer: Sealer) -> None:
    sealed = sealer.seal("secret", context="messages.body:one")
    with pytest.raises(SealError):
        sealer.unseal(sealed, context="messages.body:two")


@given(data=st.data())
def test_a_value_with_one_bit_changed_does_not_open(data: st.DataObject) -> None:
    sealer = Sealer(f"1:{OLD}", LOOKUP)
    sealed = bytearray(sealer.seal("secret", context="a"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealError):
        sealer.unseal(bytes(sealed), context="a")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"0" * 12, b"\x01" + b"0" * 27, b"\x63" + b"0" * 40])
def test_what_is_no_sealed_value_does_not_open(sealer: Sealer, sealed: bytes) -> None:
    with pytest.raises(SealError):
        sealer.unseal(sealed, context="a")


def test_after_a_rotation_the_new_key_seals_and_the_old_one_still_opens(sealer: Sealer) -> None:
    before = sealer.seal("before", context="a")
    rotated = Sealer(f"2:{NEW},1:{OLD}", LOOKUP)
    after = rotated.seal("after", context="a")
    assert after[0] == 2
    assert rotated.unseal_text(before, context="a") == "before"
    assert rotated.unseal_text(after, context="a") == "after"
    with pytest.raises(SealError, match="SEAL_KEYS"):
        sealer.unseal(after, context="a")


def test_the_key_number_does_not_choose_among_equal_ciphertexts() -> None:
    sealed = Sealer(f"1:{OLD}", LOOKUP).seal("secret", context="a")
    with pytest.raises(SealError):
        Sealer(f"1:{NEW}", LOOKUP).unseal(sealed, context="a")


def test_an_error_tells_nothing_of_the_value_and_chains_no_cause(sealer: Sealer) -> None:
    sealed = sealer.seal("planted-words", context="a")
    with pytest.raises(SealError) as caught:
        sealer.unseal(sealed, context="b")
    assert "planted" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_digest_is_the_same_each_time_and_under_each_seal_key(sealer: Sealer) -> None:
    assert sealer.digest("telegram", "1") == Sealer(f"2:{NEW},1:{OLD}", LOOKUP).digest("telegram", "1")
    assert len(sealer.digest("telegram", "1")) == 32


def test_a_digest_needs_the_lookup_key(sealer: Sealer) -> None:
    assert sealer.digest("telegram", "1") != Sealer(f"1:{OLD}", NEW).digest("telegram", "1")


@given(first=st.lists(st.text(), max_size=4), second=st.lists(st.text(), max_size=4))
def test_digests_tell_apart_where_one_part_ends(first: list[str], second: list[str]) -> None:
    sealer = Sealer(f"1:{OLD}", LOOKUP)
    assert (sealer.digest(*first) == sealer.digest(*second)) == (first == second)


def test_a_digest_of_half_a_surrogate_pair_is_made(sealer: Sealer) -> None:
    assert sealer.digest("\ud83d") != sealer.digest("\ud83e")
