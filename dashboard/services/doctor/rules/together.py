"""What only shows when several namespaces are looked at together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from statistics import median

from dashboard.services.doctor.evidence import Evidence, UnknownError
from dashboard.services.doctor.rule import LIVE, Seen, rule_on_all
from dashboard.services.doctor.rules.components import NAMESPACED, REDIS_TOPIC

APART_SECONDS = 5.0
LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}


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
    live = [e for e in evidences if e.told_store]
    for several in _groups(((e.store.run_id, e.store.database), e) for e in live):
        first = several[0]
        for other in several[1:]:
            yield Seen(
                object="Component/statestore",
                seen=f"Its Redis {_where(other)} is that of {first.namespace} at {_where(first)}:"
                f" the same server (run_id {other.store.run_id[:12]}) and database {other.store.database}.",
                fix=f"Give {other.namespace} a Redis of its own, or another redisDB.",
                command=other.edit("Component", "statestore"),
                namespace=other.namespace,
            )
    declared = [e for e in evidences if not (e.told_store or e.why_undeclared("Component"))]
    yield from _same_address(declared)
    unknown = [e.namespace for e in evidences if not e.told_store and e.origin != "files"]
    if unknown:
        raise UnknownError(f"The stores of {', '.join(unknown)} could not be asked who they are.")


def _where(evidence: Evidence) -> str:
    address = evidence.endpoint.redis if evidence.endpoint else None
    return f"{address.host}:{address.port}" if address else "unknown"


def _same_address(evidences: Sequence[Evidence]) -> Iterator[Seen]:
    addresses = [
        (address, e)
        for e in evidences
        for c in e.components
        if c.metadata.get("actorStateStore")
        for address in [
            _address(e, str(c.metadata.get("redisHost", "")), str(c.metadata.get("redisDB", "0")))
        ]
    ]
    for several in _groups(addresses):
        for other in several[1:]:
            yield Seen(
                object="Component/statestore",
                seen=f"Its redisHost and redisDB are those of {several[0].namespace}.",
                fix=f"Give {other.namespace} a Redis of its own, or another redisDB.",
                command=other.edit("Component", "statestore"),
                namespace=other.namespace,
            )


def _address(evidence: Evidence, host: str, database: str) -> tuple[str, str, str]:
    """One spelling for all names of a Service: "redis", "redis.dev" and "redis.dev.svc" are one in dev."""
    name, _, port = host.partition(":")
    parts = name.split(".")
    if name not in LOCAL_HOSTS and not name.replace(".", "").isdigit():
        if len(parts) == 1:
            name = f"{name}.{evidence.namespace}"
        elif len(parts) > 2 and parts[2] == "svc":
            name = ".".join(parts[:2])
    return name, port or "6379", database


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
                command=other.topics_cli("XINFO GROUPS user-chat") if other.told_store else "",
                namespace=other.namespace,
            )


def _consumes(evidence: Evidence) -> Iterator[tuple[str, ...]]:
    """(server, database or address, group) of each topic broker that a namespace reads."""
    if evidence.origin == "static":
        if evidence.told_store and evidence.app_id in {group for _, group in evidence.told_store.groups}:
            yield evidence.store.run_id, str(evidence.store.database), evidence.app_id
        return
    if evidence.why_undeclared("Component"):
        return
    components = evidence.components
    state = {str(c.metadata.get("redisHost")) for c in components if c.type == "state.redis"}
    for found in components:
        if found.type != "pubsub.redis":
            continue
        host, database = str(found.metadata.get("redisHost", "")), str(found.metadata.get("redisDB", "0"))
        group = str(found.metadata.get("consumerID") or evidence.app_id)
        if "{namespace}" in group or "{podName}" in group or "{uuid}" in group:
            continue
        if evidence.told_store and host in state:
            yield evidence.store.run_id, database, group
        else:
            yield *_address(evidence, host, database), group


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
                command="timedatectl status",
                namespace=evidence.namespace,
            )


def _clocks(evidence: Evidence) -> Iterator[tuple[str, float]]:
    if evidence.told_store:
        yield "store", evidence.told_store.clock
    if evidence.told_agent and evidence.told_agent.clock is not None:
        yield "agent", evidence.told_agent.clock
