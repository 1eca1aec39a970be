"""Components: which store actors use, where it is, and what is set there in vain."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.model.core import kubernetes as objects
from dashboard.model.core.kubernetes import Component
from dashboard.services.doctor.evidence import Evidence
from dashboard.services.doctor.rule import Seen, rule

STORE, PUBSUB = "state.", "pubsub."
ACTORS = "developing-applications/building-blocks/actors/howto-actors/"
NAMESPACED = "developing-applications/building-blocks/actors/namespaced-actors/"
SCOPES = "operations/components/component-scopes/"
KEYS = "reference/api/state_api/#key-scheme"
REDIS_STORE = "reference/components-reference/supported-state-stores/setup-redis/"
REDIS_TOPIC = "reference/components-reference/supported-pubsub/setup-redis-pubsub/"


def stores(evidence: Evidence) -> tuple[Component, ...]:
    """State stores that the agent may use."""
    return tuple(c for c in evidence.components if c.type.startswith(STORE) and evidence.in_scope(c.scopes))


def _marked(found: Component) -> str:
    value = found.metadata.get("actorStateStore", "")
    return value if isinstance(value, str) else "a secret"


@rule(
    "actor-state-store-missing", "error", docs=ACTORS,
    why="Dapr hosts no actor without a state store that is marked for actors: each call fails.",
)  # fmt: skip
def missing(evidence: Evidence) -> Iterable[Seen]:
    if not stores(evidence):
        yield Seen(
            object="Component/statestore",
            seen=f"No Component of type state.* in {evidence.namespace} is in scope of {evidence.agent_app}.",
            fix='Declare one of type state.redis with actorStateStore "true" in this namespace.',
            command=evidence.kubectl("get components.dapr.io"),
        )


@rule(
    "actor-state-store-not-true", "error", docs=REDIS_STORE,
    why='Only a store whose actorStateStore is the text "true" keeps actors; without one each call fails.',
)  # fmt: skip
def not_true(evidence: Evidence) -> Iterable[Seen]:
    found = stores(evidence)
    if any(_marked(store).lower() == "true" for store in found):
        return
    for store in found:
        said = _marked(store)
        yield Seen(
            object=f"Component/{store.name}",
            seen=f'actorStateStore is "{said}".' if said else "It has no actorStateStore.",
            fix='Set actorStateStore to "true".',
            command=evidence.edit("Component", store.name),
        )


@rule(
    "actor-state-store-twice", "error", docs=ACTORS,
    why="A namespace may have one store for actors: daprd stops at the second, or keeps actors in either.",
)  # fmt: skip
def twice(evidence: Evidence) -> Iterable[Seen]:
    marked = [store.name for store in stores(evidence) if _marked(store).lower() == "true"]
    for name in marked[1:]:
        yield Seen(
            object=f"Component/{name}",
            seen=f'actorStateStore is "true" here and in {marked[0]}.',
            fix=f"Keep one: take actorStateStore away from {name}, or delete it.",
            command=evidence.edit("Component", name),
        )


@rule(
    "component-scoped-away", "error", docs=SCOPES,
    why="A sidecar loads only Components without scopes, or with its own app-id among them.",
)  # fmt: skip
def scoped_away(evidence: Evidence) -> Iterable[Seen]:
    agent = evidence.agent_app
    for found in evidence.components:
        family = found.type.partition(".")[0]
        if family not in {"state", "pubsub"} or evidence.in_scope(found.scopes):
            continue
        others = [c for c in evidence.components if c.type.startswith(f"{family}.") and c is not found]
        served = any(evidence.in_scope(other.scopes) for other in others if other.name != found.name)
        if not served or not evidence.apps.intersection(found.scopes):
            yield Seen(
                object=f"Component/{found.name}",
                seen=f"scopes are {', '.join(found.scopes)}; the agent is {agent}.",
                fix=f"Add {agent} to its scopes.",
                command=evidence.edit("Component", found.name),
            )


@rule(
    "redis-host-elsewhere", "error", docs=NAMESPACED,
    why="Dapr's keys hold no namespace: two namespaces on one Redis share every actor and every event.",
)  # fmt: skip
def host_elsewhere(evidence: Evidence) -> Iterable[Seen]:
    for found in evidence.components:
        host = found.metadata.get("redisHost", "")
        home = _namespace_in(host, evidence.known) if isinstance(host, str) else ""
        if home and home != evidence.namespace:
            yield Seen(
                object=f"Component/{found.name}",
                seen=f"redisHost is {host}: a Service in the namespace {home}, not in {evidence.namespace}.",
                fix=f"Name the Redis of {evidence.namespace}.",
                command=evidence.edit("Component", found.name),
            )


def _namespace_in(host: str, known: frozenset[str]) -> str:
    """The namespace in a Service's DNS name, "" for any other host (Kubernetes docs: DNS for Services)."""
    parts = host.partition(":")[0].split(".")
    inside = len(parts) > 2 and parts[2] == "svc"
    return parts[1] if inside or (len(parts) == 2 and parts[1] in known) else ""


@rule(
    "key-prefix-useless", "warning", docs=KEYS,
    why="keyPrefix has no effect on the keys of actors: they are always app-id||type||id||key.",
)  # fmt: skip
def key_prefix(evidence: Evidence) -> Iterable[Seen]:
    for found in evidence.components:
        prefix = found.metadata.get("keyPrefix")
        if objects.is_actor_store(found) and prefix:
            yield Seen(
                object=f"Component/{found.name}",
                seen=f"keyPrefix is {prefix}.",
                fix="Give each namespace a Redis or a redisDB of its own instead.",
                command=evidence.edit("Component", found.name),
            )


@rule(
    "stream-unbounded", "warning", docs=REDIS_TOPIC,
    why="Dapr never deletes a delivered event: without a limit the stream grows until Redis is full.",
)  # fmt: skip
def unbounded(evidence: Evidence) -> Iterable[Seen]:
    for found in evidence.components:
        if found.type == "pubsub.redis" and not found.metadata.get("maxLenApprox"):
            yield Seen(
                object=f"Component/{found.name}",
                seen="It has no maxLenApprox.",
                fix='Set maxLenApprox, as "10000".',
                command=evidence.edit("Component", found.name),
            )
