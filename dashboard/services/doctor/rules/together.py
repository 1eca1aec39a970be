"""What only shows when several namespaces are looked at together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from statistics import median

from dashboard.model.core.dapr import is_truthy
from dashboard.model.core.kubernetes import Component
from dashboard.services.doctor.evidence import Evidence
from dashboard.services.doctor.mends.components import redis_address, set_entry
from dashboard.services.doctor.rule import LIVE, Seen, rule_on_all
from dashboard.services.doctor.rules.components import NAMESPACED, REDIS_TOPIC, marked
from dashboard.services.doctor.rules.services import LOOPBACK, redis_host
from dashboard.services.doctor.unknown import UnknownError

APART_SECONDS = 5.0


def _groups(found: Iterable[tuple[Hashable, Evidence]]) -> Iterator[list[Evidence]]:
    shared: dict[Hashable, list[Evidence]] = defaultdict(list)
    for key, evidence in found:
        if evidence not in shared[key]:
            shared[key].append(evidence)
    yield from (several for several in shared.values() if len(several) > 1)


@rule_on_all(
    "store-shared", "error", docs=NAMESPACED,
    why="Dapr's keys hold no namespace: an actor id names one history for all who share a database.",
)  # fmt: skip
def store_shared(evidences: Sequence[Evidence]) -> Iterable[Seen]:
    live = [e for e in evidences if e.store_tells("run_id")]
    for several in _groups(((e.store.run_id, e.store.database), e) for e in live):
        first = several[0]
        for other in several[1:]:
            yield Seen(
                object="Component/statestore",
                seen=f"Its Redis {_where(other)} is that of {first.namespace} at {_where(first)}:"
                f" the same server (run_id {other.store.run_id[:12]}) and database {other.store.database}.",
                fix=f"Give {other.namespace} a Redis of its own, or another redisDB.",
                commands=_own_database(other, first),
                namespace=other.namespace,
            )
    yield from _same_address(
        [e for e in evidences if not (e.store_tells("run_id") or e.why_undeclared("Component"))]
    )
    unknown = [e.namespace for e in evidences if not e.store_tells("run_id") and e.origin != "files"]
    if unknown:
        raise UnknownError(f"The stores of {', '.join(unknown)} could not be asked who they are.")


def _where(evidence: Evidence) -> str:
    address = evidence.endpoint.redis if evidence.endpoint else None
    return f"{address.host}:{address.port}" if address else "unknown"


def _own_database(evidence: Evidence, other: Evidence) -> tuple[str, ...]:
    """Another database of the same server: the least that keeps two namespaces apart."""
    if evidence.why_undeclared("Component"):
        return ()
    taken = {_text(c, "redisDB") or "0" for e in (evidence, other) for c in e.redis_components}
    free = next(str(number) for number in range(1, 16) if str(number) not in taken)
    changed = (set_entry(evidence, c, "redisDB", free) for c in evidence.redis_components)
    return tuple(command for commands in changed for command in commands)


def _own_redis(evidence: Evidence, found: Component) -> tuple[str, ...]:
    """The Redis of this namespace, where it has one."""
    address = redis_address(evidence, redis_host(found)[0].partition(".")[0])
    return set_entry(evidence, found, "redisHost", address) if address else ()


def _stores(evidence: Evidence) -> Iterator[Component]:
    yield from (c for c in evidence.components if c.type == "state.redis" and is_truthy(marked(c)))


def _same_address(evidences: Sequence[Evidence]) -> Iterator[Seen]:
    """Stores at one address, of namespaces where the same app runs: another app has other keys."""
    found = [((*_address(e, c), app), e) for e in evidences for c in _stores(e) for app in e.apps]
    for several in _groups(key_and for key_and in found if key_and[0][0]):
        for other in several[1:]:
            if _names_another(other, evidences):
                continue  # redis-host-elsewhere says it
            yield Seen(
                object=f"Component/{next(_stores(other)).name}",
                seen=f"Its redisHost and redisDB are those of {several[0].namespace}.",
                fix=f"Give {other.namespace} a Redis of its own, or another redisDB.",
                commands=_own_database(other, several[0]),
                namespace=other.namespace,
            )


@rule_on_all(
    "redis-host-elsewhere", "error", docs=NAMESPACED,
    why="Dapr's keys hold no namespace: two namespaces on one Redis share every actor and every event.",
)  # fmt: skip
def host_elsewhere(evidences: Sequence[Evidence]) -> Iterable[Seen]:
    declared = [e for e in evidences if not e.why_undeclared("Component")]
    for evidence in declared:
        yield from _names_another(evidence, declared)


def _names_another(evidence: Evidence, evidences: Sequence[Evidence]) -> list[Seen]:
    """Its Components on the Redis that another namespace uses as its own."""
    return [
        Seen(
            object=f"Component/{found.name}",
            seen=f"redisHost is {_text(found, 'redisHost')}: a Service in the namespace {home.namespace}, "
            f"which uses it too, not in {evidence.namespace}.",
            fix=f"Name the Redis of {evidence.namespace}, or give it a redisDB of its own.",
            commands=_own_redis(evidence, found) or _own_database(evidence, home),
            namespace=evidence.namespace,
        )
        for found in evidence.redis_components
        for home in evidences
        if home is not evidence
        and _home(evidence, found) == home.namespace
        and _both_use(evidence, found, home)
    ]


def _both_use(evidence: Evidence, found: Component, home: Evidence) -> bool:
    """Whether a Component and one of its kind in `home` mean one database, for one app."""
    if found.type == "pubsub.redis" and "{" in _text(found, "consumerID"):
        return False
    same = (c for c in home.redis_components if c.type == found.type)
    return bool(evidence.apps & home.apps) and any(
        _address(home, other) == _address(evidence, found) for other in same
    )


def _text(found: Component, name: str) -> str:
    value = found.metadata.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _home(evidence: Evidence, found: Component) -> str:
    """The namespace of the Service that its redisHost names, "" for any other host."""
    name = _address(evidence, found)[0]
    return name.partition(".")[2] if name.count(".") == 1 else ""


def _address(evidence: Evidence, found: Component) -> tuple[str, str, str]:
    """One spelling for all names of a Service: "redis", "redis.dev" and "redis.dev.svc" are one in dev.

    ("", "", "") where it is on this machine, or not known.
    """
    name, port = redis_host(found)
    parts = name.split(".")
    if not name or name in LOOPBACK or "$" in name or "{" in name:
        return "", "", ""
    if not name.replace(".", "").isdigit() and ":" not in name:
        if len(parts) == 1:
            name = f"{name}.{evidence.namespace}"
        elif len(parts) > 2 and parts[2] == "svc":
            name = ".".join(parts[:2])
    return name, port or "6379", _text(found, "redisDB") or "0"


@rule_on_all(
    "consumer-group-shared", "error", docs=REDIS_TOPIC,
    why="Two namespaces in one consumer group share its events: each gets those that the other does not.",
)  # fmt: skip
def group_shared(evidences: Sequence[Evidence]) -> Iterable[Seen]:
    found = [(key, e) for e in evidences for key in _consumes(e)]
    for several in _groups(found):
        for other in several[1:]:
            key = next(key for key, e in found if e is other and (key, several[0]) in found)
            yield Seen(
                object=f"Group/{key[-1]}",
                seen=f"{other.namespace} and {several[0].namespace} read one Redis in the group {key[-1]}.",
                fix=f"Give {other.namespace} a Redis of its own, or a consumerID that names it.",
                commands=_own_database(other, several[0]),
                namespace=other.namespace,
            )
    unknown = [
        e.namespace for e in evidences if e.origin == "static" and not e.store_tells("run_id", "groups")
    ]
    if unknown:
        raise UnknownError(f"The groups of {', '.join(unknown)} could not be read.")


def _consumes(evidence: Evidence) -> Iterator[tuple[str, ...]]:
    """(server, database or address, group) of each topic broker that a namespace reads."""
    if evidence.origin == "static":
        told = evidence.store_tells("run_id", "groups")
        if told and evidence.app_id in {group for _, group in evidence.store.groups}:
            yield evidence.store.run_id, str(evidence.store.database), evidence.app_id
        return
    if evidence.why_undeclared("Component"):
        return
    state = {_text(c, "redisHost") for c in evidence.components if c.type == "state.redis"}
    for found in evidence.components:
        if found.type != "pubsub.redis":
            continue
        for app in evidence.apps:
            group = _text(found, "consumerID") or app
            if any(part in group for part in ("{namespace}", "{podName}", "{uuid}")):
                continue
            if evidence.store_tells("run_id") and _text(found, "redisHost") in state:
                yield evidence.store.run_id, _text(found, "redisDB") or "0", group
            elif _address(evidence, found)[0]:
                yield *_address(evidence, found), group


@rule_on_all(
    "clocks-apart", "warning", docs="operations/security/mtls/", on=LIVE,
    why="With clocks apart tokens and certificates are refused, and turns have no order.",
)  # fmt: skip
def clocks_apart(evidences: Sequence[Evidence]) -> Iterable[Seen]:
    clocks = [(e, part, ahead) for e in evidences for part, ahead in _clocks(e)]
    if not clocks:
        raise UnknownError("No agent and no store told its time.")
    middle = median([0.0, *(ahead for _, _, ahead in clocks)])
    for evidence, part, ahead in clocks:
        apart = ahead - middle
        if abs(apart) > APART_SECONDS:
            yield Seen(
                object=f"Part/{part}",
                seen=f"Its clock is {abs(apart):,.0f} s {'ahead of' if apart > 0 else 'behind'} the others.",
                fix="Let the node's clock be set by NTP.",
                commands=("timedatectl set-ntp true",),
                namespace=evidence.namespace,
            )


def _clocks(evidence: Evidence) -> Iterator[tuple[str, float]]:
    if evidence.store_tells("clock"):
        yield "store", evidence.store.clock
    if evidence.told_agent and evidence.told_agent.clock is not None:
        yield "agent", evidence.told_agent.clock
