"""Marked probes: sent to an actor of their own, looked for everywhere, and removed.

Each function works on one namespace and raises `GatewayError`; `run.py` joins them.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from dashboard.model.core.endpoints import RedisAddress
from dashboard.model.core.errors import NotThere
from dashboard.model.core.names import TOPIC, history_key
from dashboard.model.isolation.proof import Observation, Probe, Probes
from dashboard.model.isolation.result import Removal
from dashboard.model.stores.keys import parse_key
from dashboard.model.topics.events import EntryFilter, position
from dashboard.model.topics.inboxes import EventInbox, Inboxes
from dashboard.model.topics.streams import Stream, last_of_each
from dashboard.services.chat.sending import Chat
from dashboard.services.core.workspace import Workspace
from dashboard.services.topics import entries as topic_entries

PROBES = 3
ACTORS = "isolation-"
SCAN_SECONDS = 5.0
# What fails sooner was refused, or nobody was there to be told: nothing of it can be stored.
AT_ONCE_MS = 1_000


def new_probes(namespaces: Sequence[str]) -> Probes:
    """Probes for an actor id that nobody else uses."""
    actor_id = f"{ACTORS}{secrets.token_hex(6)}"
    return Probes(actor_id, {name: secrets.token_hex(8) for name in namespaces}, PROBES)


@dataclass(frozen=True)
class Start:
    """How a namespace was before: which Redis servers hold its state and its topic (run_id), and after which
    entry the stream is of interest.
    """

    server: str
    position: str
    broker: str = ""


@dataclass(kw_only=True)
class Received:
    """The probes' events as seen so far in one namespace, over all replicas; `silent` gave no answer last.

    `agents` tells one process from another, by whatever namespace it is asked.
    """

    namespace: str
    agents: set[str] = field(default_factory=set)
    replicas: dict[str, int] = field(default_factory=dict)
    events: dict[str, frozenset[Probe]] = field(default_factory=dict)
    silent: str = ""

    def add(self, inboxes: Inboxes, probes: Probes) -> None:
        self.silent = "; ".join(f"{name}: {why.what}" for name, why in inboxes.silent.items())
        for inbox in inboxes.answered:
            self.agents.add(_process(inbox))
            self.replicas[_named(inbox, self.namespace)] = len(inbox.events)
            for event in inbox.events:
                found = probes.found_in([json.dumps(event)])
                if found:
                    self.events[str(event.get("id"))] = found

    @property
    def found(self) -> frozenset[Probe]:
        return frozenset().union(*self.events.values())

    def observation(self) -> Observation:
        where = " and ".join(f"{count} events of {replica}" for replica, count in self.replicas.items())
        ids = ", ".join(self.events) or "none"
        return Observation(
            self.found, f"{_whose(self.found)} among {where or 'no events'}; ids {ids}.", self.silent
        )


def _process(inbox: EventInbox) -> str:
    """What tells this process from all others: equal names start at other moments."""
    of = f" of namespace {inbox.namespace}" if inbox.namespace else ""
    since = f", up since {inbox.started_at}" if inbox.started_at else ""
    return f"replica {inbox.replica}{of}{since}"


def _named(inbox: EventInbox, namespace: str) -> str:
    """A replica of the namespace it was asked in; that it says another is evidence."""
    other = f" (which says it is of {inbox.namespace})" if inbox.namespace not in {"", namespace} else ""
    return f"replica {inbox.replica} of namespace {namespace}{other}"


def find_start(workspace: Workspace, namespace: str) -> Start:
    """Read before anything is written."""
    server, broker = workspace.store(namespace).ping().run_id, workspace.broker(namespace)
    topic_server = broker.ping().run_id
    try:
        return Start(server, broker.stream(TOPIC).last_id, topic_server)
    except NotThere:  # the first event makes the stream
        return Start(server, "", topic_server)


@dataclass
class Sent:
    """A namespace's probes on their way; `undecided` while one may be stored that is not answered."""

    answered: set[Probe] = field(default_factory=set)
    undecided: bool = False
    stopped: bool = False
    failure: str = ""

    def observation(self) -> Observation:
        words = f"{len(self.answered)} answers are “Got your message: …” word for word."
        return Observation(frozenset(self.answered), words, self.failure)


def send(chat: Chat, probes: Probes, namespace: str, sent: Sent) -> None:
    """Send a namespace its probes, until it is `stopped` or one fails."""
    for probe in sorted(probes.all_of(namespace)):
        sent.undecided = True
        if sent.stopped:  # read after the line above was written: who stops it sees one of the two
            break
        text = probes.text(probe)
        [delivery] = chat.send([namespace], probes.actor_id, text)
        if delivery.failure:
            sent.failure = f"{delivery.failure.word}: {delivery.failure.what}"
            sent.undecided = delivery.latency_ms > AT_ONCE_MS
            return
        if delivery.answer == f"Got your message: {text}":
            sent.answered.add(probe)
    sent.undecided = False


def look_at_history(workspace: Workspace, namespace: str, probes: Probes) -> Observation:
    """What the agent says the actor was told."""
    limit = min(500, probes.count * (len(probes.marks) + 1))
    turns = workspace.agent(namespace).history(probes.actor_id, limit=limit).turns
    found = probes.found_in(turn.user for turn in turns)
    return Observation(found, f"{_whose(found)} in {len(turns)} turns.")


def look_at_state(workspace: Workspace, namespace: str, probes: Probes, start: Start) -> Observation:
    """What the store holds of the actor."""
    store = workspace.store(namespace)
    keys, complete = _keys(workspace, namespace, probes.actor_id)
    found = probes.found_in(text for key in keys for text in store.read(key).raw.values())
    where = database(workspace.endpoint(namespace).redis, start.server)
    among = f"{'all' if complete else 'not all'} keys of {where} looked through"
    return Observation(found, f"{_whose(found)} in {', '.join(keys) or 'no key'}; {among}.")


def database(redis: RedisAddress | None, server: str) -> str:
    """The very database that was read, whatever it is called."""
    if redis is None:
        return "no store"
    return f"database {redis.db} of Redis run_id {server or 'unknown'} at {redis.host}:{redis.port}"


def _keys(workspace: Workspace, namespace: str, actor_id: str) -> tuple[tuple[str, ...], bool]:
    """Keys whose name holds the actor's id, and whether every key was looked at."""
    store = workspace.store(namespace)
    head = history_key(actor_id, workspace.endpoint(namespace).app_id)
    ends, cursor = time.monotonic() + SCAN_SECONDS, None
    found: dict[str, None] = {}
    while True:
        page = store.scan(pattern=f"*{actor_id}*", cursor=cursor)
        found.update(dict.fromkeys(key.raw for key in page.keys))
        cursor = page.cursor
        if cursor is None or time.monotonic() > ends:
            break
    try:
        found[store.read(head).key] = None
    except NotThere:
        found.pop(head, None)
    return tuple(found), cursor is None


@dataclass(frozen=True)
class Streamed:
    """The probes' entries in a stream (entry id, event id, probe), its groups, and where it was read."""

    entries: tuple[tuple[str, str, Probe], ...]
    stream: Stream | None
    where: str

    def observation(self) -> Observation:
        found = frozenset(probe for _, _, probe in self.entries)
        ids = ", ".join(entry_id for entry_id, _, _ in self.entries) or "none"
        return Observation(found, f"{_whose(found)} in {TOPIC}, {self.where}; entries {ids}.")

    def look_at_groups(self) -> Observation:
        """Which probes the groups have taken; the groups with what they await are the evidence."""
        groups = self.stream.groups if self.stream else ()
        taken = max((position(group.last_id) for group in groups), default=(0, 0))
        found = frozenset(probe for entry_id, _, probe in self.entries if position(entry_id) <= taken)
        words = ", ".join(f"group {group.name} with {group.pending} pending" for group in groups)
        return Observation(found, f"{_whose(found)} taken by {words or 'no group'}, {self.where}.")


def look_at_stream(workspace: Workspace, namespace: str, probes: Probes, start: Start) -> Streamed:
    """The stream since `start`; takes part in no group."""
    broker, where = (
        workspace.broker(namespace),
        database(workspace.endpoint(namespace).at_its_topics.redis, start.broker),
    )
    try:
        stream = broker.stream(TOPIC)
    except NotThere:
        return Streamed((), None, where)
    entries: list[tuple[str, str, Probe]] = []
    after, ends = start.position, time.monotonic() + SCAN_SECONDS
    while time.monotonic() < ends:
        page = broker.entries_after(TOPIC, after)
        entries += ((i, _event_id(f), probe) for i, f in page for probe in probes.found_in([json.dumps(f)]))
        if not page:
            break
        after = page[-1][0]
    return Streamed(tuple(entries), stream, where)


def look_at_log(
    lines: Iterable[str], namespace: str, probes: Probes, events: Mapping[str, Set[Probe]]
) -> Observation:
    """Which probes' events the agent's log names, given whose event each id is.

    Without the actor's activation in it, it is not the log of who answered for the namespace.
    """
    whole = [line for line in lines if probes.actor_id in line]
    activated = sum(f"Activating actor for history-{probes.actor_id}" in line for line in whole)
    text = "\n".join(whole)
    found = frozenset().union(*(of for event_id, of in events.items() if event_id in text))
    return Observation(
        found if activated else found - probes.all_of(namespace),
        f"{len(whole)} lines name the actor, {activated} its activation; received: {_whose(found)}.",
    )


def remove(chat: Chat, namespace: str, actor_id: str, start: Start) -> Removal:
    """Delete the probe actor's keys, and its entries since `start`, then look again."""
    workspace = chat.writes.workspace
    keys = [key for key in _keys(workspace, namespace, actor_id)[0] if _belongs(key, actor_id)]
    streamed = _entries_of(workspace, namespace, actor_id, start)

    text = f"{len(keys)} keys and {len(streamed)} stream entries"
    with chat.writes.to(namespace, "remove probes", actor_id=actor_id, text=text) as endpoint:
        removed, _ = workspace.connections.store(endpoint).remove(keys, TOPIC, ())
        entries = workspace.connections.broker(endpoint).remove((), TOPIC, streamed)[1]
    left = _keys(workspace, namespace, actor_id)[0]
    late = _entries_of(workspace, namespace, actor_id, start)
    return Removal(
        namespace=namespace,
        keys=removed,
        entries=entries,
        left=(*left, *(f"{TOPIC} {entry_id}" for entry_id in late)),
    )


def _entries_of(workspace: Workspace, namespace: str, actor_id: str, start: Start) -> list[str]:
    """The ids of the actor's entries back to `start`, newest first: as far as can be read in time."""
    since = position(start.position)[0] / 1000
    found: list[str] = []
    before, ends = None, time.monotonic() + SCAN_SECONDS
    while time.monotonic() < ends:
        page = topic_entries.page(
            workspace, namespace, TOPIC, EntryFilter(actor_id=actor_id), before=before, since=since
        )
        found += (entry.id for entry in page.entries)
        before = page.before
        if before is None or position(page.oldest)[0] / 1000 < since:
            break
    return found


def _belongs(key: str, actor_id: str) -> bool:
    parsed = parse_key(key)
    return parsed.kind == "actor" and parsed.path[2] == actor_id


def _whose(found: frozenset[Probe]) -> str:
    names = sorted({name for name, _ in found})
    return ", ".join(f"{sum(n == name for n, _ in found)} of {name}" for name in names) or "no probe"


def _event_id(fields: Any) -> str:
    event = last_of_each(fields).get("data")
    return str(event.get("id", "")) if isinstance(event, dict) else ""
