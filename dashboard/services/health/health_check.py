"""How every namespace is: agent, sidecar, placement, store and topic, each asked on its own."""

from __future__ import annotations

import shlex
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.errors import of_failure
from dashboard.model.core.names import ACTOR_TYPE, TOPIC
from dashboard.model.core.plural import counted
from dashboard.model.core.readiness import AgentReadiness
from dashboard.model.core.sidecar import SidecarMetadata
from dashboard.model.health.deployed import Deployed, WarningEvent
from dashboard.model.health.health import NamespaceHealth, PartHealth
from dashboard.model.stores.keys import StoreInfo
from dashboard.services.core import store_by_sidecar
from dashboard.services.core.asked_sidecars import AskedSidecars
from dashboard.services.core.fan_out import Outcome, Started, fan_out
from dashboard.services.core.polling_cache import PollingCache, Reading
from dashboard.services.core.workspace import Workspace

AT_ONCE = 50
_UNTOLD = tuple(
    PartHealth(name=name, state="unknown", words="the sidecar tells this, and it is down")
    for name in ("placement", "topic")
)
PARTS = ("agent", "sidecar", "placement", "store", "topic")


def check(workspace: Workspace, namespaces: Sequence[str]) -> tuple[NamespaceHealth, ...]:
    """The health of each namespace, in their order; takes as long as the slowest of each `AT_ONCE`.

    Raises `NotThere` for one that is not.
    """
    endpoints = [workspace.endpoint(name) for name in namespaces]
    batches = (namespaces[at : at + AT_ONCE] for at in range(0, len(namespaces), AT_ONCE))
    call = partial(check_one, workspace)
    outcomes = chain.from_iterable(fan_out(batch, call, deadline=workspace.deadline) for batch in batches)
    found = {outcome.namespace: outcome for outcome in outcomes}
    return tuple(found[each.name].value or _silent(each, found[each.name]) for each in endpoints)


def _silent(endpoint: Endpoint, outcome: Outcome[NamespaceHealth]) -> NamespaceHealth:
    words = outcome.failure.what if outcome.failure else "gave no answer"
    return NamespaceHealth(
        namespace=endpoint.name,
        protected=endpoint.protected,
        parts=(PartHealth(name="agent", state="unknown", words=words),),
        active_actors=None,
        dapr_version="",
        latency_ms=None,
        read_at=time.time(),
    )


def check_one(workspace: Workspace, namespace: str) -> NamespaceHealth:
    """The health of one namespace: what cannot be asked is a part that is down. Raises `NotThere`."""
    endpoint, deadline = workspace.endpoint(namespace), workspace.deadline * 0.9
    asked_agent = Started(
        "agent", lambda: workspace.connections.agent(endpoint).readiness(), deadline=deadline
    )
    sidecars = AskedSidecars(workspace.connections, endpoint)
    asked_sidecar = Started(
        "sidecar", lambda: _merged(sidecars, deadline=workspace.deadline * 0.8), deadline=deadline
    )
    asked_store = Started("store", lambda: workspace.connections.store(endpoint).ping(), deadline=deadline)
    asked_way = Started("store by sidecar", lambda: store_by_sidecar.refusal(sidecars), deadline=deadline)
    asked_broker = Started("topics", lambda: _topics_apart(workspace, endpoint), deadline=deadline)
    agent, sidecar, store = asked_agent.outcome(), asked_sidecar.outcome(), asked_store.outcome()
    metadata, silent = sidecar.value or (None, 0)
    deployed = workspace.cluster.deployed(namespace)
    told = _sidecar_parts(metadata, len(endpoint.replicas), silent) if metadata else _UNTOLD
    parts = {part.name: part for part in told}
    way = asked_way.outcome()
    if agent.value:
        parts["agent"] = _agent_part(agent.value, known=bool(way.value))
    parts["topic"] = _topic_part(parts["topic"], agent.value, asked_broker.outcome())
    if store.value:
        parts["store"] = _store_part(store.value, way, endpoint, deployed)
    for name, failure in (
        ("agent", agent.failure), ("sidecar", sidecar.failure), ("store", store.failure)
    ):  # fmt: skip
        if failure:
            hint = workspace.cluster.why_down(namespace) or failure.hint
            parts[name] = PartHealth(
                name=name, state="down", words=failure.what, hint=hint, command=failure.command
            )
    return NamespaceHealth(
        namespace=namespace,
        protected=endpoint.protected,
        parts=tuple(parts[name] for name in PARTS),
        active_actors=metadata.active_actors.get(ACTOR_TYPE, 0) if metadata else None,
        dapr_version=metadata.version if metadata else "",
        latency_ms=None if agent.failure else agent.latency_ms,
        read_at=time.time(),
        deployed=deployed,
    )


def _agent_part(agent: AgentReadiness, *, known: bool) -> PartHealth:
    """Whether it takes turns; `known` is whether the store's part says why not."""
    if not agent.problem:
        return PartHealth(name="agent", state="ok", words="ready")
    if known:
        return PartHealth(name="agent", state="down", words="takes no turn: see its store")
    return PartHealth(
        name="agent", state="down", words=agent.problem, hint=store_by_sidecar.advice(agent.problem)
    )


def _store_part(
    store: StoreInfo, way: Outcome[str], endpoint: Endpoint, deployed: Deployed | None
) -> PartHealth:
    """The store as we read it, and as the agent's sidecar does: a turn takes that way."""
    if store.refuses_writes:
        refusal = store.refuses_writes
        hint = f"Every turn fails until it takes writes again. {refusal.fix}"
        return PartHealth(name="store", state="down", words=refusal.words, hint=hint)
    if way.value:
        command = shlex.join((*endpoint.kubectl, "rollout", "restart", "deployment", endpoint.app_id))
        return PartHealth(
            name="store",
            state="down",
            words=way.value,
            hint=store_by_sidecar.advice(way.value),
            command=command if endpoint.kubectl else "",
        )
    unasked = "" if way.failure is None else "; its sidecar could not be asked to read it"
    pods = deployed.replicas if deployed else ()
    kept = "".join(f"; kept in {pod.kept_in}: it ends with pod {pod.name}" for pod in pods if pod.kept_in)
    words = f"{store.server}, {counted(store.keys, 'key')}{kept}{unasked}"
    return PartHealth(name="store", state="ok", words=words)


def _topics_apart(workspace: Workspace, endpoint: Endpoint) -> StoreInfo | None:
    """The Redis of its topics, where that is another than the store's."""
    return workspace.connections.broker(endpoint).ping() if endpoint.broker else None


def _topic_part(
    subscribed: PartHealth, agent: AgentReadiness | None, redis: Outcome[StoreInfo | None]
) -> PartHealth:
    """Whether it takes events: by its own Redis, and by what the agent could not publish."""
    refusal = redis.value.refuses_writes if redis.value else None
    if redis.failure:
        words, hint = redis.failure.what, redis.failure.hint
    elif refusal:
        words, hint = refusal.words, refusal.fix
    elif agent and agent.topic:
        words = f"{counted(agent.unpublished, 'event')} cannot be published: {agent.topic}"
        hint = "They are stored, and published once it takes them."
    else:
        return subscribed
    return replace(subscribed, state="down", words=words, hint=hint)


def _sidecar_parts(metadata: SidecarMetadata, replicas: int, silent: int) -> tuple[PartHealth, ...]:
    hosts = ACTOR_TYPE in metadata.hosts_actors
    words = f"Dapr {metadata.version}" if hosts else f"{ACTOR_TYPE} is not registered"
    if replicas > 1:
        words += f", {replicas - silent} of {replicas} replicas answer"
    sidecar = PartHealth(name="sidecar", state="ok" if hosts and not silent else "warning", words=words)
    connected = metadata.placement_connected
    placement = PartHealth(
        name="placement",
        state="ok" if connected else "down",
        words="connected" if connected else "not connected",
    )
    subscribed = any(item.topic == TOPIC for item in metadata.subscriptions)
    topic = PartHealth(
        name="topic",
        state="ok" if subscribed else "warning",
        words=f"subscribed to {TOPIC}" if subscribed else f"nothing subscribes to {TOPIC}",
    )
    return sidecar, placement, topic


def _merged(sidecars: AskedSidecars, *, deadline: float) -> tuple[SidecarMetadata, int]:
    """What one sidecar says, with the active actors of all replicas, since each counts its own; how many
    replicas gave no answer. Raises where none did.
    """
    urls = tuple(filter(None, sidecars.urls))
    if not urls:
        return sidecars.metadata(None), 0
    outcomes = list(fan_out(urls, sidecars.metadata, deadline=deadline))
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


class PolledHealth:
    """The newest of it, shared by all sessions of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._health: PollingCache[str, NamespaceHealth] = PollingCache()
        self._warnings: PollingCache[str, tuple[WarningEvent, ...]] = PollingCache()

    def look(
        self, namespaces: Sequence[str], *, since: float | None = None
    ) -> dict[str, Reading[NamespaceHealth]]:
        """The health of each namespace."""
        calls = {name: partial(check_one, self._workspace, name) for name in namespaces}
        return self._health.look(calls, since=since)

    def warnings(self, namespace: str) -> Reading[tuple[WarningEvent, ...]]:
        """What the cluster warned of there."""
        call = partial(self._workspace.cluster.warning_events, namespace)
        return self._warnings.look_at(namespace, call)
