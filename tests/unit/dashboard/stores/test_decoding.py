"""Values and keys of any bytes are decoded for reading, whatever wrote them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.core.redis_key import to_text
from dashboard.model.stores.decoding import unwrap, value_text
from dashboard.model.stores.keys import parse_key


@given(st.binary() | st.text(st.sampled_from('[]{}":,\\ud8NaInfity019e')).map(str.encode))
def test_any_value_is_decoded(data: bytes) -> None:
    text = value_text(data)
    text.encode()
    unwrap(text)


def test_json_in_json_is_unwrapped_and_what_is_none_stays_text() -> None:
    assert unwrap('"{\\"a\\": 1}"') == {"a": 1}
    assert unwrap('"plain"') == "plain"
    assert unwrap("{not json") == "{not json"
    assert unwrap("[" * 5_000) == "[" * 5_000
    assert unwrap("9" * 5_000) == "9" * 5_000


@given(st.binary())
def test_any_key_is_taken_apart(raw: bytes) -> None:
    key = parse_key(to_text(raw))
    assert key.raw == to_text(raw)
    assert key.path
