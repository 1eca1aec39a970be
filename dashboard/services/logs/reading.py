"""The logs of several namespaces: which there are, and the newest lines of each."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from dashboard.model.core.errors import NotThere
from dashboard.model.core.failure import Failure
from dashboard.model.core.times import parse_span
from dashboard.model.logs.log import Log, LogFilter, LogSource, SourcedLine, interleaved
from dashboard.services.core.fan_out import fan_out
from dashboard.services.core.polling_cache import PollingCache, Reading
from dashboard.services.core.workspace import Workspace

MOST_LINES = 5000
LOGS_REMEMBERED = 32


@dataclass(frozen=True)
class SkippedLines:
    """What a follower left out of a log: more than `MOST_BETWEEN` lines came between two looks.

    It is what was written between two moments in Unix seconds, None where they are not known.
    """

    name: str
    after: float | None
    until: float | None


@dataclass(frozen=True)
class FoundLines:
    """The lines of all that answered, by time, and why the others did not.

    `failures` are by `Source.name`, with the replica where it is one of several; `older` names the logs of
    which older lines were not looked at; `skipped` are what a follower could not keep up with.
    """

    told: tuple[SourcedLine, ...]
    failures: Mapping[str, Failure] = field(default_factory=dict)
    older: tuple[str, ...] = ()
    skipped: tuple[SkippedLines, ...] = ()


def sources(
    workspace: Workspace, namespaces: Sequence[str] = (), parts: Sequence[str] = ()
) -> tuple[LogSource, ...]:
    """The logs that are wanted, all of them where nothing is named; raises `NotThere` where that is none.

    A namespace that is named but unknown is among them, so that its reading says so.
    """
    known = [LogSource(namespace, part) for namespace, part in workspace.cluster.logged()]
    missing = [name for name in namespaces if name not in {source.namespace for source in known}]
    known += [LogSource(name, part) for name in missing for part in parts or ("agent", "sidecar")]
    found = tuple(
        source
        for source in known
        if (not namespaces or source.namespace in namespaces) and (not parts or source.part in parts)
    )
    if not found:
        what = f"log of {', '.join(parts)}" if parts else "log"
        raise NotThere(f"There is no {what} here yet.", hint=workspace.cluster.why_down(""))
    return found


def read(workspace: Workspace, source: LogSource, *, since: float | None, lines: int) -> Log:
    """The newest lines of one log since a moment (Unix seconds)."""
    return workspace.cluster.logs(source.namespace, source.part, since=since, lines=lines)


def newest(
    workspace: Workspace, wanted: Sequence[LogSource], chosen: LogFilter, *, since: float | None, lines: int
) -> FoundLines:
    """The newest `lines` of each log that pass the filter, among its newest `MOST_LINES`."""
    depth = lines if chosen == LogFilter() else max(lines, MOST_LINES)
    logs, failures = read_all(workspace, dict.fromkeys(wanted, since), depth)
    return cut(logs, failures, chosen, lines)


def cut(
    logs: Mapping[LogSource, Log], failures: Mapping[str, Failure], chosen: LogFilter, lines: int
) -> FoundLines:
    kept = {source: chosen.of(log.lines)[-lines:] if lines else () for source, log in logs.items()}
    return FoundLines(
        interleaved(kept), failures, tuple(source.name for source, log in logs.items() if log.older)
    )


def read_all(
    workspace: Workspace, since: Mapping[LogSource, float | None], lines: int
) -> tuple[dict[LogSource, Log], dict[str, Failure]]:
    by_name = {source.name: source for source in since}
    outcomes = fan_out(
        list(by_name),
        lambda name: read(workspace, by_name[name], since=since[by_name[name]], lines=lines),
        deadline=workspace.deadline,
    )
    logs: dict[LogSource, Log] = {}
    failures: dict[str, Failure] = {}
    for outcome in outcomes:
        if outcome.value is not None:
            logs[by_name[outcome.namespace]] = outcome.value
            unread = outcome.value.unread.items()
            failures |= {f"{outcome.namespace} {replica}": failure for replica, failure in unread}
        elif outcome.failure:
            failures[outcome.namespace] = outcome.failure
    return {source: logs[source] for source in since if source in logs}, failures


class PolledLogs:
    """The newest lines of each log, shared by all sessions of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._logs: PollingCache[tuple[LogSource, str, int], Log] = PollingCache(remembered=LOGS_REMEMBERED)

    def look(
        self, sources: Sequence[LogSource], age: str, lines: int, *, since: float | None = None
    ) -> dict[LogSource, Reading[Log]]:
        """The newest `lines` lines of each log, none older than `age` (as in "10m", "" for all)."""
        calls = {(source, age, lines): partial(self._read, source, age, lines) for source in sources}
        found = self._logs.look(calls, since=since)
        return {source: found[source, age, lines] for source in sources}

    def _read(self, source: LogSource, age: str, lines: int) -> Log:
        since = time.time() - parse_span(age) if age else None
        return read(self._workspace, source, since=since, lines=lines)
