"""How every namespace is: agent, sidecar, placement, store and topic, each asked on its own."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain

from dashboard.model.counting import counted
from dashboard.model.errors import of_failure
from dashboard.model.health import NamespaceHealth, Part
from dashboard.model.names import ACTOR_TYPE, TOPIC
from dashboard.model.places import Place
from dashboard.model.sidecar import SidecarMetadata
from dashboard.services.side_by_side import each
from dashboard.services.workspace import Workspace

AT_ONCE = 50


def check(workspace: Workspace, places: Sequence[Place]) -> tuple[NamespaceHealth, ...]:
    """The health of each place, in their order; takes as long as the slowest of each `AT_ONCE`."""
    by_name = {place.name: place for place in places}

    def call(name: str) -> NamespaceHealth:
        return check_one(workspace, by_name[name])

    names = list(by_name)
    batches = (names[at : at + AT_ONCE] for at in range(0, len(names), AT_ONCE))
    outcomes = chain.from_iterable(each(batch, call, deadline=workspace.deadline) for batch in batches)
    found = {outcome.namespace: outcome for outcome in outcomes}
    return tuple(found[p.name].value or _silent(p, found[p.name].failure) for p in places)


def _silent(place: Place, failure: object) -> NamespaceHealth:
    words = getattr(failure, "what", "gave no answer")
    part = Part("agent", "unknown", words)
    return NamespaceHealth(place.name, place.protected, (part,), None, "", None, time.time())


def check_one(workspace: Workspace, place: Place) -> NamespaceHealth:
    """The health of one place; never raises: what cannot be asked is a part that is down."""
    checks: dict[str, Callable[[], tuple[Part, ...]]] = {}
    seen: dict[str, object] = {}

    def agent() -> tuple[Part, ...]:
        began = time.monotonic()
        problem = workspace.connections.agent(place).readiness()
        seen["latency"] = (time.monotonic() - began) * 1000
        return (Part("agent", "warning" if problem else "ok", problem or "ready"),)

    def sidecar() -> tuple[Part, ...]:
        metadata, silent = _merged(workspace, place)
        seen["metadata"] = metadata
        return _sidecar_parts(metadata, len(place.replicas), silent)

    def store() -> tuple[Part, ...]:
        info = workspace.connections.store(place).ping()
        return (Part("store", "ok", f"Redis {info.version}, {counted(info.keys, 'key')}"),)

    checks.update(agent=agent, sidecar=sidecar, store=store)
    outcomes = each(list(checks), lambda part: checks[part](), deadline=workspace.deadline * 0.9)
    parts: dict[str, Part] = {}
    for outcome in outcomes:
        for part in outcome.value or ():
            parts[part.name] = part
        if outcome.failure:
            down = workspace.cluster.why_down(place.name) or outcome.failure.hint
            failure = outcome.failure
            parts[outcome.namespace] = Part(outcome.namespace, "down", failure.what, down, failure.command)
    for name in ("placement", "topic"):
        parts.setdefault(name, Part(name, "unknown", "the sidecar tells this, and it is down"))
    order = ("agent", "sidecar", "placement", "store", "topic")
    metadata = seen.get("metadata")
    latency = seen.get("latency")
    return NamespaceHealth(
        namespace=place.name,
        protected=place.protected,
        parts=tuple(parts[name] for name in order),
        active_actors=metadata.active_actors.get(ACTOR_TYPE, 0)
        if isinstance(metadata, SidecarMetadata)
        else None,
        dapr_version=metadata.version if isinstance(metadata, SidecarMetadata) else "",
        latency_ms=latency if isinstance(latency, float) else None,
        read_at=time.time(),
        deployed=workspace.cluster.deployed(place.name),
    )


def _sidecar_parts(metadata: SidecarMetadata, replicas: int, silent: int) -> tuple[Part, ...]:
    hosts = ACTOR_TYPE in metadata.hosts_actors
    words = f"Dapr {metadata.version}" if hosts else f"{ACTOR_TYPE} is not registered"
    if replicas > 1:
        words += f", {replicas - silent} of {replicas} replicas answer"
    sidecar = Part("sidecar", "ok" if hosts and not silent else "warning", words)
    connected = metadata.placement_connected
    placement = Part(
        "placement", "ok" if connected else "down", "connected" if connected else "not connected"
    )
    subscribed = any(item.topic == TOPIC for item in metadata.subscriptions)
    topic = Part(
        "topic",
        "ok" if subscribed else "warning",
        f"subscribed to {TOPIC}" if subscribed else f"nothing subscribes to {TOPIC}",
    )
    return sidecar, placement, topic


def _merged(workspace: Workspace, place: Place) -> tuple[SidecarMetadata, int]:
    """What one sidecar says, with the active actors of all replicas, since each counts its own; how many
    replicas gave no answer. Raises where none did.
    """
    urls = place.replicas or ((place.sidecar_url,) if place.sidecar_url else ())
    sidecars = {url: workspace.connections.sidecar(place, url) for url in urls}
    if not sidecars:
        return workspace.connections.sidecar(place).metadata(), 0
    outcomes = list(each(urls, lambda url: sidecars[url].metadata(), deadline=workspace.deadline * 0.8))
    told = [outcome.value for outcome in outcomes if outcome.value]
    if not told:
        raise of_failure(next(outcome.failure for outcome in outcomes if outcome.failure))
    counts = Counter[str]()
    for metadata in told:
        counts.update(metadata.active_actors)
    types = dict.fromkeys(chain.from_iterable(metadata.active_actors for metadata in told), 0)
    connected = all(metadata.placement_connected for metadata in told)
    merged = replace(told[0], active_actors={**types, **counts}, placement_connected=connected)
    return merged, len(outcomes) - len(told)
