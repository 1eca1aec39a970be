"""Whether namespaces are isolated, judged from where the marked probes of each were found. Pure.

Absence proves something only where presence would have shown: a probe that is not found in its own namespace,
or a place that could not be read, makes a check "not proven", never "apart".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

Surface = Literal["answer", "history", "state", "stream", "group", "received", "log"]
State = Literal["held", "apart", "leaked", "not proven"]
Verdict = Literal["isolated", "broken", "not proven"]
WayName = Literal["one-agent", "one-database", "one-actor", "one-topic", "unknown"]
Probe = tuple[str, int]

# Where a namespace's probes must not be found in another one; an "answer" is only ever its own.
SHARED: tuple[Surface, ...] = ("history", "state", "stream", "group", "received", "log")
SURFACES: tuple[Surface, ...] = ("answer", *SHARED)
TITLES: dict[Surface, str] = {
    "answer": "Same agent answers",
    "history": "History",
    "state": "State keys",
    "stream": "Stream entries",
    "group": "Consumer groups",
    "received": "Received events",
    "log": "Agent logs",
}
MARKS: dict[State, str] = {"held": "✓", "apart": "✓", "leaked": "✕", "not proven": "?"}
WORDS: dict[State, str] = {
    "held": "holds its own",
    "apart": "apart",
    "leaked": "leaked",
    "not proven": "not proven",
}
WAYS: dict[WayName, str] = {
    "one-agent": "one agent answers for both",
    "one-database": "they keep their state in one Redis database",
    "one-actor": "one actor answers for both",
    "one-topic": "they publish to one topic",
    "unknown": "a probe of one was found in the other",
}


@dataclass(frozen=True)
class Probes:
    """`count` messages to one actor id in each namespace; `marks` holds a text of each namespace's own."""

    actor_id: str
    marks: Mapping[str, str]
    count: int

    def all_of(self, namespace: str) -> frozenset[Probe]:
        return frozenset((namespace, number) for number in range(1, self.count + 1))

    @property
    def all(self) -> frozenset[Probe]:
        return frozenset().union(*map(self.all_of, self.marks))

    def text(self, probe: Probe) -> str:
        """What the probe says: found again by its mark, wherever it went."""
        namespace, number = probe
        return f"Isolation probe {number} of {namespace} {self._mark(probe)}"

    def _mark(self, probe: Probe) -> str:
        return f"{self.marks[probe[0]]}.{probe[1]}."

    def found_in(self, texts: Iterable[str]) -> frozenset[Probe]:
        """The probes that any of these texts names."""
        whole = "\n".join(texts)
        return frozenset(probe for probe in self.all if self._mark(probe) in whole)


@dataclass(frozen=True)
class Look:
    """What one reading in one namespace showed: the probes in it, and what was read in words.

    `failure` is why it could not be read, "" where it was.
    """

    found: frozenset[Probe] = frozenset()
    seen: str = ""
    failure: str = ""


NOT_READ = Look(failure="it was not read")


@dataclass(frozen=True)
class Sight:
    """All that was read in one namespace.

    `agents`, `server` (Redis' run_id) and `groups` are identities: what is equal in two namespaces is one and
    the same thing. "" and empty: not known.
    """

    namespace: str
    looks: Mapping[Surface, Look]
    agents: frozenset[str] = frozenset()
    server: str = ""
    database: int = 0
    address: str = ""
    groups: frozenset[str] = frozenset()

    def look(self, surface: Surface) -> Look:
        return self.looks.get(surface, NOT_READ)


@dataclass(frozen=True)
class Check:
    """One answer: are `origin`'s probes in `namespace`, looked for on one surface? `seen` is the evidence."""

    surface: Surface
    origin: str
    namespace: str
    state: State
    seen: str

    @property
    def mark(self) -> str:
        return f"{MARKS[self.state]} {WORDS[self.state]}"

    @property
    def pair(self) -> str:
        return self.origin if self.origin == self.namespace else f"{self.origin} in {self.namespace}"


@dataclass(frozen=True)
class Way:
    """By which way two namespaces are not isolated, and what to do about it."""

    name: WayName
    namespaces: tuple[str, str]
    words: str
    fix: str


@dataclass(frozen=True)
class Proof:
    """The judgement over `namespaces`. `notes` say what they share without breaking their isolation."""

    namespaces: tuple[str, ...]
    checks: tuple[Check, ...]
    ways: tuple[Way, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: tuple[Surface, ...] = field(default=())

    @property
    def verdict(self) -> Verdict:
        if self.ways:
            return "broken"
        proven = len(self.namespaces) > 1 and all(check.state != "not proven" for check in self.checks)
        return "isolated" if proven else "not proven"

    def pair(self, origin: str, namespace: str) -> State:
        """How `origin`'s probes stand in `namespace`, over all surfaces."""
        states = {c.state for c in self.checks if (c.origin, c.namespace) == (origin, namespace)}
        for state in ("leaked", "not proven"):
            if state in states:
                return state
        return "held" if origin == namespace else "apart"

    @property
    def sentence(self) -> str:
        """The verdict in one line."""
        names = listed(self.namespaces)
        without = f", {' and '.join(TITLES[s].lower() for s in self.left_out)} left out" * bool(self.left_out)
        if self.verdict == "broken":
            way = self.ways[0]
            return f"{listed(way.namespaces)} are not isolated: {WAYS[way.name]}.{_more(len(self.ways) - 1)}"
        if self.verdict == "isolated":
            return f"{names} are isolated: {len(self.checks)} checks, none found a leak{without}."
        open_checks = [check for check in self.checks if check.state == "not proven"]
        if not open_checks:
            return f"Not proven: {names} alone cannot be compared with another."
        first = open_checks[0]
        where = f"{TITLES[first.surface].lower()} of {first.namespace}"
        return f"Not proven for {names}: {where}: {first.seen}{_more(len(open_checks) - 1)}"


def listed(names: Sequence[str]) -> str:
    """ "prod, dev and test"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _more(count: int) -> str:
    return f" And {count} more." if count > 0 else ""


def judge(sights: Sequence[Sight], probes: Probes, *, left_out: Sequence[Surface] = ()) -> Proof:
    """Every check of every ordered pair, and by which way what leaked went."""
    surfaces = [surface for surface in SURFACES if surface not in left_out]
    checks = [
        _check(surface, origin, where, probes)
        for origin in sights
        for where in sights
        for surface in surfaces
        if surface != "answer" or origin is where
    ]
    leaks: dict[frozenset[str], set[Surface]] = {}
    for check in checks:
        if check.state == "leaked":
            leaks.setdefault(frozenset((check.origin, check.namespace)), set()).add(check.surface)
    pairs = list(combinations(sights, 2))
    return Proof(
        namespaces=tuple(sight.namespace for sight in sights),
        checks=tuple(checks),
        ways=tuple(
            way
            for left, right in pairs
            for way in _ways(left, right, leaks.get(frozenset((left.namespace, right.namespace)), set()))
        ),
        notes=tuple(note for left, right in pairs if (note := _note(left, right))),
        left_out=tuple(surface for surface in SURFACES if surface in left_out),
    )


def _check(surface: Surface, origin: Sight, where: Sight, probes: Probes) -> Check:
    def result(state: State, seen: str) -> Check:
        return Check(surface, origin.namespace, where.namespace, state, seen)

    look = where.look(surface)
    found = look.found & probes.all_of(origin.namespace)
    if origin is where:
        missing = probes.count - len(found)
        if look.failure or missing:
            return result(
                "not proven", look.failure or f"{missing} of its {probes.count} are missing. {look.seen}"
            )
        return result("held", look.seen)
    if surface == "group" and origin.groups & where.groups:
        return result("leaked", f"both read as one group: {', '.join(sorted(origin.groups & where.groups))}")
    if surface != "group" and found:
        return result("leaked", f"{len(found)} probes of {origin.namespace} are here. {look.seen}")
    for sight in (where, origin):
        own = sight.look(surface)
        if own.failure:
            return result("not proven", f"{sight.namespace}: {own.failure}")
        if not probes.all_of(sight.namespace) <= own.found:
            words = f"absence says nothing where {sight.namespace} does not hold its own."
            return result("not proven", f"{words} {look.seen}")
    return result("apart", look.seen)


def _same_database(left: Sight, right: Sight) -> bool:
    return bool(left.server) and (left.server, left.database) == (right.server, right.database)


def _note(left: Sight, right: Sight) -> str:
    if not left.server or left.server != right.server or _same_database(left, right):
        return ""
    return (
        f"{left.namespace} and {right.namespace} are databases {left.database} and {right.database} of one "
        f"Redis server (run_id {left.server}): apart in what they hold, not in memory, load and failure."
    )


def _ways(left: Sight, right: Sight, leaked: set[Surface]) -> list[Way]:
    """Identities first: they explain a leak wherever it shows; what is then left is told by where."""
    names = (left.namespace, right.namespace)
    both = " and ".join(names)
    ways: list[Way] = []
    if leaked and left.agents & right.agents and left.look("received").found == right.look("received").found:
        words = f"one agent answers for {both}: {', '.join(sorted(left.agents & right.agents))}."
        ways.append(Way("one-agent", names, words, "Give each namespace the address of its own agent."))
    if _same_database(left, right):
        ways.append(_one_database(left, right))
    if ways or not leaked:
        return ways
    if "history" in leaked:
        host = next((sight for sight in (left, right) if sight.look("state").found), left)
        return [_one_actor(names, host.namespace)]
    if leaked & {"stream", "group", "received"}:
        return [_one_topic(left, right)]
    where = ", ".join(TITLES[surface].lower() for surface in SURFACES if surface in leaked)
    words = f"probes of one of {both} were found in the other ({where}), by a way that is not known."
    return [Way("unknown", names, words, "Look at what forwards or replicates data between the two.")]


def _one_database(left: Sight, right: Sight) -> Way:
    both = f"{left.namespace} and {right.namespace}"
    named = f"{left.address} and {right.address}: one server under two names"
    where = named if left.address != right.address else left.address
    words = (
        f"{both} keep their state in one Redis database: {left.database} of run_id {left.server} ({where})."
    )
    fix = "Give each namespace a Redis of its own, or at least a redisDB of its own, in its Components."
    return Way("one-database", (left.namespace, right.namespace), words, fix)


def _one_actor(names: tuple[str, str], host: str) -> Way:
    words = (
        f"{' and '.join(names)} share their actors: one actor of {host} answers for both. Their sidecars use "
        "one placement without telling namespaces apart."
    )
    fix = "Run each sidecar with its own NAMESPACE (Kubernetes sets it), or give each a placement of its own."
    return Way("one-actor", names, words, fix)


def _one_topic(left: Sight, right: Sight) -> Way:
    names = (left.namespace, right.namespace)
    received = [sight.look("received").found for sight in (left, right)]
    split = not received[0] & received[1]
    how = (
        "share its consumer group: an event reaches only one of them"
        if split
        else "receive each other's events"
    )
    words = f"{' and '.join(names)} publish to one topic and {how}. Their state is apart."
    return Way("one-topic", names, words, "Let each namespace's pub/sub Component name its own Redis.")
