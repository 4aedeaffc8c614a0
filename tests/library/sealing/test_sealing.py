"""What is sealed can be opened with the key and under the name it was sealed for, and not otherwise."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_stack.integrations.sealed_secrets.sealing import seal, unseal
from platform_stack.secrets import NotOpenedError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NAMES = st.from_regex(r"[a-z0-9]{1,20}/[a-z0-9]{1,20}", fullmatch=True)


@settings(max_examples=100, derandomize=True)
@given(name=NAMES, value=st.binary(max_size=5000))
def test_what_is_sealed_can_be_opened(name: str, value: bytes) -> None:
    assert unseal(KEY, name, seal(KEY.public_key(), name, value)) == value


@settings(max_examples=30, derandomize=True)
@given(name=NAMES, other=NAMES, value=st.binary(max_size=50))
def test_it_cannot_be_opened_under_another_name(name: str, other: str, value: bytes) -> None:
    sealed = seal(KEY.public_key(), name, value)
    if name != other:
        with pytest.raises(NotOpenedError):
            unseal(KEY, other, sealed)


@settings(max_examples=60, derandomize=True)
@given(data=st.data())
def test_a_changed_byte_is_noticed(data: st.DataObject) -> None:
    raw = bytearray(base64.b64decode(seal(KEY.public_key(), "a/b", b"some value")))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(NotOpenedError):
        unseal(KEY, "a/b", base64.b64encode(raw).decode())


@pytest.mark.parametrize("text", ["", "AAA=", "not base64!", base64.b64encode(b"\x00\x10abc").decode()])
def test_what_was_never_sealed_is_not_opened(text: str) -> None:
    with pytest.raises(NotOpenedError):
        unseal(KEY, "a/b", text)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(NotOpenedError):
        unseal(OTHER, "a/b", seal(KEY.public_key(), "a/b", b"value"))


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert seal(KEY.public_key(), "a/b", b"value") != seal(KEY.public_key(), "a/b", b"value")


def test_the_error_holds_nothing_of_what_was_read() -> None:
    with pytest.raises(NotOpenedError) as caught:
        unseal(OTHER, "a/b", seal(KEY.public_key(), "a/b", b"value"))
    assert caught.value.__cause__ is None
    assert str(caught.value) == ""


def size(key: RSAPrivateKey) -> int:
    return key.key_size // 8


@pytest.mark.parametrize("length", [0, 1, 1000])
def test_the_parts_have_the_sizes_of_the_format(length: int) -> None:
    raw = base64.b64decode(seal(KEY.public_key(), "a/b", bytes(length)))
    assert int.from_bytes(raw[:2], "big") == size(KEY)
    assert len(raw) == 2 + size(KEY) + length + 16
