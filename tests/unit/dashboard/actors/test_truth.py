"""The laws of one actor's truth: four equal sources agree, and what one lacks is marked there."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.actors.stored_history import (
    SEGMENT,
    StoredHead,
    StoredHistory,
    decode_head,
    decode_segment,
)
from dashboard.model.actors.truth import WITNESSES, Carried, Facts, TurnTruth, Witness, join
from dashboard.model.chat.messages import HistoryPage, Message, Turn
from dashboard.model.core.failure import Failure
from dashboard.model.topics.events import PendingEntry, decode
from dashboard.model.topics.inboxes import EventInbox, Inboxes
from dashboard.model.topics.streams import ConsumerGroup

BEGAN = 1_700_000_000


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def turns(count: int, text: str = "text") -> list[Turn]:
    return [
        Turn(
            number=n,
            user=f"{text} {n}",
            answer=f"answer {n}",
            time=iso(BEGAN + 10 * n),
            event_id=f"event-{n}",
        )
        for n in range(1, count + 1)
    ]


def event(turn: Turn) -> dict[str, Any]:
    said = [{"role": "user", "content": turn.user}, {"role": "assistant", "content": turn.answer}]
    data = {"actor_id": "a", "turn": turn.number, "time": turn.time, "messages": said}
    return {"id": turn.event_id, "type": "ConversationUpdated", "source": "chat-agent", "data": data}


def messages(said: list[Turn]) -> tuple[Message, ...]:
    pairs = [
        (
            Message(
                role="user", content=turn.user, turn=turn.number, time=turn.time, id=f"{turn.event_id}-user"
            ),
            Message(
                role="assistant",
                content=turn.answer or "",
                turn=turn.number,
                time=turn.time,
                id=f"{turn.event_id}-assistant",
            ),
        )
        for turn in said
    ]
    return tuple(message for pair in pairs for message in pair)


def facts_of(has: dict[Witness, list[Turn]], unpublished: frozenset[str] = frozenset()) -> Facts:
    """Each source as it stands when it has these turns."""
    entries = tuple(
        decode(f"{(BEGAN + 10 * turn.number) * 1000 + 5}-0", {"data": event(turn)}) for turn in has["stream"]
    )
    held = messages(has["store"])
    inbox = EventInbox(
        replica="r1",
        namespace="prod",
        events=tuple(event(turn) for turn in has["received"][::-1]),
        started_at=iso(BEGAN),
    )
    return Facts(
        said=HistoryPage(turns=tuple(has["agent"]), total=2 * len(has["agent"])),
        stored=StoredHistory(
            head=StoredHead(format="1", segments=0, total=len(held), messages=held, unpublished=unpublished),
            version=str(len(held)),
            size_bytes=100,
        ),
        carried=Carried(
            entries=entries[::-1],
            first_id=entries[0].id if entries else f"{BEGAN * 1000}-0",
            group=ConsumerGroup(
                name="chat-agent", consumers=1, pending=0, last_id=f"{BEGAN * 2000}-0", lag=0
            ),
        ),
        received=Inboxes((inbox,)),
    )


def everywhere(said: list[Turn]) -> dict[Witness, list[Turn]]:
    return {source: list(said) for source in WITNESSES}


def marked(facts: Facts) -> list[tuple[int, Witness, str]]:
    rows = join("a", facts, limit=100).turns
    return [(row.turn.number, row.mark.source, row.mark.cause.name) for row in rows if row.mark]


def only_row(facts: Facts) -> TurnTruth:
    (row,) = join("a", facts, limit=1).turns
    return row


@given(st.integers(0, 30), st.integers(1, 30))
def test_four_equal_sources_agree_in_every_turn(count: int, limit: int) -> None:
    truth = join("a", facts_of(everywhere(turns(count))), limit=limit)
    assert truth.worst() is None
    assert [row.turn.number for row in truth.turns] == list(range(1, count + 1))[-limit:]
    assert all(set(row.presence.values()) == {"there"} for row in truth.turns)


@given(st.data(), st.integers(1, 20), st.sampled_from(WITNESSES))
def test_what_one_source_lacks_is_marked_in_exactly_that_source(
    data: Any, count: int, source: Witness
) -> None:
    has = everywhere(turns(count))
    gone = has[source].pop(data.draw(st.integers(0, count - 1)))
    facts = facts_of(has)
    if source in {"agent", "store"}:
        assert facts.said
        facts = replace(facts, said=replace(facts.said, total=None))
    assert [(number, where) for number, where, _ in marked(facts)] == [(gone.number, source)]


def test_the_words_say_who_lacks_what() -> None:
    def words(source: Witness) -> str:
        row = join("a", without(1, **{source: True}), limit=9).turns[0]
        assert row.mark
        return row.mark.cause.words

    assert words("agent") == "The store holds a turn that the agent does not tell."
    assert words("store") == "The agent tells a turn that this store does not hold."


@given(st.data(), st.integers(1, 20), st.sampled_from(WITNESSES))
def test_a_text_that_stands_alone_is_marked_where_it_stands(data: Any, count: int, source: Witness) -> None:
    has = everywhere(turns(count))
    index = data.draw(st.integers(0, count - 1))
    has[source][index] = replace(has[source][index], answer="something else")
    assert marked(facts_of(has)) == [(index + 1, source, "another writer")]


def without(count: int, **lacking: Any) -> Facts:
    """Facts of `count` turns whose newest is missing in these sources."""
    said = turns(count)
    return facts_of({source: said[:-1] if lacking.get(source) else said for source in WITNESSES})


def test_an_event_that_waits_is_not_yet_published() -> None:
    facts = without(3, stream=True, received=True)
    assert facts.stored
    head = replace(facts.stored.head, unpublished=frozenset({"event-3"}))
    waiting = replace(facts, stored=replace(facts.stored, head=head))
    assert marked(waiting) == [(3, "stream", "not yet published")]
    assert join("a", waiting, limit=9).worst() == "waits"
    assert marked(facts) == [(3, "store", "another writer")]
    asleep = replace(facts, received=Inboxes((), {"r1": Failure("unreachable", "")}))
    assert marked(asleep) == [(3, "stream", "deleted")]


def test_what_is_older_than_the_stream_was_trimmed() -> None:
    has = everywhere(turns(5))
    has["stream"] = has["stream"][2:]
    has["received"] = has["received"][4:]
    facts = facts_of(has)
    assert [row for row in marked(facts) if row[1] == "stream"] == [
        (1, "stream", "trimmed"),
        (2, "stream", "trimmed"),
    ]


def test_a_pending_entry_is_marked_where_it_was_not_received() -> None:
    facts = without(2, received=True)
    assert facts.carried
    entry = facts.carried.entries[0]
    pending = {entry.id: PendingEntry(entry.id, "chat-agent", 1000, 1)}
    assert marked(replace(facts, carried=replace(facts.carried, pending=pending))) == [
        (2, "received", "pending")
    ]
    silent = replace(facts, received=None, carried=replace(facts.carried, pending=pending))
    assert marked(silent) == [(2, "received", "pending")]  # what a group has, no replica need say
    assert facts.received
    restarted = Inboxes((replace(facts.received.answered[0], started_at=iso(BEGAN + 10**6)),))
    assert marked(replace(facts, received=restarted)) == [(2, "received", "before this replica")]


@pytest.mark.parametrize("source", WITNESSES)
def test_a_source_that_cannot_be_read_marks_no_turn(source: Witness) -> None:
    name = {"agent": "said", "store": "stored", "stream": "carried", "received": "received"}[source]
    changes: dict[str, Any] = {name: None, "failures": {source: Failure("unreachable", "")}}
    row = only_row(replace(facts_of(everywhere(turns(1))), **changes))
    assert row.mark is None
    assert row.presence[source] == "unread"


def test_an_unreadable_store_is_marked_as_a_whole() -> None:
    facts = replace(
        facts_of(everywhere(turns(1))), stored=None, failures={"store": Failure("rejected", "no JSON")}
    )
    (mark,) = join("a", facts, limit=9).marks
    assert (mark.source, mark.cause.name, mark.cause.severity) == ("store", "unreadable", "wrong")


def test_counts_that_differ_are_marked_as_a_whole() -> None:
    facts = facts_of(everywhere(turns(2)))
    assert facts.said
    assert facts.stored
    (mark,) = join("a", replace(facts, said=replace(facts.said, total=6)), limit=9).marks
    assert mark.cause.words == "The agent counts 6 messages, the store 4."
    head = replace(facts.stored.head, total=8)
    marks = join("a", replace(facts, stored=replace(facts.stored, head=head)), limit=9).marks
    assert marks[0].cause.words == "Its head counts 8 messages, and there are 4."
    (mark,) = join("a", replace(facts, stored=replace(facts.stored, version="1")), limit=9).marks
    assert (mark.cause.name, mark.cause.severity) == ("another writer", "expected")


def test_what_is_beyond_a_page_is_not_missing() -> None:
    said = turns(10)
    facts = facts_of(everywhere(said))
    assert facts.said
    page = replace(facts.said, turns=tuple(said[4:]), before="8")
    truth = join("a", replace(facts, said=page), limit=100)
    assert [row.turn.number for row in truth.turns] == [5, 6, 7, 8, 9, 10]
    assert truth.worst() is None


def test_a_stream_that_was_not_read_so_far_back_marks_nothing() -> None:
    facts = without(1, stream=True, received=True)
    assert facts.carried
    carried = replace(facts.carried, complete=False, oldest=f"{BEGAN * 1001}-0")
    row = only_row(replace(facts, carried=carried))
    assert (row.presence["stream"], row.mark) == ("unread", None)


def test_a_plain_list_keeps_no_events() -> None:
    plain = [Turn(number=n, user=f"text {n}", answer=f"answer {n}") for n in (1, 2)]
    facts = facts_of({"agent": plain, "store": [], "stream": [], "received": []})
    stored = json.dumps(
        [{"role": "user", "content": "text 1"}, "answer 1", "text 2", {"content": "answer 2"}]
    )
    head = decode_head(stored)
    assert (head.format, head.total, head.counted) == ("plain list", 4, 4)
    truth = join("a", replace(facts, stored=StoredHistory(head=head, version="2", size_bytes=1)), limit=9)
    assert truth.worst() is None
    assert [row.presence["stream"] for row in truth.turns] == ["none", "none"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "1",
        '"text"',
        "{}",
        '{"format": 2}',
        '{"format": 1, "segments": 0}',
        "[" * 100_000,
        "nonsense",
    ],
)
def test_what_is_no_history_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="."):
        decode_head(text)


@given(st.integers(1, 120), st.integers(1, 60), st.integers(1, 150))
def test_pages_of_an_older_time_are_whole(count: int, limit: int, until: int) -> None:
    """The agent gives its page, and of the store only the segments are read that reach into it."""
    said = turns(count)
    held, full = messages(said), 2 * count // SEGMENT
    head = StoredHead(format="1", segments=full, total=len(held), messages=held[full * SEGMENT :])
    needed = head.needed(2 * limit, 2 * until)
    assert len(needed) <= 2 * limit / SEGMENT + 2
    segments = {number: held[number * SEGMENT : (number + 1) * SEGMENT] for number in needed}
    start, end = max(0, min(until, count) - limit), min(until, count)
    facts = replace(
        facts_of(everywhere(said)),
        said=HistoryPage(
            turns=tuple(said[start:end]), before=str(2 * start) if start else None, total=2 * count
        ),
        stored=StoredHistory(
            head=head, version=str(count), size_bytes=1, segments=segments, stop=needed.stop
        ),
    )
    truth = join("a", facts, limit=limit, until=until)
    assert truth.worst() is None
    assert [row.turn.number for row in truth.turns] == list(range(start + 1, end + 1))


def test_segments_join_up_to_the_first_gap() -> None:
    head = StoredHead(format="1", segments=3, total=80, messages=messages(turns(2)))
    assert (list(head.needed(4)), list(head.needed(5)), list(head.needed(1000))) == ([], [2], [0, 1, 2])
    segment = decode_segment(
        json.dumps([{"role": "user", "content": "x", "turn": 1.0, "time": "", "id": ""}])
    )
    assert segment[0].turn == 1
    with pytest.raises(ValueError, match="no list"):
        decode_segment('{"a": 1}')
    stored = StoredHistory(
        head=head, version="1", size_bytes=1, segments={0: segment, 2: segment * 2}, missing=(1,)
    )
    assert len(stored.messages) == 4 + 2
    facts = replace(facts_of(everywhere([])), stored=stored)
    assert [mark.cause.name for mark in join("a", facts, limit=9).marks][0] == "segment missing"
