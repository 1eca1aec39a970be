"""What the topic delivers: `/subscribe` for the sidecar, `/events` for people."""

from __future__ import annotations

import json
import logging
from collections import deque
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from agent import metrics
from agent.recent import RecentIds
from agent.settings import Settings

NEWEST = 200
KNOWN_IDS = 10_000
log = logging.getLogger(__name__)
router = APIRouter(tags=["Events"])


class Inbox:
    """The newest events that this process received, each id once."""

    def __init__(self) -> None:
        self._events: deque[dict[str, Any]] = deque(maxlen=NEWEST)
        self._ids = RecentIds(KNOWN_IDS)
        self.started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self.received = 0

    def receive(self, event: dict[str, Any]) -> bool:
        """Keep an event; whether its id was new."""
        if not self._ids.add(event["id"]):
            return False
        self.received += 1
        received_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        kept = {name: event.get(name) for name in ("id", "type", "source", "time", "data")}
        self._events.appendleft({**kept, "received_at": received_at})
        return True

    def newest(self) -> list[dict[str, Any]]:
        return list(self._events)


def _cloud_event(body: bytes) -> dict[str, Any]:
    event = json.loads(body)
    if not isinstance(event, dict) or not all(
        isinstance(event.get(k), str) for k in ("id", "type", "source")
    ):
        raise ValueError("a CloudEvent has id, type and source")
    data = event.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("actor_id"), str):
        raise ValueError("the event's data names no actor_id")
    return event


@router.post("/subscribe")
async def subscribe(request: Request) -> dict[str, str]:
    """Always 200: daprd loses an event at a 404 and repeats it for ever at a 422 (docs: pub/sub API)."""
    body = await request.body()
    try:
        event = _cloud_event(body)
    except (ValueError, RecursionError) as error:
        metrics.EVENTS_RECEIVED.labels("dropped").inc()
        log.warning("Dropped a malformed event: %s: %.200r", error, body)
        return {"status": "DROP"}
    inbox: Inbox = request.app.state.inbox
    if inbox.receive(event):
        metrics.EVENTS_RECEIVED.labels("received").inc()
        log.info("Received event %s %s for actor %s", event["type"], event["id"], event["data"]["actor_id"])
    else:
        metrics.EVENTS_RECEIVED.labels("repeated").inc()
        log.info("Passed over event %s: it was received before", event["id"])
    return {"status": "SUCCESS"}


@router.get("/events")
async def events(
    request: Request,
    details: Annotated[bool, Query(description="with when it started and how many it received")] = False,
) -> dict[str, Any]:
    """The newest events this replica received, newest first."""
    settings: Settings = request.app.state.settings
    inbox: Inbox = request.app.state.inbox
    found = {"replica": settings.pod_name, "namespace": settings.namespace, "events": inbox.newest()}
    return found | ({"started_at": inbox.started_at, "received": inbox.received} if details else {})
