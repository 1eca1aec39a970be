"""The logs of several namespaces: which there are, the newest lines of each, and what is new since."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby

from dashboard.model.chat import Failure
from dashboard.model.errors import NotThere
from dashboard.model.logs import Filter, Log, LogLine, Source, Told, fresh, interleaved
from dashboard.services.side_by_side import each
from dashboard.services.workspace import Workspace

MOST_LINES = 5000
# How far a follower reaches back for what came between two looks.
MOST_BETWEEN = 50_000
# Replicas and nodes have clocks of their own: a line may come later than one with a later time.
LATE_SECONDS = 10.0


@dataclass(frozen=True)
class Gap:
    """What a follower left out of a log: more than `MOST_BETWEEN` lines came between two looks.

    It is what was written between two moments in Unix seconds, None where they are not known.
    """

    name: str
    after: float | None
    until: float | None


@dataclass(frozen=True)
class Found:
    """The lines of all that answered, by time, and why the others did not.

    `failures` are by `Source.name`, with the replica where it is one of several; `older` names the logs of
    which older lines were not looked at; `gaps` are what a follower could not keep up with.
    """

    told: tuple[Told, ...]
    failures: Mapping[str, Failure] = field(default_factory=dict)
    older: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


def left_out(gap: Gap) -> str:
    """A gap in words."""
    ends = (gap.after, gap.until)
    words = " and ".join("?" if at is None else datetime.fromtimestamp(at, UTC).isoformat() for at in ends)
    return f"more than {MOST_BETWEEN:,} lines came at once; those between {words} are left out"


def sources(
    workspace: Workspace, namespaces: Sequence[str] = (), parts: Sequence[str] = ()
) -> tuple[Source, ...]:
    """The logs that are wanted, all of them where nothing is named; raises `NotThere` where that is none.

    A namespace that is named but unknown is among them, so that its reading says so.
    """
    known = [Source(namespace, part) for namespace, part in workspace.cluster.logged()]
    missing = [name for name in namespaces if name not in {source.namespace for source in known}]
    known += [Source(name, part) for name in missing for part in parts or ("agent", "sidecar")]
    found = tuple(
        source
        for source in known
        if (not namespaces or source.namespace in namespaces) and (not parts or source.part in parts)
    )
    if not found:
        what = f"log of {', '.join(parts)}" if parts else "log"
        raise NotThere(f"There is no {what} here yet.", hint=workspace.cluster.why_down(""))
    return found


def read(workspace: Workspace, source: Source, *, since: float | None, lines: int) -> Log:
    """The newest lines of one log since a moment (Unix seconds)."""
    return workspace.cluster.logs(source.namespace, source.part, since=since, lines=lines)


def newest(
    workspace: Workspace, wanted: Sequence[Source], chosen: Filter, *, since: float | None, lines: int
) -> Found:
    """The newest `lines` of each log that pass the filter, among its newest `MOST_LINES`."""
    depth = lines if chosen == Filter() else max(lines, MOST_LINES)
    logs, failures = _read_all(workspace, dict.fromkeys(wanted, since), depth)
    return _cut(logs, failures, chosen, lines)


class Follower:
    """Several logs from their newest lines on; not thread-safe."""

    def __init__(
        self, workspace: Workspace, wanted: Sequence[Source], chosen: Filter, *, since: float | None
    ) -> None:
        self._workspace = workspace
        self._filter = chosen
        self._since = dict.fromkeys(wanted, since)
        self._windows: dict[Source, tuple[LogLine, ...]] = {}

    def newest(self, lines: int) -> Found:
        """Where to begin: as the function of that name."""
        logs, failures = _read_all(self._workspace, self._since, MOST_LINES)
        began = time.time() - LATE_SECONDS
        for source in self._since.keys() - logs.keys():
            self._since[source], self._windows[source] = began, ()
        self._go_on(logs)
        return _cut(logs, failures, self._filter, lines)

    def more(self) -> Found:
        """The lines that came since the last look."""
        # As many lines each time: a window never begins before the one it is compared with.
        logs, failures = _read_all(self._workspace, self._since, MOST_LINES)
        behind = {s: self._since[s] for s, log in logs.items() if _apart(self._windows[s], log)}
        logs |= _read_all(self._workspace, behind, MOST_BETWEEN)[0]
        gaps = [
            _gap(s, name, self._windows[s], log)
            for s, log in logs.items()
            for name in _apart(self._windows[s], log)
        ]
        new = {source: self._filter.of(lines) for source, lines in self._go_on(logs).items()}
        return Found(interleaved(new), failures, gaps=tuple(gaps))

    def _go_on(self, logs: Mapping[Source, Log]) -> dict[Source, tuple[LogLine, ...]]:
        """What is new; a window keeps what may be read once more."""
        found: dict[Source, tuple[LogLine, ...]] = {}
        for source, log in logs.items():
            before = self._windows.get(source, ())
            found[source] = _new(before, log.lines)
            newest = max((line.at for line in log.lines if line.at is not None), default=None)
            if newest is not None and not log.unread:  # a replica that is back is told from where it was left
                self._since[source] = max(self._since[source] or 0.0, newest - LATE_SECONDS)
            since = self._since[source] or 0.0
            kept = (line for line in (*before, *found[source]) if line.at is not None and line.at >= since)
            self._windows[source] = tuple(kept) or log.lines
        return found


def _cut(logs: Mapping[Source, Log], failures: Mapping[str, Failure], chosen: Filter, lines: int) -> Found:
    kept = {source: chosen.of(log.lines)[-lines:] if lines else () for source, log in logs.items()}
    return Found(interleaved(kept), failures, tuple(source.name for source, log in logs.items() if log.older))


def _new(before: Sequence[LogLine], now: Sequence[LogLine]) -> tuple[LogLine, ...]:
    """What is new in any replica: each has an order of its own."""
    old = _by_replica(before)
    return tuple(line for name, lines in _by_replica(now).items() for line in fresh(old.get(name, ()), lines))


def _by_replica(lines: Sequence[LogLine]) -> dict[str, list[LogLine]]:
    ordered = sorted(lines, key=lambda line: line.replica)
    return {name: list(group) for name, group in groupby(ordered, key=lambda line: line.replica)}


def _apart(before: Sequence[LogLine], log: Log) -> frozenset[str]:
    """The replicas of which lines may have come that neither window has."""
    known = {(line.replica, line.at, line.raw) for line in before}
    return log.older - {line.replica for line in log.lines if (line.replica, line.at, line.raw) in known}


def _gap(source: Source, replica: str, before: Sequence[LogLine], log: Log) -> Gap:
    last = max((line.at or 0.0 for line in before if line.replica == replica), default=None)
    first = min((line.at or 0.0 for line in log.lines if line.replica == replica), default=None)
    return Gap(f"{source.name} {replica}".strip(), last, first)


def _read_all(
    workspace: Workspace, since: Mapping[Source, float | None], lines: int
) -> tuple[dict[Source, Log], dict[str, Failure]]:
    by_name = {source.name: source for source in since}
    outcomes = each(
        list(by_name),
        lambda name: read(workspace, by_name[name], since=since[by_name[name]], lines=lines),
        deadline=workspace.deadline,
    )
    logs: dict[Source, Log] = {}
    failures: dict[str, Failure] = {}
    for outcome in outcomes:
        if outcome.value is not None:
            logs[by_name[outcome.namespace]] = outcome.value
            unread = outcome.value.unread.items()
            failures |= {f"{outcome.namespace} {replica}": failure for replica, failure in unread}
        elif outcome.failure:
            failures[outcome.namespace] = outcome.failure
    return {source: logs[source] for source in since if source in logs}, failures
