"""How every namespace is: agent, sidecar, placement, store and topic, each asked on its own."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain

from dashboard.model.health import NamespaceHealth, Part
from dashboard.model.names import ACTOR_TYPE, TOPIC
from dashboard.model.places import Place
from dashboard.model.sidecar import SidecarMetadata
from dashboard.services.side_by_side import each
from dashboard.services.workspace import Workspace


def check(workspace: Workspace, places: Sequence[Place]) -> tuple[NamespaceHealth, ...]:
    """The health of each place, in their order; takes as long as the slowest, at most the deadline."""
    by_name = {place.name: place for place in places}

    def call(name: str) -> NamespaceHealth:
        return check_one(workspace, by_name[name])

    found = {outcome.namespace: outcome for outcome in each(list(by_name), call, deadline=workspace.deadline)}
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
        metadata = _merged(workspace, place)
        seen["metadata"] = metadata
        return _sidecar_parts(metadata)

    def store() -> tuple[Part, ...]:
        info = workspace.connections.store(place).ping()
        return (Part("store", "ok", f"Redis {info.version}, {info.keys:,} keys"),)

    checks.update(agent=agent, sidecar=sidecar, store=store)
    outcomes = each(list(checks), lambda part: checks[part](), deadline=workspace.deadline * 0.9)
    parts: dict[str, Part] = {}
    for outcome in outcomes:
        for part in outcome.value or ():
            parts[part.name] = part
        if outcome.failure:
            down = workspace.cluster.why_down(place.name) or outcome.failure.hint
            parts[outcome.namespace] = Part(outcome.namespace, "down", outcome.failure.what, down)
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
    )


def _sidecar_parts(metadata: SidecarMetadata) -> tuple[Part, ...]:
    hosts = ACTOR_TYPE in metadata.hosts_actors
    sidecar = Part(
        "sidecar",
        "ok" if hosts else "warning",
        f"Dapr {metadata.version}" if hosts else f"{ACTOR_TYPE} is not registered",
    )
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


def _merged(workspace: Workspace, place: Place) -> SidecarMetadata:
    """What one sidecar says, with the active actors of all replicas: each counts its own."""
    told = [workspace.connections.sidecar(place, url).metadata() for url in place.replicas or (None,)]
    counts = Counter[str]()
    for metadata in told:
        counts.update(metadata.active_actors)
    types = dict.fromkeys(chain.from_iterable(metadata.active_actors for metadata in told), 0)
    connected = all(metadata.placement_connected for metadata in told)
    return replace(told[0], active_actors={**types, **counts}, placement_connected=connected)
