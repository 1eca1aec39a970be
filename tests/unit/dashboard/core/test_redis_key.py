"""The name of a Redis key as text and back, whatever bytes it has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.core.redis_key import to_bytes, to_text

# What an escape is made of, and all else.
NAMES = st.binary(max_size=12) | st.lists(
    st.sampled_from([b"\\", b"\\\\", b"x", b"5", b"c", b"f", b"\xff", b"\xc3", b"\xa9", b"\\x5c", b"\\xff"]),
    max_size=8,
).map(b"".join)


@given(NAMES)
def test_every_name_comes_back(name: bytes) -> None:
    assert to_bytes(to_text(name)) == name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (b"chat-agent||ChatAgent||user1||history-user1", "chat-agent||ChatAgent||user1||history-user1"),
        (rb"a\xzz", r"a\xzz"),
        (rb"C:\x41b", r"C:\x41b"),
        ("é".encode(), "é"),
        (b"a\xff", r"a\xff"),
        (rb"a\xff", r"a\x5cxff"),
    ],
)
def test_only_what_must_be_is_escaped(name: bytes, text: str) -> None:
    assert to_text(name) == text
    assert to_bytes(text) == name


@given(st.text(st.characters()))
def test_whatever_is_typed_is_some_name(text: str) -> None:
    name = to_bytes(text)
    assert to_bytes(to_text(name)) == name


@pytest.mark.parametrize(
    ("typed", "name"), [("\udcff", b"\xff"), ("\ud800", b"\xed\xa0\x80"), ("é", b"\xc3\xa9")]
)
def test_a_byte_that_a_shell_handed_over_is_itself(typed: str, name: bytes) -> None:
    assert to_bytes(typed) == name
