"""A stored history is decoded or refused with what is wrong, whatever the store holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.actors.stored_history import decode_head, decode_segment
from dashboard.model.chat.messages import turns_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
HEADS = st.fixed_dictionaries(
    {"format": st.just(1), "segments": JSON, "total": JSON, "messages": JSON, "unpublished": JSON}
)
MESSAGE = st.fixed_dictionaries({name: JSON for name in ("role", "content", "turn", "time", "id")})


@given(JSON | HEADS)
def test_any_head_is_decoded_or_refused(value: Any) -> None:
    try:
        head = decode_head(json.dumps(value))
    except ValueError as error:
        assert str(error)
        return
    assert head.counted >= 0
    assert list(head.needed(40)) is not None


@given(JSON | st.lists(MESSAGE, max_size=3))
def test_any_segment_is_decoded_or_refused(value: Any) -> None:
    try:
        messages = decode_segment(json.dumps(value))
    except ValueError as error:
        assert str(error)
        return
    turns_of(messages)


@pytest.mark.parametrize("count", ["1e999", "NaN", "-1", "1.5", "1e300", "9" * 400, "null", "[]"])
@pytest.mark.parametrize("field", ["segments", "total"])
def test_a_count_that_is_none_is_named(field: str, count: str) -> None:
    head = {"format": 1, "segments": 0, "total": 0, "messages": [], "unpublished": []}
    text = json.dumps({**head, field: "HERE"}).replace('"HERE"', count)
    with pytest.raises(ValueError, match="no count|no history"):
        decode_head(text)


def test_what_is_nested_too_deeply_is_refused() -> None:
    for decode in (decode_head, decode_segment):
        with pytest.raises(ValueError, match="deeply"):
            decode("[" * 50_000)
