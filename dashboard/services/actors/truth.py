"""One actor in one namespace by its four witnesses. Reads only; the agent activates the actor to answer."""

from __future__ import annotations

import time
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from dashboard.model.actors.agreement import agreement, turns_held
from dashboard.model.actors.stored_history import StoredHead, StoredHistory, decode_head, decode_segment
from dashboard.model.actors.truth import Carried, Facts, Truth, Witness, join
from dashboard.model.chat.alignment import Comparison, ReadTimes
from dashboard.model.chat.messages import Turn, turns_of
from dashboard.model.core.errors import NotThere, Rejected
from dashboard.model.core.failure import Failure
from dashboard.model.core.names import ACTOR_TYPE, TOPIC, history_key
from dashboard.model.core.times import unix_seconds
from dashboard.model.topics.events import EntryFilter, group_of
from dashboard.services.core.fan_out import Outcome, Started, attempt, fan_out
from dashboard.services.core.polling_cache import PollingCache, Reading
from dashboard.services.core.sightings import Sightings
from dashboard.services.core.workspace import Workspace
from dashboard.services.topics import delivery
from dashboard.services.topics import entries as topic_entries

TURNS = 20
MOST_EVENTS = 1_000
CLOCKS_APART_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class ActorTruth:
    """What was found and how it fits; asked at `asked_at`, read at `read_at` (Unix seconds of our own clock).

    `there` says of each of its turns since when it is known to be there. `hosted` counts the active actors of
    each replica, as its sidecar tells; None where it does not.
    """

    facts: Facts
    truth: Truth
    read_at: float
    hosted: Mapping[str, int | None] = field(default_factory=dict)
    asked_at: float = 0.0
    there: Mapping[Turn, float] = field(default_factory=dict)

    @property
    def newest(self) -> int | None:
        """The number of the actor's newest turn; None where neither agent nor store tells."""
        said, stored = self.facts.said, self.facts.stored
        messages = said.total if said and said.total is not None else stored.head.total if stored else None
        return None if messages is None else messages // 2


def look(
    workspace: Workspace, namespace: str, actor_id: str, *, turns: int = TURNS, until: int | None = None
) -> ActorTruth:
    """The newest `turns` turns, none after the one of number `until`.

    A source that fails is part of it. What looks wrong is read twice, for a turn may come in between.
    """
    for _ in range(2):
        asked_at = time.time()
        facts, hosted = _read(workspace, namespace, actor_id, turns, until)
        truth = join(actor_id, facts, limit=turns, until=until)
        if truth.worst() != "wrong":
            break
    return ActorTruth(facts=facts, truth=truth, read_at=time.time(), hosted=hosted, asked_at=asked_at)


def compare(
    workspace: Workspace,
    namespaces: Sequence[str],
    actor_id: str,
    *,
    turns: int = TURNS,
    until: int | None = None,
) -> tuple[Outcome[ActorTruth], ...]:
    """The same in each namespace, in their order; what the first reading leaves open is read once more."""
    sightings = Sightings[Turn]()

    def call(name: str) -> ActorTruth:
        return _noted(sightings, name, look(workspace, name, actor_id, turns=turns, until=until))

    def outcomes(names: Sequence[str]) -> dict[str, Outcome[ActorTruth]]:
        return {
            outcome.namespace: outcome for outcome in fan_out(names, call, deadline=2 * workspace.deadline)
        }

    found = outcomes(namespaces)
    stale = together({o.namespace: o.value for o in found.values() if o.value}).stale
    again = outcomes(sorted(stale)) if stale else {}
    found |= {name: outcome for name, outcome in again.items() if outcome.value}
    return tuple(found[name] for name in namespaces)


def together(found: Mapping[str, ActorTruth], silent: Collection[str] = ()) -> Comparison:
    """The namespaces against each other; one whose agent and store are silent is `silent` as well."""
    known = {n: each for n, each in found.items() if each.facts.said or each.facts.stored}
    return agreement(
        {name: turns_held(each.truth) for name, each in known.items()},
        last={name: each.newest for name, each in known.items()},
        times={
            name: ReadTimes(asked_at=each.asked_at, read_at=each.read_at, there=each.there)
            for name, each in known.items()
        },
        silent=silent,
        now=time.time(),
    )


def _noted(sightings: Sightings[Turn], key: Hashable, found: ActorTruth) -> ActorTruth:
    return replace(found, there=sightings.noted(key, turns_held(found.truth), found.read_at))


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
    undecodable = tuple(entry.id for entry in page.entries if entry.event and not entry.event.decodable)
    turns = tuple(e for e in page.entries if e.event and e.event.decodable and e.event.turn is not None)
    group = group_of(stream.groups, workspace.endpoint(namespace).app_id)
    pending = broker.pending_among(TOPIC, group.name, [entry.id for entry in turns]) if group else {}
    return Carried(
        entries=turns,
        others=len(page.entries) - len(turns) - len(undecodable),
        undecodable=undecodable,
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
        self._sightings = Sightings[Turn]()
        self._truths: PollingCache[tuple[str, str, int | None], ActorTruth] = PollingCache()

    def look(
        self,
        namespaces: Sequence[str],
        actor_id: str,
        until: int | None = None,
        *,
        since: float | None = None,
    ) -> dict[str, Reading[ActorTruth]]:
        """One actor's truth in each namespace: of its newest turns, none after that of number `until`."""
        found = self._look(namespaces, actor_id, until, since)
        known = {name: reading.value for name, reading in found.items() if reading.value is not None}
        fresh = {name for name, reading in found.items() if not (reading.failure or reading.awaited_since)}
        again = together(known).stale & fresh
        return found | (self._look(sorted(again), actor_id, until, None) if again else {})

    def _look(
        self, namespaces: Sequence[str], actor_id: str, until: int | None, since: float | None
    ) -> dict[str, Reading[ActorTruth]]:
        keys = {name: (name, actor_id, until) for name in namespaces}
        found = self._truths.look({key: partial(self._read, key) for key in keys.values()}, since=since)
        return {name: found[key] for name, key in keys.items()}

    def _read(self, key: tuple[str, str, int | None]) -> ActorTruth:
        namespace, actor_id, until = key
        return _noted(self._sightings, key, look(self._workspace, namespace, actor_id, until=until))
