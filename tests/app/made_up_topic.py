"""A topic in memory: its stream, its one group and what the agent received of it."""

from __future__ import annotations

from typing import Any

from dashboard.model.chat.messages import Turn
from dashboard.model.core.names import TOPIC
from dashboard.model.topics.events import TURN_EVENT, Consumer, PendingEntry, position
from dashboard.model.topics.inboxes import EventInbox
from dashboard.model.topics.streams import ConsumerGroup, Stream

GROUP = "chat-agent"


class MadeUpTopic:
    """`topic` holds the entries, oldest first; those in `awaited` are pending, the others were received."""

    def __init__(self) -> None:
        self.topic: list[tuple[str, Any]] = []
        self.awaited: list[str] = []

    def carry(self, turn: Turn, actor_id: str = "user1") -> None:
        """The event of a turn, as the agent publishes it."""
        said = [{"content": turn.user}, {"content": turn.answer}]
        data = {"actor_id": actor_id, "turn": turn.number, "messages": said, "time": turn.time}
        self.publish("", TOPIC, data, event_type=TURN_EVENT, event_id=turn.event_id)

    def publish(self, pubsub: str, topic: str, data: Any, *, event_type: str, event_id: str) -> None:
        event = {"id": event_id, "type": event_type, "source": "chat-agent", "data": data}
        self.topic.append((f"{1_800_000_000_000 + len(self.topic)}-0", {"data": event}))

    def streams(self) -> tuple[Stream, ...]:
        return (self.stream(TOPIC),)

    def stream(self, name: str) -> Stream:
        first, last = (self.topic[at][0] if self.topic else "" for at in (0, -1))
        return Stream(
            name=name,
            length=len(self.topic),
            first_id=first,
            last_id=last,
            groups=(
                ConsumerGroup(name=GROUP, consumers=1, pending=len(self.awaited), last_id=last, lag=None),
            ),
        )

    def entries(self, stream: str, *, limit: int = 50, before: str | None = None) -> tuple[Any, ...]:
        older = [e for e in self.topic if before is None or position(e[0]) < position(before)]
        return tuple(older[::-1][:limit])

    def consumers(self, stream: str, group: str) -> tuple[Consumer, ...]:
        return (Consumer(GROUP, len(self.awaited), 0),)

    def pending(self, stream: str, group: str) -> tuple[PendingEntry, ...]:
        return tuple(PendingEntry(entry_id, GROUP, 4_000, 2) for entry_id in self.awaited)

    def pending_among(self, stream: str, group: str, entries: Any) -> dict[str, PendingEntry]:
        return {item.entry_id: item for item in self.pending(stream, group) if item.entry_id in entries}

    def received(self) -> EventInbox:
        taken = (fields["data"] for entry_id, fields in self.topic if entry_id not in self.awaited)
        known = tuple(
            {**event, "received_at": "2026-01-01T00:00:00Z"} for event in taken if isinstance(event, dict)
        )
        return EventInbox(
            replica="r1",
            namespace="",
            events=known,
            started_at="2020-01-01T00:00:00+00:00",
            received=len(known),
        )
