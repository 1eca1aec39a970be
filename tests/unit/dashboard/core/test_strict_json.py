"""JSON of any writer is read or refused, and what is written is JSON to every reader."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.core.strict_json import DEEPEST, finite, loads, strict

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters()) | st.integers(), inner, max_size=4)
    ),
)


@given(ANYTHING)
def test_any_value_can_be_written_as_strict_json(value: object) -> None:
    text = json.dumps(strict(value), ensure_ascii=False, allow_nan=False)
    text.encode()
    json.loads(text, parse_constant=pytest.fail)


@given(ANYTHING)
def test_what_json_has_already_stays(value: object) -> None:
    once = strict(value)
    assert strict(once) == once


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1e999, "b": NaN, "c": -1e999}', {"a": "Infinity", "b": "NaN", "c": "-Infinity"}),
        ('["\\ud800", "\\ud83d\\ude00"]', ["\\ud800", "\U0001f600"]),
        ('{"\\ud800": 1}', {"\\ud800": 1}),
        (f"[{10**400}]", [10**400]),
    ],
)
def test_what_json_has_not_is_a_text_that_says_it(text: str, said: object) -> None:
    assert strict(loads(text)) == said


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "[" * 600 + "]" * 600, '{"a":' * 300 + "1" + "}" * 300, "9" * 5_000]
)
def test_what_could_not_be_walked_through_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(text)


def test_what_is_nested_as_deep_as_may_be_is_read() -> None:
    assert loads("[" * DEEPEST + "]" * DEEPEST)


@given(st.text(st.sampled_from('[]{}":,\\ud8NaInfity-019eE. ')))
def test_any_text_is_decoded_or_refused(text: str) -> None:
    try:
        found = loads(text)
    except ValueError:
        return
    json.dumps(strict(found), ensure_ascii=False, allow_nan=False).encode()


def test_a_number_that_no_double_holds_is_found_wherever_it_is() -> None:
    assert finite(loads('{"a": [1, 2.5, {"b": null}]}'))
    assert not finite(loads('{"a": [1, {"b": 1e999}]}'))
    assert not finite(loads("[NaN]"))
