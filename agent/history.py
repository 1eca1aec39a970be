"""An actor's history as it is stored: a bounded head and full segments. Pure: no I/O.

The head, `history-{id}`, holds the newest messages, counters, what is not yet published and the recent
idempotency keys. When it holds two segments' worth, the older one moves to `history-{id}-{n}`, which is never
written again; so a turn writes the same few kilobytes however long the history is. Segment n holds messages
n * SEGMENT up to (n + 1) * SEGMENT.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

SEGMENT = 25
REMEMBERED_KEYS = 128
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Message:
    """`time` is ISO 8601 UTC; it and `id` are "" in histories that were written before they were kept."""

    role: str
    content: str
    turn: int
    time: str = ""
    id: str = ""


@dataclass(frozen=True)
class Unpublished:
    """A turn whose event is not known to be published; `index` is that of its user message."""

    event_id: str
    index: int


@dataclass(frozen=True)
class Remembered:
    """An idempotency key, the digest of what was said under it, and the index of the answer."""

    key: str
    digest: str
    index: int


@dataclass(frozen=True)
class Head:
    """What `history-{id}` holds. `segments` full segments are stored beside it."""

    segments: int = 0
    messages: tuple[Message, ...] = ()
    unpublished: tuple[Unpublished, ...] = ()
    keys: tuple[Remembered, ...] = ()

    @property
    def base(self) -> int:
        """The index of the head's first message."""
        return self.segments * SEGMENT

    @property
    def total(self) -> int:
        """How many messages there are in all."""
        return self.base + len(self.messages)

    def remembered(self, key: str) -> Remembered | None:
        return next((item for item in self.keys if item.key == key), None)

    def answer_to(self, event_id: str) -> str | None:
        """What was answered in the turn of that event, if it is among the newest."""
        return next((m.content for m in self.messages if m.id == f"{event_id}-assistant"), None)


@dataclass(frozen=True)
class Segment:
    """A full segment on its way to `history-{id}-{number}`."""

    number: int
    messages: tuple[Message, ...]


def digest(content: str) -> str:
    """Tells two contents under one idempotency key apart."""
    return hashlib.sha256(content.encode()).hexdigest()[:24]


def add_turn(
    head: Head, *, content: str, answer: str, time: str, event_id: str, key: str | None
) -> tuple[Head, Segment | None]:
    """The head after one more turn, and the segment that it pushed out, if any."""
    turn = head.messages[-1].turn + 1 if head.messages else head.total // 2 + 1
    said = (
        Message(role="user", content=content, turn=turn, time=time, id=f"{event_id}-user"),
        Message(role="assistant", content=answer, turn=turn, time=time, id=f"{event_id}-assistant"),
    )
    keys = head.keys
    if key is not None:
        keys = (*keys, Remembered(key, digest(content), head.total + 1))[-REMEMBERED_KEYS:]
    grown = replace(
        head,
        messages=(*head.messages, *said),
        unpublished=(*head.unpublished, Unpublished(event_id, head.total)),
        keys=keys,
    )
    return spill(grown)


def spill(head: Head) -> tuple[Head, Segment | None]:
    """Move the oldest messages of a full head into a segment."""
    if len(head.messages) < 2 * SEGMENT:
        return head, None
    segment = Segment(head.segments, head.messages[:SEGMENT])
    return replace(head, segments=head.segments + 1, messages=head.messages[SEGMENT:]), segment


def settle(head: Head, published: Container[str]) -> Head:
    """The head without the events that are known to be published."""
    return replace(head, unpublished=tuple(u for u in head.unpublished if u.event_id not in published))


def upgrade(stored: Sequence[Any]) -> tuple[Head, Iterator[Segment]]:
    """What a plain list of messages becomes: a head, and the segments in order. No message is lost."""
    messages = tuple(_legacy(item, index) for index, item in enumerate(stored))
    count = max(0, len(messages) // SEGMENT - 1)
    head = Head(segments=count, messages=messages[count * SEGMENT :])
    segments = (Segment(n, messages[n * SEGMENT : (n + 1) * SEGMENT]) for n in range(count))
    return head, segments


def _legacy(item: Any, index: int) -> Message:
    fields = item if isinstance(item, dict) else {"content": item}
    role = str(fields.get("role", ("user", "assistant")[index % 2]))
    content = fields.get("content", "")
    return Message(
        role=role, content=content if isinstance(content, str) else str(content), turn=index // 2 + 1
    )


def encode_head(head: Head) -> dict[str, Any]:
    """The JSON value of `history-{id}`."""
    return {
        "format": FORMAT,
        "segments": head.segments,
        "total": head.total,
        "messages": encode_messages(head.messages),
        "unpublished": [dict(vars(item)) for item in head.unpublished],
        "keys": [dict(vars(item)) for item in head.keys],
    }


def decode_head(value: dict[str, Any]) -> Head:
    """The head of a stored value. Raises ValueError for a format that a later version wrote."""
    if value.get("format") != FORMAT:
        raise ValueError(f"the history's format is {value.get('format')!r}, this agent knows {FORMAT}")
    return Head(
        segments=int(value["segments"]),
        messages=decode_messages(value["messages"]),
        unpublished=tuple(Unpublished(u["event_id"], int(u["index"])) for u in value["unpublished"]),
        keys=tuple(Remembered(k["key"], k["digest"], int(k["index"])) for k in value["keys"]),
    )


def encode_messages(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """The JSON value of a segment. `vars`, as `asdict` takes longer than all else that a turn computes."""
    return [dict(vars(message)) for message in messages]


def decode_messages(value: Iterable[dict[str, Any]]) -> tuple[Message, ...]:
    """The messages of a stored segment; daprd may have turned whole numbers into floats."""
    return tuple(
        Message(role=m["role"], content=m["content"], turn=int(m["turn"]), time=m["time"], id=m["id"])
        for m in value
    )


@dataclass(frozen=True)
class Window:
    """The messages with index `first` up to `last` (exclusive), and the segments to read for them."""

    first: int
    last: int
    segments: range


def window(head: Head, *, limit: int, before: int | None) -> Window:
    """The newest `limit` messages older than index `before` (all, where None)."""
    last = head.total if before is None else max(0, min(before, head.total))
    first = max(0, last - limit)
    stored = range(first // SEGMENT, -(-min(last, head.base) // SEGMENT))
    return Window(first, last, stored if first < head.base else range(0))


def cut(head: Head, view: Window, segments: Sequence[tuple[Message, ...]]) -> tuple[Message, ...]:
    """The messages of `view`, given the segments that it names, in their order."""
    start = view.segments.start * SEGMENT if view.segments else head.base
    messages = [message for segment in segments for message in segment]
    if view.last > head.base:
        messages += head.messages
    return tuple(messages[view.first - start : view.last - start])
