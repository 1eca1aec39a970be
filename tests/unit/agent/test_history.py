"""Whatever is said, and however much, a history reads back whole."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from agent import history
from agent.history import Head, Message

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


class Stored:
    """Head and segments as they would be stored: as JSON."""

    def __init__(self, head: Head = Head(), segments: dict[int, str] | None = None) -> None:  # noqa: B008
        self.head = json.dumps(history.encode_head(head))
        self.segments = segments or {}

    def load(self) -> Head:
        return history.decode_head(json.loads(self.head))

    def keep(self, head: Head, segment: history.Segment | None) -> None:
        if segment:
            assert segment.number not in self.segments
            self.segments[segment.number] = json.dumps(history.encode_messages(segment.messages))
        self.head = json.dumps(history.encode_head(head))

    def read(self, limit: int, before: int | None) -> tuple[tuple[Message, ...], int]:
        head = self.load()
        view = history.window(head, limit=limit, before=before)
        segments = [history.decode_messages(json.loads(self.segments[n])) for n in view.segments]
        return history.cut(head, view, segments), view.first


def said(stored: Stored, count: int) -> None:
    for number in range(count):
        stored.keep(
            *history.add_turn(
                stored.load(),
                content=f"q{number}",
                answer=f"a{number}",
                time="",
                event_id=f"e{number}",
                key=None,
            )
        )


@given(st.integers(0, 150), st.integers(1, 120))
def test_every_page_size_reads_the_whole(turns: int, limit: int) -> None:
    stored = Stored()
    said(stored, turns)
    found: list[str] = []
    before: int | None = None
    while True:
        messages, first = stored.read(limit, before)
        found = [m.content for m in messages] + found
        if first == 0:
            break
        before = first
    assert found == [text for n in range(turns) for text in (f"q{n}", f"a{n}")]


@given(st.lists(st.builds(dict, role=st.sampled_from(["user", "assistant"]), content=texts), max_size=400))
def test_a_plain_list_is_upgraded_without_loss(plain: list[dict[str, str]]) -> None:
    head, segments = history.upgrade(plain)
    stored = Stored(head, {s.number: json.dumps(history.encode_messages(s.messages)) for s in segments})
    messages, first = stored.read(10_000, None)
    assert first == 0
    assert [{"role": m.role, "content": m.content} for m in messages] == plain
    assert len(head.messages) < 2 * history.SEGMENT or not stored.segments


@given(st.integers(0, 300))
def test_the_head_is_bounded(turns: int) -> None:
    head = Head()
    for number in range(turns):
        head, _ = history.add_turn(
            head, content="q", answer="a", time="", event_id=str(number), key=f"key-{number}"
        )
        head = history.settle(head, [str(number)])
    assert len(head.messages) < 2 * history.SEGMENT
    assert len(head.keys) <= history.REMEMBERED_KEYS
    assert head.unpublished == ()
    assert head.total == 2 * turns


@given(texts, texts)
def test_a_key_remembers_what_was_said_under_it(content: str, other: str) -> None:
    head, _ = history.add_turn(Head(), content=content, answer="a", time="", event_id="e", key="k")
    known = head.remembered("k")
    assert known is not None
    assert (known.digest == history.digest(other)) == (content == other)
    assert head.remembered("another") is None


def test_numbers_survive_a_store_that_makes_them_floats() -> None:
    head, _ = history.add_turn(Head(), content="q", answer="a", time="t", event_id="e", key="k")
    as_floats = json.loads(json.dumps(history.encode_head(head)), parse_int=float)
    assert history.decode_head({**as_floats, "format": 1}) == head
