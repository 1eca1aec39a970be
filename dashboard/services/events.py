"""A namespace's topics: entries, groups and what its replicas received. Takes part in no group."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.model.chat import Failure, Inbox
from dashboard.model.errors import NotThere
from dashboard.model.events import Entry, EntryPage, GroupDetail, Wanted, decode, group_of, position
from dashboard.model.fates import Cause, Gravity, Inboxes, fate_of
from dashboard.model.keys import Stream
from dashboard.model.places import Place
from dashboard.services.side_by_side import each
from dashboard.services.workspace import Workspace

ENTRIES_A_PAGE = 50
CHUNK = 500
MOST_SCANNED = 10_000
SCAN_SECONDS = 1.5
_ENTRY_ID = re.compile(r"\d{1,15}-\d{1,15}\Z")


def page(
    workspace: Workspace,
    place: Place,
    topic: str,
    wanted: Wanted,
    *,
    before: str | None = None,
    limit: int = ENTRIES_A_PAGE,
    since: float = 0.0,
) -> EntryPage:
    """The newest `limit` wanted entries older than id `before`, as far as a bounded look finds them.

    Entries that were written before `since` (Unix seconds) end the look. Raises `GatewayError`.
    """
    broker = workspace.connections.broker(place)
    found: list[Entry] = []
    scanned, cursor, ends = 0, before, time.monotonic() + SCAN_SECONDS
    while scanned < MOST_SCANNED and time.monotonic() < ends:
        chunk = [decode(*raw) for raw in broker.entries(topic, limit=CHUNK, before=cursor)]
        for entry in chunk:
            scanned, cursor = scanned + 1, entry.id
            if wanted.has(entry):
                found.append(entry)
            if len(found) == limit or entry.written_at < since:
                return EntryPage(tuple(found), scanned, cursor, cursor)
        if len(chunk) < CHUNK:
            return EntryPage(tuple(found), scanned, cursor or "", None)
    return EntryPage(tuple(found), scanned, cursor or "", cursor)


def topics(workspace: Workspace, namespace: str) -> tuple[Stream, ...]:
    """Every topic with its groups; raises `GatewayError`."""
    return workspace.connections.broker(workspace.place(namespace)).streams()


def newest_id(workspace: Workspace, namespace: str, topic: str) -> str:
    """The id to follow a topic from, "" where there is none yet; raises `GatewayError`."""
    try:
        return workspace.connections.broker(workspace.place(namespace)).stream(topic).last_id
    except NotThere:  # the first event makes the stream
        return ""


def newer(
    workspace: Workspace, namespace: str, topic: str, after: str, wanted: Wanted
) -> tuple[tuple[Entry, ...], str]:
    """Wanted entries newer than id `after`, oldest first, and the id to go on from; raises `GatewayError`."""
    broker = workspace.connections.broker(workspace.place(namespace))
    chunk = [decode(*raw) for raw in broker.entries_after(topic, after)]
    return tuple(entry for entry in chunk if wanted.has(entry)), chunk[-1].id if chunk else after


def groups(workspace: Workspace, namespace: str, topic: str) -> tuple[GroupDetail, ...]:
    """Each group of a topic with its consumers and what it has not acknowledged; raises `GatewayError`."""
    broker = workspace.connections.broker(workspace.place(namespace))
    return tuple(
        GroupDetail(group, broker.consumers(topic, group.name), broker.pending(topic, group.name))
        for group in broker.stream(topic).groups
    )


def inboxes(workspace: Workspace, place: Place) -> Inboxes:
    """What every replica received that the cluster gives an address of; one that is down is named."""
    agents = {name: workspace.connections.agent(place, url) for name, url in place.agents}
    if not agents:
        agents = {"the agent": workspace.connections.agent(place)}

    def read(name: str) -> Inbox:
        return agents[name].inbox()

    answered: dict[str, Inbox] = {}
    silent: dict[str, Failure] = {}
    for outcome in each(list(agents), read, deadline=workspace.deadline * 0.8):
        if outcome.value:
            answered[outcome.namespace] = outcome.value
        elif outcome.failure:
            silent[outcome.namespace] = outcome.failure
    return Inboxes(tuple(answered[name] for name in agents if name in answered), silent)


def fates(
    workspace: Workspace, place: Place, topic: str, entries: Sequence[Entry], received: Inboxes
) -> Mapping[str, Cause | None]:
    """Why each entry with an event was not received, by the entry's id; raises `GatewayError`."""
    broker = workspace.connections.broker(place)
    group = group_of(broker.stream(topic).groups, place.app_id)
    events = [(entry, entry.event.id) for entry in entries if entry.event]
    missing = [entry.id for entry, event_id in events if not received.find(event_id)]
    pending = broker.pending_among(topic, group.name, missing) if group else {}
    return {entry.id: fate_of(entry, event_id, group, pending, received) for entry, event_id in events}


@dataclass(frozen=True)
class Listing:
    """A page of entries with what the replicas received, and why an entry was not received."""

    page: EntryPage
    received: Inboxes
    causes: Mapping[str, Cause | None]

    def way(self, entry: Entry) -> tuple[Gravity | None, str]:
        """What became of an entry, in words; the gravity is None where nothing is amiss."""
        if entry.event is None:
            return "wrong", "no CloudEvent"
        found = self.received.find(entry.event.id)
        if found:
            return None, f"received by {found[0].replica}"
        cause = self.causes.get(entry.id)
        return (
            (cause.gravity, f"{cause.name}: {cause.words}") if cause else ("expected", "no replica answers")
        )


def listing(
    workspace: Workspace,
    place: Place,
    topic: str,
    wanted: Wanted,
    *,
    before: str | None = None,
    limit: int = ENTRIES_A_PAGE,
) -> Listing:
    """A page of entries and what became of each; raises `GatewayError`."""
    received = inboxes(workspace, place)
    found = page(workspace, place, topic, wanted, before=before, limit=limit)
    causes = fates(workspace, place, topic, found.entries, received) if found.entries else {}
    return Listing(found, received, causes)


def entry(workspace: Workspace, place: Place, topic: str, entry_id: str) -> Entry:
    """One entry by its id; raises `NotThere`."""
    if not _ENTRY_ID.match(entry_id):
        raise NotThere(f"{entry_id} is no entry's id.", hint="One looks like 1700000000000-0.")
    first, second = position(entry_id)
    after = f"{first}-{second + 1}"
    found = workspace.connections.broker(place).entries(topic, limit=1, before=after)
    if not found or found[0][0] != entry_id:
        hint = "It was trimmed, deleted, or is of another topic."
        raise NotThere(f"{topic} of {place.name} has no entry {entry_id}.", hint=hint)
    return decode(*found[0])


@dataclass(frozen=True)
class Way:
    """How far one event came: into the stream, and to a replica; `cause` is why it was not received."""

    event_id: str
    entry: Entry | None = None
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


def way(workspace: Workspace, place: Place, topic: str, event_id: str) -> Way:
    """How far the event of this id came; raises `GatewayError`."""
    try:
        found = page(workspace, place, topic, Wanted(event_id=event_id), limit=1).entries
    except NotThere:
        found = ()
    received = inboxes(workspace, place)
    known = received.find(event_id)
    if known:
        entry, (inbox, event) = next(iter(found), None), known
        return Way(event_id, entry, inbox.replica, str(event.get("received_at") or "?"))
    if not found:
        return Way(event_id)
    return Way(event_id, found[0], cause=fates(workspace, place, topic, found, received)[found[0].id])
