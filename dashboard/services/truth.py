"""One actor in one namespace by its four witnesses. Reads only; the agent activates the actor to answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from dashboard.model.chat import Failure, Turn, turns_of
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


def look(
    workspace: Workspace, place: Place, actor_id: str, *, turns: int = TURNS, until: int | None = None
) -> ActorTruth:
    """The newest `turns` turns, none after the one of number `until`.

    A source that fails is part of it. What looks wrong is read twice, for a turn may come in between.
    """
    for _ in range(2):
        facts, hosted = _read(workspace, place, actor_id, turns, until)
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
        return look(workspace, workspace.place(name), actor_id, turns=turns, until=until)

    found = {
        outcome.namespace: outcome for outcome in each(namespaces, call, deadline=2 * workspace.deadline)
    }
    return tuple(found[name] for name in namespaces)


def _read(
    workspace: Workspace, place: Place, actor_id: str, turns: int, until: int | None
) -> tuple[Facts, Mapping[str, int | None]]:
    before = None if until is None else 2 * until  # the index of the first message after it
    cursor = None if before is None else str(before)
    calls: dict[str, Callable[[], Any]] = {
        "agent": lambda: workspace.connections.agent(place).history(actor_id, limit=turns, before=cursor),
        "store": lambda: stored(workspace, place, actor_id, turns, before),
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
    told = [*(said.turns if said else ()), *(turns_of(held.messages) if held else ())]
    asked = [turn for turn in told if until is None or turn.number <= until]
    values["stream"], failure = attempt(lambda: _carried(workspace, place, actor_id, asked, until))
    if failure:
        failures["stream"] = failure
    received = values["received"]
    if received and not received.answered:
        failures["received"] = next(iter(received.silent.values()))
    known = cast(Mapping[Source, Failure], {part: why for part, why in failures.items() if part != "hosted"})
    return Facts(said, held, values["stream"], received, known), values["hosted"] or {}


def stored(
    workspace: Workspace, place: Place, actor_id: str, turns: int, before: int | None = None
) -> StoredHistory:
    """The head, and the segments that the newest `turns` turns older than message index `before` reach into.

    Raises `Rejected` for what is no history.
    """
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
    needed = head.needed(2 * turns, before)
    for number in needed:
        try:
            segments[number] = decode_segment(store.read(f"{key}-{number}").raw.get("data", ""))
        except (NotThere, ValueError):
            missing.append(number)
    return StoredHistory(
        head, found.version or "", found.size_bytes, segments, tuple(missing), stop=needed.stop
    )


def _carried(
    workspace: Workspace, place: Place, actor_id: str, asked: Sequence[Turn], until: int | None
) -> Carried:
    broker = workspace.connections.broker(place)
    try:
        stream = broker.stream(TOPIC)
    except NotThere:  # nothing was published yet
        return Carried()
    times = {turn.event_id: seconds_of(turn.time) for turn in asked if turn.time}
    since = min(times.values(), default=0.0) - CLOCKS_APART_SECONDS
    starts: list[str | None] = [None]
    if until is not None and times:
        # An event that was published long after its turn is found from the stream's end alone.
        starts.insert(0, f"{int((max(times.values()) + CLOCKS_APART_SECONDS) * 1000)}-0")
    for start in starts:
        page = events.page(
            workspace, place, TOPIC, Wanted(actor_id), before=start, limit=MOST_EVENTS, since=since
        )
        if times.keys() <= {entry.event.id for entry in page.entries if entry.event}:
            break
    turns = tuple(entry for entry in page.entries if entry.event and entry.event.turn is not None)
    group = group_of(stream.groups, place.app_id)
    pending = broker.pending_among(TOPIC, group.name, [entry.id for entry in turns]) if group else {}
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
