"""Whether namespaces are isolated, judged from where the marked probes of each were found. Pure.

Absence proves something only where presence would have shown: a probe that is not found in its own namespace,
or a place that could not be read, makes a check "not proven", never "apart".
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from dashboard.model.isolation.proof import (
    SURFACES,
    TITLES,
    Check,
    CheckState,
    LeakPath,
    Observations,
    Probes,
    Proof,
    Surface,
)


def judge(observed: Sequence[Observations], probes: Probes, *, left_out: Sequence[Surface] = ()) -> Proof:
    """Every check of every ordered pair, and by which way what leaked went."""
    surfaces = [surface for surface in SURFACES if surface not in left_out]
    checks = [
        _check(surface, origin, where, probes)
        for origin in observed
        for where in observed
        for surface in surfaces
        if surface != "answer" or origin is where
    ]
    leaks: dict[frozenset[str], set[Surface]] = {}
    for check in checks:
        if check.state == "leaked":
            leaks.setdefault(frozenset((check.origin, check.namespace)), set()).add(check.surface)
    pairs = list(combinations(observed, 2))
    return Proof(
        namespaces=tuple(each.namespace for each in observed),
        checks=tuple(checks),
        ways=tuple(
            way
            for left, right in pairs
            for way in _ways(left, right, leaks.get(frozenset((left.namespace, right.namespace)), set()))
        ),
        notes=tuple(note for left, right in pairs if (note := _note(left, right))),
        left_out=tuple(surface for surface in SURFACES if surface in left_out),
    )


def _check(surface: Surface, origin: Observations, where: Observations, probes: Probes) -> Check:
    def result(state: CheckState, seen: str) -> Check:
        return Check(
            surface=surface, origin=origin.namespace, namespace=where.namespace, state=state, seen=seen
        )

    observation = where.of(surface)
    found = observation.found & probes.all_of(origin.namespace)
    if origin is where:
        missing = probes.count - len(found)
        if observation.failure or missing:
            return result(
                "not proven",
                observation.failure or f"{missing} of its {probes.count} are missing. {observation.seen}",
            )
        return result("held", observation.seen)
    if surface == "group" and origin.groups & where.groups:
        return result("leaked", f"both read as one group: {', '.join(sorted(origin.groups & where.groups))}")
    if surface != "group" and found:
        return result("leaked", f"{len(found)} probes of {origin.namespace} are here. {observation.seen}")
    for each in (where, origin):
        own = each.of(surface)
        if own.failure:
            return result("not proven", f"{each.namespace}: {own.failure}")
        if not probes.all_of(each.namespace) <= own.found:
            words = f"absence says nothing where {each.namespace} does not hold its own."
            return result("not proven", f"{words} {observation.seen}")
    return result("apart", observation.seen)


def _same_database(left: Observations, right: Observations) -> bool:
    return bool(left.server) and (left.server, left.database) == (right.server, right.database)


def _note(left: Observations, right: Observations) -> str:
    if not left.server or left.server != right.server or _same_database(left, right):
        return ""
    return (
        f"{left.namespace} and {right.namespace} are databases {left.database} and {right.database} of one "
        f"Redis server (run_id {left.server}): apart in what they hold, not in memory, load and failure."
    )


def _ways(left: Observations, right: Observations, leaked: set[Surface]) -> list[LeakPath]:
    """Identities first: they explain a leak wherever it shows; what is then left is told by where."""
    names = (left.namespace, right.namespace)
    both = " and ".join(names)
    ways: list[LeakPath] = []
    if leaked and left.agents & right.agents and left.of("received").found == right.of("received").found:
        words = f"one agent answers for {both}: {', '.join(sorted(left.agents & right.agents))}."
        ways.append(LeakPath("one-agent", names, words, "Give each namespace the address of its own agent."))
    if _same_database(left, right):
        ways.append(_one_database(left, right))
    if ways or not leaked:
        return ways
    if "history" in leaked:
        host = next((each for each in (left, right) if each.of("state").found), left)
        return [_one_actor(names, host.namespace)]
    if leaked & {"stream", "group", "received"}:
        return [_one_topic(left, right)]
    where = ", ".join(TITLES[surface].lower() for surface in SURFACES if surface in leaked)
    words = f"probes of one of {both} were found in the other ({where}), by a way that is not known."
    return [LeakPath("unknown", names, words, "Look at what forwards or replicates data between the two.")]


def _one_database(left: Observations, right: Observations) -> LeakPath:
    both = f"{left.namespace} and {right.namespace}"
    named = f"{left.address} and {right.address}: one server under two names"
    where = named if left.address != right.address else left.address
    words = (
        f"{both} keep their state in one Redis database: {left.database} of run_id {left.server} ({where})."
    )
    fix = "Give each namespace a Redis of its own, or at least a redisDB of its own, in its Components."
    return LeakPath("one-database", (left.namespace, right.namespace), words, fix)


def _one_actor(names: tuple[str, str], host: str) -> LeakPath:
    words = (
        f"{' and '.join(names)} share their actors: one actor of {host} answers for both. Their sidecars use "
        "one placement without telling namespaces apart."
    )
    fix = "Run each sidecar with its own NAMESPACE (Kubernetes sets it), or give each a placement of its own."
    return LeakPath("one-actor", names, words, fix)


def _one_topic(left: Observations, right: Observations) -> LeakPath:
    names = (left.namespace, right.namespace)
    received = [each.of("received").found for each in (left, right)]
    split = not received[0] & received[1]
    how = (
        "share its consumer group: an event reaches only one of them"
        if split
        else "receive each other's events"
    )
    words = f"{' and '.join(names)} publish to one topic and {how}. Their state is apart."
    return LeakPath("one-topic", names, words, "Let each namespace's pub/sub Component name its own Redis.")
