"""Publishes events after their turn is stored, in order, with the id that was stored with the turn.

An event whose publishing failed stays unpublished in the head, and is tried again at the actor's next turn or
activation. What was published is dropped from the head by the next turn's transaction; until then a new
process publishes it once more under the same id, which the receiver knows.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Container
from typing import Any

from agent import metrics
from agent.recent import RecentIds
from agent.serializer import PlainJson
from agent.sidecar import Sidecar, SidecarError

EVENT_TYPE = "ConversationUpdated"
QUEUE_LIMIT = 10_000
log = logging.getLogger(__name__)
_JSON = PlainJson()


class Outbox:
    """One per process, run as one task."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar
        self._queue: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(QUEUE_LIMIT)
        self._waiting: set[str] = set()
        self._published = RecentIds(QUEUE_LIMIT)

    @property
    def published(self) -> Container[str]:
        """Ids known to be published."""
        return self._published

    def wants(self, event_id: str) -> bool:
        """Whether the event is neither published nor already waiting."""
        return event_id not in self._waiting and event_id not in self._published

    def put(self, event_id: str, data: dict[str, Any]) -> None:
        """Queue an event. A full queue leaves it, stored as unpublished, to the actor's next turn."""
        if self._queue.full():
            return
        self._waiting.add(event_id)
        self._queue.put_nowait((event_id, _JSON.serialize(data)))

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            event_id, data = await self._queue.get()
            try:
                await self._sidecar.publish(data, event_type=EVENT_TYPE, event_id=event_id)
            except SidecarError as error:
                metrics.EVENTS_PUBLISHED.labels("failed").inc()
                log.warning("event %s is not published yet: %s", event_id, error)
            else:
                self._published.add(event_id)
                metrics.EVENTS_PUBLISHED.labels("published").inc()
            finally:
                self._waiting.discard(event_id)

    async def drain(self) -> None:
        """Publish what waits, at shutdown, until the first failure."""
        while not self._queue.empty():
            event_id, data = self._queue.get_nowait()
            try:
                await self._sidecar.publish(data, event_type=EVENT_TYPE, event_id=event_id)
            except SidecarError:
                return
