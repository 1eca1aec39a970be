"""Entries of any content are decoded; what daprd could not decode is told apart."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.core.times import clock_time, date_and_time, iso_utc
from dashboard.model.stores.decoding import unwrap
from dashboard.model.topics.delivery_status import UNDECODABLE, why_undelivered
from dashboard.model.topics.events import (
    LAST_NUMBER,
    TURN_EVENT,
    CloudEvent,
    cloud_event,
    decode,
    entry_position,
    position,
)
from dashboard.model.topics.inboxes import Inboxes

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


def turn_event(turn: str) -> CloudEvent:
    text = (
        f'{{"id": "e1", "type": "{TURN_EVENT}", "source": "s", "data": {{"actor_id": "u", "turn": {turn}}}}}'
    )
    found = decode("1-0", {"data": unwrap(text)}).event
    assert found
    return found


@pytest.mark.parametrize(
    ("turn", "number", "decodable"),
    [
        ("3", 3, True),
        ("3.0", 3, True),
        ("1e999", None, False),
        ("-1e999", None, False),
        ("NaN", None, False),
        ("Infinity", None, False),
        ("1e300", None, True),
        ("9" * 400, None, True),
        ("-1", None, True),
        ("0", None, True),
        ("1.5", None, True),
        ("true", None, True),
        ('"3"', None, True),
        ("null", None, True),
        ("[]", None, True),
    ],
)
def test_a_turn_has_a_number_from_one_or_none(turn: str, number: int | None, decodable: bool) -> None:
    event = turn_event(turn)
    assert (event.turn, event.decodable) == (number, decodable)


def test_an_event_that_daprd_could_not_decode_has_that_for_its_cause() -> None:
    entry = decode("1-0", {"data": {"id": "e1", "type": "T", "source": "s", "time": float("inf")}})
    assert why_undelivered(entry, "e1", None, {}, Inboxes()) is UNDECODABLE


@given(st.dictionaries(st.sampled_from(["id", "type", "source", "time", "data"]), JSON))
def test_any_event_is_one_or_none(found: dict[str, Any]) -> None:
    event = cloud_event(found)
    if event:
        assert event.turn is None or event.turn >= 1
        assert isinstance(event.actor_id, str)


@given(st.dictionaries(st.text(max_size=6), JSON) | st.fixed_dictionaries({"data": JSON}))
def test_any_entry_is_decoded(fields: dict[str, Any]) -> None:
    assert decode("1-1", {name: unwrap(json.dumps(value)) for name, value in fields.items()}).id == "1-1"


@pytest.mark.parametrize(
    "entry_id", [f"{LAST_NUMBER}-0", f"{LAST_NUMBER}-{LAST_NUMBER}", "300000000000000-1"]
)
def test_an_entry_beyond_all_calendars_has_a_position_and_words_for_its_time(entry_id: str) -> None:
    entry = decode(entry_id, {})
    assert entry_position(entry_id) == position(entry_id)
    for word in (clock_time, date_and_time, iso_utc):
        assert "no date" in word(entry.written_at)


@pytest.mark.parametrize("text", ["", "-", "1", "1-", "a-b", "²-1", f"{LAST_NUMBER + 1}-0", "1-0\n", "-1-0"])
def test_what_is_no_entrys_id_has_no_position(text: str) -> None:
    assert entry_position(text) is None


@given(st.floats())
def test_any_number_of_seconds_has_words(at: float) -> None:
    assert clock_time(at)
    assert iso_utc(at)
