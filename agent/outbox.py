"""Publishes events after their turn is stored, in order, with the id that was stored with the turn.

What could not be published is tried again after a pause, or as the next event comes, and nothing overtakes
it: it is the topic that failed, never the one event. It stays unpublished in the head, to outlive this
process too: the actor's next turn or activation hands it over again. What was published is dropped from the
head by the next turn's transaction; until then a new process publishes it once more under the same id, which
the receiver knows.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Container, Sequence
from contextlib import suppress
from typing import Any

from agent import metrics
from agent.recent import RecentIds
from agent.serializer import PlainJson
from agent.sidecar import Sidecar, SidecarError

EVENT_TYPE = "ConversationUpdated"
WAITING_LIMIT = 1_000  # some 65 MB at most, with the longest messages
PUBLISHED_LIMIT = 10_000
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds
log = logging.getLogger(__name__)
_JSON = PlainJson()


class Outbox:
    """One per process, run as one task."""

    def __init__(self, sidecar: Sidecar, pauses: Sequence[float] = PAUSES) -> None:
        self._sidecar = sidecar
        self._pauses = pauses
        self._waiting: dict[str, bytes] = {}  # the oldest first
        self._put = asyncio.Event()
        self._published = RecentIds(PUBLISHED_LIMIT)
        self._refusal = ""

    @property
    def waiting(self) -> int:
        """How many events are stored and not published yet."""
        return len(self._waiting)

    @property
    def refusal(self) -> str:
        """Why the oldest of them could not be published when that was tried last, or ""."""
        return self._refusal

    @property
    def published(self) -> Container[str]:
        """Ids known to be published."""
        return self._published

    def wants(self, event_id: str) -> bool:
        """Whether the event is neither published nor already waiting."""
        return event_id not in self._waiting and event_id not in self._published

    def put(self, event_id: str, data: dict[str, Any]) -> None:
        """Take an event. A full outbox leaves it, stored as unpublished, to the actor's next turn."""
        if len(self._waiting) < WAITING_LIMIT:
            self._waiting[event_id] = _JSON.serialize(data)
            self._put.set()

    async def run(self) -> None:
        """Publish until cancelled."""
        failures = 0
        while True:
            pause = self._pauses[min(failures, len(self._pauses)) - 1] if failures else None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._put.wait(), pause)
            self._put.clear()
            failures = 0 if await self.publish_all() else failures + 1

    async def publish_all(self) -> bool:
        """Publish what waits, until the first failure; whether none is left."""
        while self._waiting:
            event_id, data = next(iter(self._waiting.items()))
            try:
                await self._sidecar.publish(data, event_type=EVENT_TYPE, event_id=event_id)
            except SidecarError as error:
                metrics.EVENTS_PUBLISHED.labels("failed").inc()
                self._refusal = str(error)
                log.warning("event %s is not published yet, tried again: %s", event_id, error)
                return False
            self._refusal = ""
            self._published.add(event_id)
            metrics.EVENTS_PUBLISHED.labels("published").inc()
            del self._waiting[event_id]
        return True
