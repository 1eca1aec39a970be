"""The entries of a namespace's topics and who reads them. Takes part in no group."""

from __future__ import annotations

import time

from dashboard.model.core.errors import NotThere
from dashboard.model.topics.events import (
    LAST_NUMBER,
    EntryFilter,
    EntryPage,
    GroupDetail,
    StreamEntry,
    decode,
    entry_position,
    position,
)
from dashboard.model.topics.streams import Stream
from dashboard.services.core.workspace import Workspace

ENTRIES_A_PAGE = 50
CHUNK = 500
MOST_SCANNED = 10_000
SCAN_SECONDS = 1.5


def page(
    workspace: Workspace,
    namespace: str,
    topic: str,
    wanted: EntryFilter,
    *,
    before: str | None = None,
    limit: int = ENTRIES_A_PAGE,
    since: float = 0.0,
) -> EntryPage:
    """The newest `limit` wanted entries older than id `before`, as far as a bounded look finds them.

    Entries that were written before `since` (Unix seconds) end the look. Raises `GatewayError`.
    """
    broker = workspace.broker(namespace)
    found: list[StreamEntry] = []
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
    return workspace.broker(namespace).streams()


def newest_id(workspace: Workspace, namespace: str, topic: str) -> str:
    """The id to follow a topic from, "" where there is none yet; raises `GatewayError`."""
    try:
        return workspace.broker(namespace).stream(topic).last_id
    except NotThere:  # the first event makes the stream
        return ""


def newer(
    workspace: Workspace, namespace: str, topic: str, after: str, wanted: EntryFilter
) -> tuple[tuple[StreamEntry, ...], str]:
    """Wanted entries newer than id `after`, oldest first, and the id to go on from; raises `GatewayError`."""
    if after and _next(*position(after)) is None:
        return (), after
    broker = workspace.broker(namespace)
    chunk = [decode(*raw) for raw in broker.entries_after(topic, after)]
    return tuple(entry for entry in chunk if wanted.has(entry)), chunk[-1].id if chunk else after


def groups(workspace: Workspace, namespace: str, topic: str) -> tuple[GroupDetail, ...]:
    """Each group of a topic with its consumers and what it has not acknowledged; raises `GatewayError`."""
    broker = workspace.broker(namespace)
    return tuple(
        GroupDetail(group, broker.consumers(topic, group.name), broker.pending(topic, group.name))
        for group in broker.stream(topic).groups
    )


def entry(workspace: Workspace, namespace: str, topic: str, entry_id: str) -> StreamEntry:
    """One entry by its id; raises `NotThere`."""
    place = entry_position(entry_id)
    if place is None:
        raise NotThere(f"{entry_id} is no entry's id.", hint="One looks like 1700000000000-0.")
    after = _next(*place)
    found = workspace.broker(namespace).entries(topic, limit=1, before=after)
    if not found or position(found[0][0]) != place:
        hint = "It was trimmed, deleted, or is of another topic."
        raise NotThere(f"{topic} of {namespace} has no entry {entry_id}.", hint=hint)
    return decode(*found[0])


def _next(first: int, second: int) -> str | None:
    """The id right after a position, None after the last that a stream can have."""
    if second < LAST_NUMBER:
        return f"{first}-{second + 1}"
    return f"{first + 1}-0" if first < LAST_NUMBER else None
