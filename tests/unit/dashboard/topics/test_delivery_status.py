"""What became of an event: every cause is told from the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.core.failure import Failure
from dashboard.model.topics.delivery_status import why_undelivered
from dashboard.model.topics.events import EntryFilter, PendingEntry, StreamEntry, decode, group_of, position
from dashboard.model.topics.inboxes import EventInbox, Inboxes
from dashboard.model.topics.streams import ConsumerGroup

EVENT = {
    "id": "e1",
    "type": "ConversationUpdated",
    "source": "chat-agent",
    "data": {"actor_id": "a", "turn": 1.0},
}
ENTRY = decode("100000-0", {"data": EVENT})
GROUP = ConsumerGroup(name="chat-agent", consumers=1, pending=0, last_id="100000-0", lag=0)


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


INBOX = EventInbox(replica="r1", namespace="prod", events=(), started_at=iso(10), received=0)
ALONE = Inboxes((INBOX,))


def name_of(group: ConsumerGroup | None = GROUP, received: Inboxes = ALONE, **pending: PendingEntry) -> str:
    cause = why_undelivered(ENTRY, "e1", group, {item.entry_id: item for item in pending.values()}, received)
    return cause.name if cause else "received"


def inboxes(**changes: Any) -> Inboxes:
    return Inboxes((replace(INBOX, **changes),))


def test_each_cause_is_told_from_the_others() -> None:
    assert name_of(received=inboxes(events=({"id": "e1"},))) == "received"
    assert name_of(None) == "no group"
    assert name_of(p=PendingEntry("100000-0", "chat-agent", 4_000, 2)) == "pending"
    assert name_of(replace(GROUP, last_id="99999-9")) == "not delivered"
    assert name_of(received=Inboxes((), {"r1": Failure("unreachable", "")})) == "received"  # nobody could say
    assert name_of(received=Inboxes((INBOX,), {"r2": Failure("unreachable", "")})) == "another replica"
    assert name_of(received=inboxes(started_at=iso(101))) == "before this replica"
    assert name_of(received=inboxes(started_at="")) == "before this replica"
    newer = {"id": "e2", "received_at": iso(102)}
    assert name_of(received=inboxes(events=(newer,), received=2)) == "forgotten"
    assert name_of(received=inboxes(events=(newer,), received=1)) == "taken elsewhere"
    assert name_of() == "taken elsewhere"


def test_how_long_it_is_pending_is_in_the_words() -> None:
    item = PendingEntry("100000-0", "reader", 4_000, 2)
    cause = why_undelivered(ENTRY, "e1", GROUP, {"100000-0": item}, Inboxes())
    assert cause
    assert "2 times to reader" in cause.words
    assert "4 s" in cause.words


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"data": "text"},
        {"data": {"id": "e"}},
        {"data": {**EVENT, "type": ""}},
        {"data": {**EVENT, "id": 1}},
    ],
)
def test_what_is_no_cloud_event_keeps_its_fields(fields: dict[str, Any]) -> None:
    entry = decode("1-0", fields)
    assert (entry.event, entry.fields) == (None, fields)
    assert EntryFilter().has(entry)
    assert not EntryFilter(actor_id="a").has(entry)


def test_an_event_tells_of_its_actor_and_turn() -> None:
    assert ENTRY.event
    assert (ENTRY.event.actor_id, ENTRY.event.turn, ENTRY.written_at) == ("a", 1, 100.0)
    wrong: tuple[object, ...] = (None, "text", [], {"actor_id": 1, "turn": True})
    for data in wrong:
        event = decode("1-0", {"data": {**EVENT, "data": data}}).event
        assert event
        assert (event.actor_id, event.turn) == ("", None)
    assert EntryFilter("a", "ConversationUpdated", "e1").has(ENTRY)
    assert not EntryFilter("a", "other").has(ENTRY)


@given(st.lists(st.tuples(st.integers(0, 10**13), st.integers(0, 10**6))))
def test_positions_sort_as_redis_sorts(pairs: list[tuple[int, int]]) -> None:
    ids = sorted((f"{first}-{second}" for first, second in pairs), key=position)
    assert [position(entry_id) for entry_id in ids] == sorted(pairs)


def test_the_agent_s_group_is_found_by_its_app_id() -> None:
    other, templated = replace(GROUP, name="audit"), replace(GROUP, name="prod.chat-agent")
    assert group_of((other, templated, GROUP), "chat-agent") is GROUP
    assert group_of((other, templated), "chat-agent") is templated
    assert group_of((other,), "chat-agent") is other
    assert group_of((other, other), "chat-agent") is None
    assert isinstance(ENTRY, StreamEntry)
