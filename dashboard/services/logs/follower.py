"""Several logs followed from their newest lines on."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from itertools import groupby

from dashboard.model.core.times import iso_utc
from dashboard.model.logs.line_parser import LogLine
from dashboard.model.logs.log import Log, LogFilter, LogSource, fresh, interleaved
from dashboard.services.core.workspace import Workspace
from dashboard.services.logs.reading import MOST_LINES, FoundLines, SkippedLines, cut, read_all

# How far a follower reaches back for what came between two looks.
MOST_BETWEEN = 50_000
# Replicas and nodes have clocks of their own: a line may come later than one with a later time.
LATE_SECONDS = 10.0


class Follower:
    """Several logs from their newest lines on; not thread-safe."""

    def __init__(
        self, workspace: Workspace, wanted: Sequence[LogSource], chosen: LogFilter, *, since: float | None
    ) -> None:
        self._workspace = workspace
        self._filter = chosen
        self._since = dict.fromkeys(wanted, since)
        self._windows: dict[LogSource, tuple[LogLine, ...]] = {}

    def newest(self, lines: int) -> FoundLines:
        """Where to begin: as the function of that name."""
        logs, failures = read_all(self._workspace, self._since, MOST_LINES)
        began = time.time() - LATE_SECONDS
        for source in self._since.keys() - logs.keys():
            self._since[source], self._windows[source] = began, ()
        self._go_on(logs)
        return cut(logs, failures, self._filter, lines)

    def more(self) -> FoundLines:
        """The lines that came since the last look."""
        # As many lines each time: a window never begins before the one it is compared with.
        logs, failures = read_all(self._workspace, self._since, MOST_LINES)
        behind = {s: self._since[s] for s, log in logs.items() if _apart(self._windows[s], log)}
        logs |= read_all(self._workspace, behind, MOST_BETWEEN)[0]
        skipped = [
            _skipped(s, name, self._windows[s], log)
            for s, log in logs.items()
            for name in _apart(self._windows[s], log)
        ]
        new = {source: self._filter.of(lines) for source, lines in self._go_on(logs).items()}
        return FoundLines(interleaved(new), failures, skipped=tuple(skipped))

    def _go_on(self, logs: Mapping[LogSource, Log]) -> dict[LogSource, tuple[LogLine, ...]]:
        """What is new; a window keeps what may be read once more."""
        found: dict[LogSource, tuple[LogLine, ...]] = {}
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


def left_out(skipped: SkippedLines) -> str:
    """What was skipped, in words."""
    ends = (skipped.after, skipped.until)
    words = " and ".join("?" if at is None else iso_utc(at) for at in ends)
    return f"more than {MOST_BETWEEN:,} lines came at once; those between {words} are left out"


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


def _skipped(source: LogSource, replica: str, before: Sequence[LogLine], log: Log) -> SkippedLines:
    last = max((line.at or 0.0 for line in before if line.replica == replica), default=None)
    first = min((line.at or 0.0 for line in log.lines if line.replica == replica), default=None)
    return SkippedLines(f"{source.name} {replica}".strip(), last, first)
