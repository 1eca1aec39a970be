"""The logs of several namespaces: which there are, the newest lines of each, and what is new since."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from dashboard.model.chat import Failure
from dashboard.model.errors import NotThere
from dashboard.model.logs import Filter, LogLine, Source, Told, fresh, interleaved
from dashboard.services.side_by_side import each
from dashboard.services.workspace import Workspace

MOST_LINES = 5000
# Replicas and nodes have clocks of their own: a line may come later than one with a later time.
LATE_SECONDS = 10.0


@dataclass(frozen=True)
class Found:
    """The lines of all that answered, by time, and why the others did not, by `Source.name`."""

    told: tuple[Told, ...]
    failures: Mapping[str, Failure] = field(default_factory=dict)


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


def read(workspace: Workspace, source: Source, *, since: float | None, lines: int) -> tuple[LogLine, ...]:
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
        logs, failures = self._look()
        began = time.time() - LATE_SECONDS
        for source in self._since.keys() - logs.keys():
            self._since[source], self._windows[source] = began, ()
        return _cut(logs, failures, self._filter, lines)

    def more(self) -> Found:
        """The lines that came since the last look."""
        logs, failures = self._look()
        return Found(interleaved({source: self._filter.of(new) for source, new in logs.items()}), failures)

    def _look(self) -> tuple[dict[Source, tuple[LogLine, ...]], dict[str, Failure]]:
        """What is new; a window keeps what may be read once more."""
        # As many lines each time: a window never begins before the one it is compared with.
        logs, failures = _read_all(self._workspace, self._since, MOST_LINES)
        found: dict[Source, tuple[LogLine, ...]] = {}
        for source, lines in logs.items():
            before = self._windows.get(source, ())
            found[source] = _new(before, lines)
            newest = max((line.at for line in lines if line.at is not None), default=None)
            if newest is not None:
                self._since[source] = max(self._since[source] or 0.0, newest - LATE_SECONDS)
            since = self._since[source] or 0.0
            kept = (line for line in (*before, *found[source]) if line.at is not None and line.at >= since)
            self._windows[source] = tuple(kept) or lines
        return found, failures


def _cut(
    logs: Mapping[Source, Sequence[LogLine]], failures: Mapping[str, Failure], chosen: Filter, lines: int
) -> Found:
    kept = {source: chosen.of(found)[-lines:] if lines else () for source, found in logs.items()}
    return Found(interleaved(kept), failures)


def _new(before: Sequence[LogLine], now: Sequence[LogLine]) -> tuple[LogLine, ...]:
    """What is new in any replica: each has an order of its own."""
    old = _by_replica(before)
    return tuple(line for name, lines in _by_replica(now).items() for line in fresh(old.get(name, ()), lines))


def _by_replica(lines: Sequence[LogLine]) -> dict[str, list[LogLine]]:
    ordered = sorted(lines, key=lambda line: line.replica)
    return {name: list(group) for name, group in groupby(ordered, key=lambda line: line.replica)}


def _read_all(
    workspace: Workspace, since: Mapping[Source, float | None], lines: int
) -> tuple[dict[Source, tuple[LogLine, ...]], dict[str, Failure]]:
    by_name = {source.name: source for source in since}
    outcomes = each(
        list(by_name),
        lambda name: read(workspace, by_name[name], since=since[by_name[name]], lines=lines),
        deadline=workspace.deadline,
    )
    logs: dict[Source, tuple[LogLine, ...]] = {}
    failures: dict[str, Failure] = {}
    for outcome in outcomes:
        if outcome.value is not None:
            logs[by_name[outcome.namespace]] = outcome.value
        elif outcome.failure:
            failures[outcome.namespace] = outcome.failure
    return {source: logs[source] for source in since if source in logs}, failures
