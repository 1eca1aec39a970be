"""What a proof of isolation is made of: probes, where each was looked for, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Surface = Literal["answer", "history", "state", "stream", "group", "received", "log"]
CheckState = Literal["held", "apart", "leaked", "not proven"]
ProofVerdict = Literal["isolated", "broken", "not proven"]
LeakKind = Literal["one-agent", "one-database", "one-actor", "one-topic", "unknown"]
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
MARKS: dict[CheckState, str] = {"held": "✓", "apart": "✓", "leaked": "✕", "not proven": "?"}
WORDS: dict[CheckState, str] = {
    "held": "holds its own",
    "apart": "apart",
    "leaked": "leaked",
    "not proven": "not proven",
}
LEAKS: dict[LeakKind, str] = {
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
class Observation:
    """What one reading in one namespace showed: the probes in it, and what was read in words.

    `failure` is why it could not be read, "" where it was.
    """

    found: frozenset[Probe] = frozenset()
    seen: str = ""
    failure: str = ""


NOT_READ = Observation(failure="it was not read")


@dataclass(frozen=True, kw_only=True)
class Observations:
    """All that was read in one namespace.

    `agents`, `server` (Redis' run_id) and `groups` are identities: what is equal in two namespaces is one and
    the same thing. "" and empty: not known.
    """

    namespace: str
    by_surface: Mapping[Surface, Observation]
    agents: frozenset[str] = frozenset()
    server: str = ""
    database: int = 0
    address: str = ""
    groups: frozenset[str] = frozenset()

    def of(self, surface: Surface) -> Observation:
        return self.by_surface.get(surface, NOT_READ)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One answer: are `origin`'s probes in `namespace`, looked for on one surface? `seen` is the evidence."""

    surface: Surface
    origin: str
    namespace: str
    state: CheckState
    seen: str

    @property
    def mark(self) -> str:
        return f"{MARKS[self.state]} {WORDS[self.state]}"

    @property
    def pair(self) -> str:
        return self.origin if self.origin == self.namespace else f"{self.origin} in {self.namespace}"


@dataclass(frozen=True)
class LeakPath:
    """By which way two namespaces are not isolated, and what to do about it."""

    name: LeakKind
    namespaces: tuple[str, str]
    words: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The judgement over `namespaces`. `notes` say what they share without breaking their isolation."""

    namespaces: tuple[str, ...]
    checks: tuple[Check, ...]
    ways: tuple[LeakPath, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: tuple[Surface, ...] = field(default=())

    @property
    def verdict(self) -> ProofVerdict:
        if self.ways:
            return "broken"
        proven = len(self.namespaces) > 1 and all(check.state != "not proven" for check in self.checks)
        return "isolated" if proven else "not proven"

    def pair(self, origin: str, namespace: str) -> CheckState:
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
            return f"{listed(way.namespaces)} are not isolated: {LEAKS[way.name]}.{_more(len(self.ways) - 1)}"
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
