"""One actor in one namespace by its four witnesses. Reads only; the agent activates the actor to answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from dashboard.model.chat import Failure
from dashboard.model.errors import NotThere, Rejected
from dashboard.model.events import Wanted, group_of
from dashboard.model.fates import seconds_of
from dashboard.model.names import ACTOR_TYPE, TOPIC, history_key
from dashboard.model.places import Place
from dashboard.model.stored import Head, StoredHistory, decode_head, decode_segment
from dashboard.model.truth import Carried, Facts, Source, Truth, join
from dashboard.services import events
from dashboard.services.side_by_side import Outcome, attempt, each
from dashboard.services.workspace import Workspace

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


def look(workspace: Workspace, place: Place, actor_id: str, *, turns: int = TURNS) -> ActorTruth:
    """A source that fails is part of it. What looks wrong is read twice, for a turn may come in between."""
    for _ in range(2):
        facts, hosted = _read(workspace, place, actor_id, turns)
        truth = join(actor_id, facts, limit=turns)
        if truth.worst() != "wrong":
            break
    return ActorTruth(facts, truth, time.time(), hosted)


def compare(
    workspace: Workspace, namespaces: Sequence[str], actor_id: str, *, turns: int = TURNS
) -> tuple[Outcome[ActorTruth], ...]:
    """The same in each namespace, in their order."""

    def call(name: str) -> ActorTruth:
        return look(workspace, workspace.place(name), actor_id, turns=turns)

    found = {
        outcome.namespace: outcome for outcome in each(namespaces, call, deadline=2 * workspace.deadline)
    }
    return tuple(found[name] for name in namespaces)


def _read(
    workspace: Workspace, place: Place, actor_id: str, turns: int
) -> tuple[Facts, Mapping[str, int | None]]:
    calls: dict[str, Callable[[], Any]] = {
        "agent": lambda: workspace.connections.agent(place).history(actor_id, limit=turns),
        "store": lambda: stored(workspace, place, actor_id, turns),
        "received": lambda: events.inboxes(workspace, place),
        "hosted": lambda: _hosted(workspace, place),
    }
    values: dict[str, Any] = {}
    failures: dict[str, Failure] = {}
    for outcome in each(list(calls), lambda part: calls[part](), deadline=workspace.deadline * 0.9):
        values[outcome.namespace] = outcome.value
        if outcome.failure:
            failures[outcome.namespace] = outcome.failure
    said, held = values["agent"], values["store"]
    oldest = [said.turns[0].time] if said and said.turns else []
    oldest += [message.time for message in held.messages[:1]] if held else []
    since = min((seconds_of(at) for at in oldest if at), default=0.0) - CLOCKS_APART_SECONDS
    values["stream"], failure = attempt(lambda: _carried(workspace, place, actor_id, since))
    if failure:
        failures["stream"] = failure
    received = values["received"]
    if received and not received.answered:
        failures["received"] = next(iter(received.silent.values()))
    known = cast(Mapping[Source, Failure], {part: why for part, why in failures.items() if part != "hosted"})
    return Facts(said, held, values["stream"], received, known), values["hosted"] or {}


def stored(workspace: Workspace, place: Place, actor_id: str, turns: int) -> StoredHistory:
    """The head and as many segments as `turns` reach into; raises `Rejected` for what is no history."""
    store, key = workspace.connections.store(place), history_key(actor_id, place.app_id)
    try:
        found = store.read(key)
    except NotThere:
        return StoredHistory(Head("nothing", 0, 0, ()), "", None)
    try:
        head = decode_head(found.raw.get("data", ""))
    except ValueError as error:
        raise Rejected(f"{key} cannot be read: {error}.", hint="See it on Store.") from error
    segments, missing = {}, []
    for number in head.needed(2 * turns):
        try:
            segments[number] = decode_segment(store.read(f"{key}-{number}").raw.get("data", ""))
        except (NotThere, ValueError):
            missing.append(number)
    return StoredHistory(head, found.version or "", found.size_bytes, segments, tuple(missing))


def _carried(workspace: Workspace, place: Place, actor_id: str, since: float) -> Carried:
    store = workspace.connections.store(place)
    try:
        stream = store.stream(TOPIC)
    except NotThere:  # nothing was published yet
        return Carried()
    page = events.page(workspace, place, TOPIC, Wanted(actor_id), limit=MOST_EVENTS, since=since)
    turns = tuple(entry for entry in page.entries if entry.event and entry.event.turn is not None)
    group = group_of(stream.groups, place.app_id)
    pending = store.pending_among(TOPIC, group.name, [entry.id for entry in turns]) if group else {}
    return Carried(
        turns,
        len(page.entries) - len(turns),
        stream.first_id or stream.last_id,
        page.scanned,
        page.oldest,
        page.before is None,
        group,
        pending,
    )


def _hosted(workspace: Workspace, place: Place) -> dict[str, int | None]:
    names = [name for name, _ in place.agents] or [place.name]
    urls = dict(zip(names, place.replicas or (place.sidecar_url,), strict=False))

    def count(name: str) -> int:
        metadata = workspace.connections.sidecar(place, urls[name]).metadata()
        return metadata.active_actors.get(ACTOR_TYPE, 0)

    found = each(list(urls), count, deadline=workspace.deadline * 0.8)
    return {outcome.namespace: outcome.value for outcome in found}
