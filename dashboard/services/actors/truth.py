"""One actor in one namespace by its four witnesses. Reads only; the agent activates the actor to answer."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from dashboard.model.actors.stored_history import StoredHead, StoredHistory, decode_head, decode_segment
from dashboard.model.actors.truth import Carried, Facts, Truth, Witness, join
from dashboard.model.chat.messages import Turn, turns_of
from dashboard.model.core.errors import NotThere, Rejected
from dashboard.model.core.failure import Failure
from dashboard.model.core.names import ACTOR_TYPE, TOPIC, history_key
from dashboard.model.core.times import unix_seconds
from dashboard.model.topics.events import EntryFilter, group_of
from dashboard.services.core.fan_out import Outcome, Started, attempt, fan_out
from dashboard.services.core.polling_cache import PollingCache, Reading
from dashboard.services.core.workspace import Workspace
from dashboard.services.topics import delivery
from dashboard.services.topics import entries as topic_entries

TURNS = 20
MOST_EVENTS = 1_000
CLOCKS_APART_SECONDS = 60


@dataclass(frozen=True)
class ActorTruth:
    """What was found and how it fits, read at `read_at` (Unix seconds).

    `hosted` counts the active actors of each replica, as its sidecar tells; None where it does not.
    """

    facts: Facts
    truth: Truth
    read_at: float
    hosted: Mapping[str, int | None] = field(default_factory=dict)


def look(
    workspace: Workspace, namespace: str, actor_id: str, *, turns: int = TURNS, until: int | None = None
) -> ActorTruth:
    """The newest `turns` turns, none after the one of number `until`.

    A source that fails is part of it. What looks wrong is read twice, for a turn may come in between.
    """
    for _ in range(2):
        facts, hosted = _read(workspace, namespace, actor_id, turns, until)
        truth = join(actor_id, facts, limit=turns, until=until)
        if truth.worst() != "wrong":
            break
    return ActorTruth(facts, truth, time.time(), hosted)


def compare(
    workspace: Workspace,
    namespaces: Sequence[str],
    actor_id: str,
    *,
    turns: int = TURNS,
    until: int | None = None,
) -> tuple[Outcome[ActorTruth], ...]:
    """The same in each namespace, in their order."""

    def call(name: str) -> ActorTruth:
        return look(workspace, name, actor_id, turns=turns, until=until)

    found = {
        outcome.namespace: outcome for outcome in fan_out(namespaces, call, deadline=2 * workspace.deadline)
    }
    return tuple(found[name] for name in namespaces)


def _read(
    workspace: Workspace, namespace: str, actor_id: str, turns: int, until: int | None
) -> tuple[Facts, Mapping[str, int | None]]:
    before = None if until is None else 2 * until  # the index of the first message after it
    cursor = None if before is None else str(before)
    deadline = workspace.deadline * 0.9
    asked_agent = Started(
        "agent",
        lambda: workspace.agent(namespace).history(actor_id, limit=turns, before=cursor),
        deadline=deadline,
    )
    asked_store = Started(
        "store", lambda: stored(workspace, namespace, actor_id, turns, before), deadline=deadline
    )
    asked_replicas = Started("received", lambda: delivery.inboxes(workspace, namespace), deadline=deadline)
    asked_sidecars = Started("hosted", lambda: _hosted(workspace, namespace), deadline=deadline)
    agent, store, inboxes = asked_agent.outcome(), asked_store.outcome(), asked_replicas.outcome()
    told = [
        *(agent.value.turns if agent.value else ()),
        *(turns_of(store.value.messages) if store.value else ()),
    ]
    asked = [turn for turn in told if until is None or turn.number <= until]
    carried, failure = attempt(lambda: _carried(workspace, namespace, actor_id, asked, until))
    silent = inboxes.failure
    if inboxes.value and not inboxes.value.answered:
        silent = next(iter(inboxes.value.silent.values()))
    failures: dict[Witness, Failure | None] = {
        "agent": agent.failure,
        "store": store.failure,
        "received": silent,
        "stream": failure,
    }
    facts = Facts(
        said=agent.value,
        stored=store.value,
        carried=carried,
        received=inboxes.value,
        failures={witness: why for witness, why in failures.items() if why},
    )
    return facts, asked_sidecars.outcome().value or {}


def stored(
    workspace: Workspace, namespace: str, actor_id: str, turns: int, before: int | None = None
) -> StoredHistory:
    """The head, and the segments that the newest `turns` turns older than message index `before` reach into.

    Raises `Rejected` for what is no history.
    """
    store = workspace.store(namespace)
    key = history_key(actor_id, workspace.endpoint(namespace).app_id)
    try:
        found = store.read(key)
    except NotThere:
        return StoredHistory(
            head=StoredHead(format="nothing", segments=0, total=0, messages=()), version="", size_bytes=None
        )
    try:
        head = decode_head(found.raw.get("data", ""))
    except ValueError as error:
        raise Rejected(f"{key} cannot be read: {error}.", hint="See it on Store.") from error
    segments, missing = {}, []
    needed = head.needed(2 * turns, before)
    for number in needed:
        try:
            segments[number] = decode_segment(store.read(f"{key}-{number}").raw.get("data", ""))
        except (NotThere, ValueError):
            missing.append(number)
    return StoredHistory(
        head=head,
        version=found.version or "",
        size_bytes=found.size_bytes,
        segments=segments,
        missing=tuple(missing),
        stop=needed.stop,
    )


def _carried(
    workspace: Workspace, namespace: str, actor_id: str, asked: Sequence[Turn], until: int | None
) -> Carried:
    broker = workspace.broker(namespace)
    try:
        stream = broker.stream(TOPIC)
    except NotThere:  # nothing was published yet
        return Carried()
    times = {turn.event_id: unix_seconds(turn.time) for turn in asked if turn.time}
    since = min(times.values(), default=0.0) - CLOCKS_APART_SECONDS
    starts: list[str | None] = [None]
    if until is not None and times:
        # An event that was published long after its turn is found from the stream's end alone.
        starts.insert(0, f"{int((max(times.values()) + CLOCKS_APART_SECONDS) * 1000)}-0")
    for start in starts:
        page = topic_entries.page(
            workspace, namespace, TOPIC, EntryFilter(actor_id), before=start, limit=MOST_EVENTS, since=since
        )
        if times.keys() <= {entry.event.id for entry in page.entries if entry.event}:
            break
    turns = tuple(entry for entry in page.entries if entry.event and entry.event.turn is not None)
    group = group_of(stream.groups, workspace.endpoint(namespace).app_id)
    pending = broker.pending_among(TOPIC, group.name, [entry.id for entry in turns]) if group else {}
    return Carried(
        entries=turns,
        others=len(page.entries) - len(turns),
        first_id=stream.first_id or stream.last_id,
        scanned=page.scanned,
        oldest=page.oldest,
        complete=page.before is None,
        group=group,
        pending=pending,
    )


def _hosted(workspace: Workspace, namespace: str) -> dict[str, int | None]:
    endpoint = workspace.endpoint(namespace)
    names = [name for name, _ in endpoint.agents] or [endpoint.name]
    urls = dict(zip(names, endpoint.replicas or (endpoint.sidecar_url,), strict=False))

    def count(name: str) -> int:
        metadata = workspace.connections.sidecar(endpoint, urls[name]).metadata()
        return metadata.active_actors.get(ACTOR_TYPE, 0)

    found = fan_out(list(urls), count, deadline=workspace.deadline * 0.8)
    return {outcome.namespace: outcome.value for outcome in found}


class PolledTruths:
    """The newest of it, shared by all sessions of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._truths: PollingCache[tuple[str, str, int | None], ActorTruth] = PollingCache()

    def look(
        self, namespaces: Sequence[str], actor_id: str, until: int | None = None
    ) -> dict[str, Reading[ActorTruth]]:
        """One actor's truth in each namespace: of its newest turns, none after that of number `until`."""
        keys = {name: (name, actor_id, until) for name in namespaces}
        found = self._truths.look(
            {key: partial(look, self._workspace, key[0], actor_id, until=until) for key in keys.values()}
        )
        return {name: found[key] for name, key in keys.items()}
