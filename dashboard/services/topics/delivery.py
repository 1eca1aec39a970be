"""What became of a topic's events: which replica received each, or why none did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.model.core.errors import NotThere
from dashboard.model.core.failure import Failure
from dashboard.model.topics.cause import Cause, CauseSeverity
from dashboard.model.topics.delivery_status import why_undelivered
from dashboard.model.topics.events import EntryFilter, EntryPage, StreamEntry, group_of
from dashboard.model.topics.inboxes import EventInbox, Inboxes
from dashboard.services.core.fan_out import attempt, fan_out
from dashboard.services.core.workspace import Workspace
from dashboard.services.topics.entries import ENTRIES_A_PAGE, page


def inboxes(workspace: Workspace, namespace: str) -> Inboxes:
    """What every replica received that the cluster gives an address of; one that is down is named."""
    endpoint = workspace.endpoint(namespace)
    agents = {name: workspace.connections.agent(endpoint, url) for name, url in endpoint.agents}
    if not agents:
        agents = {"the agent": workspace.connections.agent(endpoint)}

    def read(name: str) -> EventInbox:
        return agents[name].inbox()

    answered: dict[str, EventInbox] = {}
    silent: dict[str, Failure] = {}
    for outcome in fan_out(list(agents), read, deadline=workspace.deadline * 0.8):
        if outcome.value:
            answered[outcome.namespace] = outcome.value
        elif outcome.failure:
            silent[outcome.namespace] = outcome.failure
    return Inboxes(tuple(answered[name] for name in agents if name in answered), silent)


def delivery_statuses(
    workspace: Workspace, namespace: str, topic: str, entries: Sequence[StreamEntry], received: Inboxes
) -> Mapping[str, Cause | None]:
    """Why each entry with an event was not received, by the entry's id; raises `GatewayError`."""
    broker = workspace.broker(namespace)
    group = group_of(broker.stream(topic).groups, workspace.endpoint(namespace).app_id)
    events = [(entry, entry.event.id) for entry in entries if entry.event]
    missing = [entry.id for entry, event_id in events if not received.find(event_id)]
    pending = broker.pending_among(topic, group.name, missing) if group else {}
    return {
        entry.id: why_undelivered(entry, event_id, group, pending, received) for entry, event_id in events
    }


@dataclass(frozen=True)
class Listing:
    """A page of entries with what the replicas received, and why an entry was not received.

    `unknown` is why that could not be asked, which hides no entry.
    """

    page: EntryPage
    received: Inboxes
    causes: Mapping[str, Cause | None]
    unknown: Failure | None = None

    def status(self, entry: StreamEntry) -> tuple[CauseSeverity | None, str]:
        """What became of an entry, in words; the severity is None where nothing is amiss."""
        if entry.event is None:
            return "wrong", "no CloudEvent"
        found = self.received.find(entry.event.id)
        if found:
            return None, f"received by {found[0].replica}"
        if self.unknown:
            return "expected", f"not known: {self.unknown.what}"
        cause = self.causes.get(entry.id)
        return (
            (cause.severity, f"{cause.name}: {cause.words}") if cause else ("expected", "no replica answers")
        )


def listing(
    workspace: Workspace,
    namespace: str,
    topic: str,
    wanted: EntryFilter,
    *,
    before: str | None = None,
    limit: int = ENTRIES_A_PAGE,
) -> Listing:
    """A page of entries and what became of each; raises `GatewayError`."""
    received = inboxes(workspace, namespace)
    found = page(workspace, namespace, topic, wanted, before=before, limit=limit)
    entries = found.entries
    causes, unknown = attempt(
        lambda: delivery_statuses(workspace, namespace, topic, entries, received) if entries else {}
    )
    return Listing(found, received, causes or {}, unknown)


@dataclass(frozen=True, kw_only=True)
class EventTrace:
    """How far one event came: into the stream, and to a replica; `cause` is why it was not received."""

    event_id: str
    entry: StreamEntry | None = None
    replica: str = ""
    received_at: str = ""
    cause: Cause | None = None

    @property
    def arrived(self) -> bool:
        return bool(self.received_at)

    @property
    def lines(self) -> tuple[str, str, str]:
        """Published, in the stream, received: a line each."""
        streamed = f"entry {self.entry.id}" if self.entry else "not found"
        received = f"by {self.replica} at {self.received_at}" if self.arrived else "not yet"
        why = f": {self.cause.words}" if self.cause else ""
        return f"published: {self.event_id}", f"stream: {streamed}", f"received: {received}{why}"


def trace(workspace: Workspace, namespace: str, topic: str, event_id: str) -> EventTrace:
    """How far the event of this id came; raises `GatewayError`."""
    try:
        found = page(workspace, namespace, topic, EntryFilter(event_id=event_id), limit=1).entries
    except NotThere:
        found = ()
    received = inboxes(workspace, namespace)
    known = received.find(event_id)
    if known:
        entry, (inbox, event) = next(iter(found), None), known
        return EventTrace(
            event_id=event_id,
            entry=entry,
            replica=inbox.replica,
            received_at=str(event.get("received_at") or "?"),
        )
    if not found:
        return EventTrace(event_id=event_id)
    return EventTrace(
        event_id=event_id,
        entry=found[0],
        cause=delivery_statuses(workspace, namespace, topic, found, received)[found[0].id],
    )
