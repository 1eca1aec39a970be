"""The histories of one actor in several namespaces, read side by side and compared.

Who is said to lack a turn was asked after the turn was there, both by our own clock: a turn is there from the
moment at which it was first read (`Sightings`). What the first reading leaves open is read once more at once.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from dashboard.model.chat.alignment import Comparison, ReadTimes, align
from dashboard.model.chat.messages import Histories, HistoryLength, HistoryPage, Turn
from dashboard.model.core.failure import Failure
from dashboard.services.core.fan_out import fan_out
from dashboard.services.core.polling_cache import PollingCache, Reading
from dashboard.services.core.sightings import REMEMBERED, Sightings
from dashboard.services.core.workspace import Workspace

TURNS_A_PAGE = 50
READ_AGAIN = 2  # times; what comes in meanwhile may leave another turn open


def _noted(sightings: Sightings[Turn], key: Hashable, found: HistoryPage) -> HistoryPage:
    return replace(found, there=sightings.noted(key, found.turns, found.read_at))


def page(
    workspace: Workspace,
    namespace: str,
    actor_id: str,
    *,
    before: str | None = None,
    turns: int = TURNS_A_PAGE,
) -> HistoryPage:
    """One page of one namespace's turns, older than the cursor `before`; raises `GatewayError`."""
    asked_at = time.time()
    found = workspace.agent(namespace).history(actor_id, limit=turns, before=before)
    return replace(found, asked_at=asked_at, read_at=time.time())


def compared(
    pages: Mapping[str, HistoryPage], *, later: frozenset[str] = frozenset(), silent: Collection[str] = ()
) -> Comparison:
    """The pages aligned; `later` have newer turns than their page, `silent` gave none."""
    times = {
        name: ReadTimes(asked_at=page.asked_at, read_at=page.read_at, there=page.there)
        for name, page in pages.items()
    }
    return align(
        {name: page.turns for name, page in pages.items()},
        more_before=frozenset(name for name, page in pages.items() if page.before),
        more_after=later,
        times=times,
        silent=silent,
        now=time.time(),
    )


def read(
    workspace: Workspace, namespaces: Sequence[str], actor_id: str, *, turns: int = TURNS_A_PAGE
) -> Histories:
    """The newest page of turns of each namespace, or why there is none."""
    call = partial(page, workspace, actor_id=actor_id, turns=turns)
    found = Histories()
    outcomes = {o.namespace: o for o in fan_out(namespaces, call, deadline=workspace.deadline)}
    for outcome in (outcomes[name] for name in namespaces):
        if outcome.failure:
            found.failures[outcome.namespace] = outcome.failure
        elif outcome.value is not None:
            found.pages[outcome.namespace] = outcome.value
    return found


def read_and_compare(
    workspace: Workspace, namespaces: Sequence[str], actor_id: str, *, turns: int = TURNS_A_PAGE
) -> tuple[Histories, Comparison]:
    """The newest pages, and how they compare; one that does not answer again keeps its first page."""
    sightings, found = Sightings[Turn](), read(workspace, namespaces, actor_id, turns=turns)
    fresh, comparison = found.pages, compared({})
    for left in reversed(range(1 + READ_AGAIN)):
        found.pages.update({name: _noted(sightings, name, page) for name, page in fresh.items()})
        comparison = compared(found.pages, silent=found.failures)
        if not (comparison.stale and left):
            break
        fresh = read(workspace, sorted(comparison.stale), actor_id, turns=turns).pages
    return found, comparison


class Lengths:
    """The greatest length of each history, to notice one that shrank: only a store that lost some does that.

    Thread-safe; the newest `remembered` histories.
    """

    def __init__(self, *, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._lock = threading.Lock()
        self._longest: OrderedDict[Hashable, HistoryLength] = OrderedDict()

    def noted(self, key: Hashable, found: HistoryPage) -> HistoryPage:
        """The page, with its history's greatest length where that is more than it has now."""
        if found.total is None:
            return found
        with self._lock:
            longest = self._longest.pop(key, None)
            if longest is None or longest.total <= found.total:
                longest = HistoryLength(total=found.total, read_at=found.read_at)
            self._longest[key] = longest
            if len(self._longest) > self._remembered:
                self._longest.popitem(last=False)
        shrank = longest.total > found.total and longest.read_at <= found.asked_at
        return replace(found, longer=longest if shrank else None)


@dataclass(frozen=True)
class ReadHistories:
    """The newest reading of each namespace's page, and how those that there are compare."""

    readings: Mapping[str, Reading[HistoryPage]]
    comparison: Comparison

    @property
    def pages(self) -> dict[str, HistoryPage]:
        return _pages(self.readings)

    @property
    def failures(self) -> dict[str, Failure]:
        """Why those without a page have none."""
        return {n: r.failure for n, r in self.readings.items() if r.value is None and r.failure}

    @property
    def cursors(self) -> dict[str, str]:
        """Where older turns begin, of those that have some."""
        return {name: page.before for name, page in self.pages.items() if page.before}

    @property
    def turns_shown(self) -> Hashable:
        """Another value where a turn came, or another word on one is due."""
        rows = tuple((row.words, tuple(row.cells.items())) for row in self.comparison.rows)
        return rows, tuple(self.pages), tuple(self.failures), tuple(self.cursors)

    @property
    def read_at(self) -> float:
        """When the oldest page was read (Unix seconds); 0 where there is none."""
        return min((each.read_at for each in self.readings.values() if each.value is not None), default=0.0)


def _pages(readings: Mapping[str, Reading[HistoryPage]]) -> dict[str, HistoryPage]:
    return {name: each.value for name, each in readings.items() if each.value is not None}


class PolledHistories:
    """The newest pages, shared by all sessions of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._sightings = Sightings[Turn]()
        self._lengths = Lengths()
        self._pages: PollingCache[tuple[str, str, str | None], HistoryPage] = PollingCache()

    def look(
        self,
        namespaces: Sequence[str],
        actor_id: str,
        before: Mapping[str, str],
        *,
        since: float | None = None,
    ) -> ReadHistories:
        """One page of turns per namespace; `before` holds the cursors of older pages."""
        found = self._look(namespaces, actor_id, before, since)
        fresh = {name for name, reading in found.items() if not (reading.failure or reading.awaited_since)}
        again = compared(_pages(found), later=frozenset(before)).stale & fresh
        found |= self._look(sorted(again), actor_id, before, None) if again else {}
        pages = _pages(found)
        comparison = compared(pages, later=frozenset(before), silent=found.keys() - pages.keys())
        return ReadHistories(found, comparison)

    def _look(
        self, namespaces: Sequence[str], actor_id: str, before: Mapping[str, str], since: float | None
    ) -> dict[str, Reading[HistoryPage]]:
        keys = {name: (name, actor_id, before.get(name)) for name in namespaces}
        found = self._pages.look({key: partial(self._read, key) for key in keys.values()}, since=since)
        return {name: found[key] for name, key in keys.items()}

    def _read(self, key: tuple[str, str, str | None]) -> HistoryPage:
        namespace, actor_id, before = key
        found = page(self._workspace, namespace, actor_id, before=before)
        return self._lengths.noted((namespace, actor_id), _noted(self._sightings, key, found))
