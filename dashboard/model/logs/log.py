"""Logs as sequences of lines: which line belongs to which, several in one order, filters. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from dashboard.model.core.errors import of_failure
from dashboard.model.core.failure import Failure
from dashboard.model.logs.line_parser import LEVELS, TRACEBACK, Level, LogLine, parse

LogPart = Literal["agent", "sidecar"]
_GRAVE = ("error", "fatal")


@dataclass(frozen=True)
class LogSource:
    """One part's log; `namespace` is "" for what serves all namespaces."""

    namespace: str
    part: str

    @property
    def name(self) -> str:
        return f"{self.namespace}-{self.part}" if self.namespace else self.part


@dataclass(frozen=True)
class Log:
    """The newest lines of one part in all its replicas, oldest first.

    `older` names the replicas that wrote more than a limit let through, "" where there is but one process;
    `unread` says why the lines of a replica are not here.
    """

    lines: tuple[LogLine, ...] = ()
    older: frozenset[str] = frozenset()
    unread: Mapping[str, Failure] = field(default_factory=dict)

    def whole(self) -> tuple[LogLine, ...]:
        """The lines of all replicas; raises `GatewayError` where one could not be read."""
        for failure in self.unread.values():
            raise of_failure(failure)
        return self.lines


@dataclass(frozen=True)
class SourcedLine:
    """One line with whose it is."""

    source: LogSource
    line: LogLine


def interleaved(logs: Mapping[LogSource, Sequence[LogLine]]) -> tuple[SourcedLine, ...]:
    """Several logs in one, by time; the order of each is kept."""
    told = [SourcedLine(source, line) for source, lines in logs.items() for line in lines]
    return tuple(sorted(told, key=lambda each: each.line.at or 0.0))


def newest_first(told: Sequence[SourcedLine]) -> tuple[SourcedLine, ...]:
    """The other way round, but what belongs to a line still follows it."""
    records: list[list[SourcedLine]] = []
    for each in told:
        if each.line.continues and records:
            records[-1].append(each)
        else:
            records.append([each])
    return tuple(each for record in reversed(records) for each in record)


def read(raw: Iterable[str], *, replica: str = "") -> tuple[LogLine, ...]:
    """The lines of one process in the order it wrote them."""
    return joined((parse(line) for line in raw), replica=replica)


def joined(lines: Iterable[LogLine], *, replica: str = "") -> tuple[LogLine, ...]:
    """Lines of one process, where each without a level belongs to the one before and has its level and time.

    A line at the very beginning that names no time has the first that is named.
    """
    found: list[LogLine] = []
    for line in lines:
        before = found[-1] if found else LogLine(raw="", text="")
        traceback = line.text.startswith(TRACEBACK) and before.level in _GRAVE
        continues = bool(found) and (traceback or (line.level is None and before.level is not None))
        found.append(
            replace(
                line,
                at=before.at if continues or line.at is None else line.at,
                level=before.level if continues else line.level,
                replica=replica,
                continues=continues,
            )
        )
    first = next((line.at for line in found if line.at is not None), None)
    return tuple(line if line.at is not None else replace(line, at=first) for line in found)


def fresh(before: Sequence[LogLine], now: Sequence[LogLine]) -> tuple[LogLine, ...]:
    """What of the newer of two windows on one growing log was not in the older.

    The newer may begin anywhere in the older. Where it does not, an older part was found late (a container's
    life before this one), and what is known is left out line by line.
    """
    old, new = [line.raw for line in before], [line.raw for line in now]
    for start in range(max(0, len(old) - len(new)), len(old)):
        overlap = len(old) - start
        if old[start:] == new[:overlap]:
            return tuple(now[overlap:])
    known = {(line.at, line.raw) for line in before}
    return tuple(line for line in now if (line.at, line.raw) not in known)


@dataclass(frozen=True)
class LogFilter:
    """What is wanted of a log; "" and None want all. A line is kept with those that belong to it."""

    level: Level | None = None
    contains: str = ""
    actor_id: str = ""

    def of(self, lines: Sequence[LogLine]) -> tuple[LogLine, ...]:
        return tuple(line for record in _records(lines) if self._wants(record) for line in record)

    def _wants(self, record: Sequence[LogLine]) -> bool:
        level = record[0].level
        if self.level and (level is None or LEVELS.index(level) < LEVELS.index(self.level)):
            return False
        whole = "\n".join(line.raw for line in record)
        return self.contains.lower() in whole.lower() and bool(self._actor.search(whole))

    @cached_property
    def _actor(self) -> re.Pattern[str]:
        """The id as a whole word; a history's key names it too."""
        if not self.actor_id:
            return re.compile("")
        return re.compile(rf"(?<![\w.-])(?:history-)?{re.escape(self.actor_id)}(?![\w-]|\.[\w-])")


def _records(lines: Sequence[LogLine]) -> Iterable[list[LogLine]]:
    record: list[LogLine] = []
    for line in lines:
        if record and not line.continues:
            yield record
            record = []
        record.append(line)
    if record:
        yield record
