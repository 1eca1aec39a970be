"""Publish a test event through a namespace's sidecar, as the agent does, and follow where it goes."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.model.core.errors import Rejected
from dashboard.model.core.names import PUBSUB, actor_id_problem
from dashboard.model.topics.events import TURN_EVENT
from dashboard.services.access.audited_write import AuditedWrites
from dashboard.services.core.workspace import Workspace
from dashboard.services.topics import delivery
from dashboard.services.topics.delivery import EventTrace

POLL_SECONDS = 0.2
LONGEST_TYPE = 200


@dataclass(frozen=True)
class TestEvent:
    """What is published; its data names no turn, so that it never passes for one."""

    __test__ = False  # pytest would take it for a test
    id: str
    type: str
    data: Mapping[str, object]


def new_event(actor_id: str, text: str, event_type: str = TURN_EVENT) -> TestEvent:
    """An event with an id of its own; raises `Rejected` for what would be no event."""
    problem = actor_id_problem(actor_id)
    if problem:
        raise Rejected(problem)
    if not event_type.strip() or len(event_type) > LONGEST_TYPE:
        raise Rejected(f"A type has 1 to {LONGEST_TYPE} characters.")
    data = {"actor_id": actor_id, "test": True, "text": text}
    return TestEvent(f"test-{uuid.uuid4()}", event_type.strip(), data)


def publish(writes: AuditedWrites, namespace: str, topic: str, event: TestEvent) -> None:
    """Hand the event to the sidecar; raises `WriteRefused` or `GatewayError`."""
    text = f"{event.type} {event.id} to {topic}: {event.data['text']}"
    with writes.to(namespace, "publish", actor_id=str(event.data["actor_id"]), text=text) as endpoint:
        sidecar = writes.workspace.connections.publisher(endpoint)
        sidecar.publish(PUBSUB, topic, event.data, event_type=event.type, event_id=event.id)


def wait_for(
    workspace: Workspace, namespace: str, topic: str, event_id: str, *, seconds: float
) -> EventTrace:
    """Its way when it was received, or as far as it came in `seconds`; raises `GatewayError`."""
    ends = time.monotonic() + seconds
    while True:
        found = delivery.trace(workspace, namespace, topic, event_id)
        if found.arrived or time.monotonic() > ends:
            return found
        time.sleep(POLL_SECONDS)
