"""What became of one entry of a stream: received, or why not, as far as stream, group and replicas tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from dashboard.model.chat import Failure, Inbox
from dashboard.model.events import Entry, Pending, position
from dashboard.model.keys import Group

Gravity = Literal["waits", "expected", "wrong"]
GRAVITIES: dict[Gravity, str] = {
    "waits": "on its way",
    "expected": "explained",
    "wrong": "something is wrong",
}


@dataclass(frozen=True)
class Cause:
    """Why something is not where it might be: `name` in two or three words, `words` in a sentence."""

    name: str
    gravity: Gravity
    words: str


@dataclass(frozen=True)
class Inboxes:
    """What the replicas of one namespace received; `silent` are those that gave no answer, and why."""

    answered: tuple[Inbox, ...] = ()
    silent: Mapping[str, Failure] = field(default_factory=dict)

    def find(self, event_id: str) -> tuple[Inbox, dict[str, Any]] | None:
        """The replica that received an event, with what it kept of it."""
        for inbox in self.answered:
            for event in inbox.events:
                if event.get("id") == event_id:
                    return inbox, event
        return None

    def forgot(self, at: float) -> Cause | None:
        """Why an event of `at` (Unix seconds) may be unknown to all though one received it, or None."""
        names = ", ".join(self.silent)
        if self.silent:
            return Cause("another replica", "expected", f"It may have been received by {names}, not asked.")
        if not all(inbox.started_at for inbox in self.answered):
            return Cause("before this replica", "expected", "This agent does not tell since when it runs.")
        for inbox in self.answered:
            if seconds_of(inbox.started_at) > at:
                words = f"Replica {inbox.replica} started after it; what was received before is forgotten."
                return Cause("before this replica", "expected", words)
            kept = [seconds_of(str(event.get("received_at", ""))) for event in inbox.events]
            if inbox.received is not None and inbox.received > len(kept) and at <= min(kept, default=0):
                words = f"Replica {inbox.replica} keeps its newest {len(kept)} events alone."
                return Cause("forgotten", "expected", words)
        return None


def seconds_of(iso: str) -> float:
    """ISO 8601 as Unix seconds, 0 for what is no time."""
    try:
        return datetime.fromisoformat(iso).timestamp()
    except ValueError:
        return 0.0


def fate_of(
    entry: Entry, event_id: str, group: Group | None, pending: Mapping[str, Pending], inboxes: Inboxes
) -> Cause | None:
    """Why nobody received the event of `entry`, None where one did or where no replica could be asked."""
    if inboxes.find(event_id):
        return None
    if group is None:
        return Cause("no group", "wrong", "No group reads this topic: nobody subscribes to it.")
    if entry.id in pending:
        return Cause("pending", "waits", _how_long(pending[entry.id], group))
    if position(entry.id) > position(group.last_id):
        return Cause("not delivered", "waits", f"Group {group.name} has not taken it yet.")
    if not inboxes.answered:
        return None
    words = f"Group {group.name} acknowledged it, and no replica received it: another consumer, or its route."
    return inboxes.forgot(entry.written_at) or Cause("taken elsewhere", "wrong", words)


def _how_long(item: Pending, group: Group) -> str:
    times = "once" if item.deliveries == 1 else f"{item.deliveries} times"
    age = f"{item.idle_ms / 1000:.0f} s"
    return f"Delivered {times} to {item.consumer} of group {group.name}, unacknowledged since {age}."
