"""An actor's history as the store holds it, decoded for reading beside what the agent says.

The format is the agent's (`agent/history.py`): the head `history-{id}` with the newest messages and counters,
full segments of 25 messages in `history-{id}-{n}`; or a plain list of messages, as the course's code wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.model.chat.messages import Message
from dashboard.model.core import strict_json

SEGMENT = 25
FORMAT = 1
MOST = 2**53


@dataclass(frozen=True, kw_only=True)
class StoredHead:
    """`format` is "1", "plain list" or "nothing", `total` what it says of itself, `unpublished` event ids."""

    format: str
    segments: int
    total: int
    messages: tuple[Message, ...]
    unpublished: frozenset[str] = frozenset()

    @property
    def counted(self) -> int:
        """How many messages there must be by what is there."""
        return self.segments * SEGMENT + len(self.messages)

    def needed(self, count: int, before: int | None = None) -> range:
        """The segments that the newest `count` messages older than index `before` reach into."""
        end = self.counted if before is None else min(before, self.counted)
        first, stop = max(0, end - count) // SEGMENT, -(-end // SEGMENT)
        return range(min(first, self.segments), min(stop, self.segments))


@dataclass(frozen=True, kw_only=True)
class StoredHistory:
    """The head as stored under Redis' `version` in `size_bytes`, with the segments that were read.

    They were asked for up to segment `stop`, not included; None for all up to the head.
    """

    head: StoredHead
    version: str
    size_bytes: int | None
    segments: Mapping[int, tuple[Message, ...]] = field(default_factory=dict)
    missing: tuple[int, ...] = ()
    stop: int | None = None

    @property
    def messages(self) -> tuple[Message, ...]:
        """The newest of those messages without a gap, oldest first."""
        found = () if self._end < self.head.segments else self.head.messages
        for number in reversed(range(self.begins, self._end)):
            found = self.segments[number] + found
        return found

    @property
    def begins(self) -> int:
        """The segment that `messages` begin with; the number of segments where they are the head's."""
        missing = (number for number in reversed(range(self._end)) if number not in self.segments)
        return next(missing, -1) + 1

    @property
    def _end(self) -> int:
        return self.head.segments if self.stop is None else self.stop


def decode_head(text: str) -> StoredHead:
    """Raises ValueError with what is wrong."""
    value = strict_json.loads(text)
    if isinstance(value, list):
        messages = tuple(_plain(item, index) for index, item in enumerate(value))
        return StoredHead(format="plain list", segments=0, total=len(messages), messages=messages)
    try:
        if value["format"] != FORMAT:
            raise ValueError(f"its format is {value['format']!r}, and {FORMAT} is known here")
        return StoredHead(
            format=str(FORMAT),
            segments=_count(value["segments"]),
            total=_count(value["total"]),
            messages=_messages(value["messages"]),
            unpublished=frozenset(str(item["event_id"]) for item in value["unpublished"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is no history: {type(error).__name__} {error}") from error


def decode_segment(text: str) -> tuple[Message, ...]:
    """Raises ValueError with what is wrong."""
    try:
        return _messages(strict_json.loads(text))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is no list of messages: {type(error).__name__} {error}") from error


def _count(value: Any) -> int:
    """A whole number from 0; raises `ValueError` for any other, `TypeError` for what is none."""
    if isinstance(value, float) and not value.is_integer():
        raise ValueError(f"{value} is no count")
    found = int(value)
    if not 0 <= found <= MOST:
        raise ValueError(f"{value!s:.20} is no count")
    return found


def _messages(value: Sequence[Mapping[str, Any]]) -> tuple[Message, ...]:
    return tuple(
        Message(
            role=str(m["role"]),
            content=str(m["content"]),
            turn=_count(m["turn"]),
            time=str(m["time"]),
            id=str(m["id"]),
        )
        for m in value
    )


def _plain(item: Any, index: int) -> Message:
    """As the agent upgrades it: what has no role is a user's and an assistant's in turn."""
    fields = item if isinstance(item, dict) else {"content": item}
    role = str(fields.get("role", ("user", "assistant")[index % 2]))
    return Message(role=role, content=str(fields.get("content", "")), turn=index // 2 + 1)
