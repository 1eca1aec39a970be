"""Components: which store actors use, and what is set there in vain."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.model.core import kubernetes as objects
from dashboard.model.core.dapr import FALSE, is_truthy
from dashboard.model.core.kubernetes import Component
from dashboard.services.doctor.evidence import Evidence, named
from dashboard.services.doctor.facts import component_types
from dashboard.services.doctor.mends import mounts
from dashboard.services.doctor.mends.components import apply, on_redis, reloaded, set_entry
from dashboard.services.doctor.rule import Seen, rule
from dashboard.services.doctor.unknown import UnknownError

STORE = "state."
ACTORS = "developing-applications/building-blocks/actors/howto-actors/"
NAMESPACED = "developing-applications/building-blocks/actors/namespaced-actors/"
SCOPES = "operations/components/component-scopes/"
KEYS = "reference/api/state_api/#key-scheme"
REDIS_STORE = "reference/components-reference/supported-state-stores/setup-redis/"
REDIS_TOPIC = "reference/components-reference/supported-pubsub/setup-redis-pubsub/"
MARK = {"name": "actorStateStore", "value": "true"}


def stores(evidence: Evidence, app_id: str) -> tuple[Component, ...]:
    """State stores that an app may use."""
    return tuple(
        found
        for found in evidence.components
        if found.type.startswith(STORE) and evidence.in_scope(found.scopes, app_id)
    )


def marked(found: Component) -> str:
    """What it says of keeping actors."""
    value = found.metadata.get("actorStateStore", "")
    return value if isinstance(value, str) else "a secret"


def edit(evidence: Evidence, found: Component) -> tuple[str, ...]:
    return (evidence.edit("Component", found.name),)


@rule(
    "actor-state-store-missing", "error", docs=ACTORS,
    why="Dapr hosts no actor without a state store that is marked for actors: each call fails.",
)  # fmt: skip
def missing(evidence: Evidence) -> Iterable[Seen]:
    for app_id in evidence.hosts:
        if stores(evidence, app_id):
            continue
        if evidence.origin == "files" and not evidence.components:
            raise UnknownError("No Component is among the files of this namespace.")
        yield Seen(
            object="Component/statestore",
            seen=f"No Component of type state.* in {evidence.namespace} is in scope of {app_id}.",
            fix='Declare one of type state.redis with actorStateStore "true" in this namespace.',
            commands=_declared(evidence, app_id),
        )


def _declared(evidence: Evidence, app_id: str) -> tuple[str, ...]:
    """What is mounted as a file is meant; else a store that others use; else a new one."""
    mounted = [app for app in evidence.dapr_apps if app.app_id == app_id and not evidence.components]
    applied = [command for app in mounted for command in mounts.applied(evidence, app.item)]
    if applied:
        return (*applied, *reloaded(evidence))
    there = next((c for c in evidence.components if c.type.startswith(STORE)), None)
    if there:
        scopes = {"scopes": [*there.scopes, app_id]}
        return (evidence.patch("Component", there.name, scopes), *reloaded(evidence, (app_id,)))
    made = on_redis(evidence, "statestore", "state.redis", **{MARK["name"]: MARK["value"]})
    return (apply(evidence, made, _host(evidence, app_id)), *reloaded(evidence)) if made else ()


def _host(evidence: Evidence, app_id: str) -> str:
    return next((named(app.item) for app in evidence.dapr_apps if app.app_id == app_id), "")


@rule(
    "actor-state-store-not-true", "error", docs=REDIS_STORE,
    why='Only a store whose actorStateStore is true ("true", "yes", "on", "1") keeps actors: without one '
    "each call fails.",
)  # fmt: skip
def not_true(evidence: Evidence) -> Iterable[Seen]:
    for app_id in evidence.hosts:
        found = stores(evidence, app_id)
        if not any(is_truthy(marked(store)) for store in found):
            # One of them is enough: two for actors are a mistake of their own.
            yield from (_unmarked(evidence, store) for store in sorted(found, key=_likely)[:1])


def _likely(store: Component) -> bool:
    return store.type != "state.redis"


def _unmarked(evidence: Evidence, store: Component) -> Seen:
    said = marked(store)
    return Seen(
        object=f"Component/{store.name}",
        seen=f'actorStateStore is "{said}".' if said else "It has no actorStateStore.",
        fix='Set actorStateStore to "true".',
        commands=set_entry(evidence, store, MARK["name"], MARK["value"]),
    )


@rule(
    "actor-state-store-odd", "warning", docs=REDIS_STORE, each="components",
    why="What Dapr does not take for true counts as false, without a word.",
)  # fmt: skip
def odd(evidence: Evidence, found: Component) -> Iterable[Seen]:
    said = marked(found)
    others = [c for c in evidence.components if c.type.startswith(STORE) and is_truthy(marked(c))]
    meant = "false" if others else "true"
    if found.type.startswith(STORE) and not is_truthy(said) and said.strip().lower() not in FALSE:
        yield Seen(
            object=f"Component/{found.name}",
            seen=f'actorStateStore is "{said}".',
            fix=f'Write "{meant}".',
            commands=set_entry(evidence, found, MARK["name"], meant),
        )


@rule(
    "actor-state-store-twice", "error", docs=ACTORS,
    why="A namespace may have one store for actors: daprd stops at the second, or keeps actors in either.",
)  # fmt: skip
def twice(evidence: Evidence) -> Iterable[Seen]:
    found = [c for c in evidence.components if c.type.startswith(STORE) and is_truthy(marked(c))]
    for number, other in enumerate(found[1:], 1):
        for first in found[:number]:
            if first.name == other.name or not _meet(evidence, first, other):
                continue
            if not evidence.beside(f"Component/{first.name}", f"Component/{other.name}"):
                raise UnknownError(
                    f"{first.name} and {other.name} are in two folders, which may not be applied together."
                )
            yield Seen(
                object=f"Component/{other.name}",
                seen=f"actorStateStore is true here and in {first.name}.",
                fix=f"Keep one: take actorStateStore away from {other.name}, or delete it.",
                commands=set_entry(evidence, other, MARK["name"], None),
            )
            break


def _meet(evidence: Evidence, one: Component, other: Component) -> bool:
    """Whether one app loads both."""
    if not one.scopes or not other.scopes:
        return True
    return bool(set(one.scopes) & set(other.scopes))


@rule(
    "actor-state-store-unfit", "error", docs="reference/components-reference/supported-state-stores/",
    each="components",
    why="Actors need a store with transactions that outlives their pod.",
)  # fmt: skip
def unfit(evidence: Evidence, found: Component) -> Iterable[Seen]:
    if not found.type.startswith(STORE) or not is_truthy(marked(found)):
        return
    told = component_types().get(found.type)
    if found.type == "state.in-memory":
        several = [app.name for app in evidence.dapr_apps if app.replicas > 1]
        yield Seen(
            object=f"Component/{found.name}",
            seen="Its state is in the memory of each sidecar"
            + (f", and {', '.join(several)} has several." if several else "."),
            fix="Use a store of its own, as state.redis.",
            commands=_on_redis(evidence, found),
            severity="error" if several else "warning",
        )
    elif told and told.actors is False:
        yield Seen(
            object=f"Component/{found.name}",
            seen=f"{found.type} has no transactions: daprd refuses to keep actors in it.",
            fix="Use a store that has them, as state.redis.",
            commands=_on_redis(evidence, found),
        )


def _on_redis(evidence: Evidence, found: Component) -> tuple[str, ...]:
    """It as a store on this namespace's Redis, where that is known."""
    made = on_redis(evidence, found.name, "state.redis", **{MARK["name"]: MARK["value"]})
    if made is None:
        return edit(evidence, found)
    patch = {"spec": made["spec"], "auth": made["auth"]}
    return (evidence.patch("Component", found.name, patch), *reloaded(evidence, found.scopes))


@rule(
    "component-scoped-away", "error", docs=SCOPES, each="components",
    why="A sidecar loads only Components without scopes, or with its own app-id among them.",
)  # fmt: skip
def scoped_away(evidence: Evidence, found: Component) -> Iterable[Seen]:
    family = found.type.partition(".")[0]
    if family not in {"state", "pubsub"} or not evidence.apps or evidence.is_loaded(found.scopes):
        return
    hosts = [app_id for app_id in evidence.apps if app_id == evidence.app_id] or sorted(evidence.apps)
    others = (c for c in evidence.components if c.type.startswith(f"{family}.") and c.name != found.name)
    if any(evidence.is_loaded(other.scopes) for other in others) and evidence.origin == "files":
        return
    if evidence.origin == "files" and evidence.app_id not in evidence.apps:
        raise UnknownError(f"The apps in its scopes ({', '.join(found.scopes)}) are not among the files.")
    yield Seen(
        object=f"Component/{found.name}",
        seen=f"scopes are {', '.join(found.scopes)}; the apps here are {', '.join(sorted(evidence.apps))}.",
        fix=f"Add {hosts[0]} to its scopes.",
        commands=(
            evidence.patch("Component", found.name, {"scopes": [*found.scopes, hosts[0]]}),
            *reloaded(evidence, (hosts[0],)),
        ),
    )


@rule(
    "key-prefix-useless", "warning", docs=KEYS, each="components",
    why="keyPrefix has no effect on the keys of actors: they are always app-id||type||id||key.",
)  # fmt: skip
def key_prefix(evidence: Evidence, found: Component) -> Iterable[Seen]:
    prefix = found.metadata.get("keyPrefix")
    if objects.is_actor_store(found) and prefix:
        yield Seen(
            object=f"Component/{found.name}",
            seen=f"keyPrefix is {prefix if isinstance(prefix, str) else 'from a secret'}.",
            fix="Give each namespace a Redis or a redisDB of its own instead.",
            commands=set_entry(evidence, found, "keyPrefix", None),
        )


@rule(
    "stream-unbounded", "warning", docs=REDIS_TOPIC, each="components",
    why="Dapr never deletes a delivered event: without a limit the stream grows until Redis is full.",
)  # fmt: skip
def unbounded(evidence: Evidence, found: Component) -> Iterable[Seen]:
    limits = ("maxLenApprox", "streamTTL")
    if found.type == "pubsub.redis" and not any(found.metadata.get(name) for name in limits):
        yield Seen(
            object=f"Component/{found.name}",
            seen="It has no maxLenApprox.",
            fix='Set maxLenApprox, as "10000".',
            commands=set_entry(evidence, found, "maxLenApprox", "10000"),
        )
