"""What the replicas of an agent received of a topic, as each keeps it in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.model.core.failure import Failure
from dashboard.model.core.times import unix_seconds
from dashboard.model.topics.cause import Cause


@dataclass(frozen=True, kw_only=True)
class EventInbox:
    """The newest CloudEvents that one replica received, newest first; it names its namespace itself.

    `received` counts all since `started_at` (ISO 8601); None and "" where the agent does not tell them.
    """

    replica: str
    namespace: str
    events: tuple[dict[str, Any], ...]
    started_at: str = ""
    received: int | None = None


@dataclass(frozen=True)
class Inboxes:
    """What the replicas of one namespace received; `silent` are those that gave no answer, and why."""

    answered: tuple[EventInbox, ...] = ()
    silent: Mapping[str, Failure] = field(default_factory=dict)

    def find(self, event_id: str) -> tuple[EventInbox, dict[str, Any]] | None:
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
            if unix_seconds(inbox.started_at) > at:
                words = f"Replica {inbox.replica} started after it; what was received before is forgotten."
                return Cause("before this replica", "expected", words)
            kept = [unix_seconds(str(event.get("received_at", ""))) for event in inbox.events]
            if inbox.received is not None and inbox.received > len(kept) and at <= min(kept, default=0):
                words = f"Replica {inbox.replica} keeps its newest {len(kept)} events alone."
                return Cause("forgotten", "expected", words)
        return None
