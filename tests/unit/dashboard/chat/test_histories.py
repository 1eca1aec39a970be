"""What is compared was read in an order that allows the claim; who answers no more keeps what it said."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.model.chat.messages import HistoryLength, HistoryPage, Turn
from dashboard.model.core.errors import Unreachable
from dashboard.services.chat.histories import Lengths, PolledHistories, read_and_compare
from dashboard.services.core.sightings import Sightings
from dashboard.services.core.workspace import Workspace

HI, NEW = Turn(number=1, user="hi", answer="a"), Turn(number=2, user="new", answer="b")


class MadeUpAgents:
    """Each namespace's history, first read of all at one moment; `before` happens before it is read."""

    def __init__(self, **histories: tuple[Turn, ...]) -> None:
        self.histories = histories
        self.reads = dict.fromkeys(histories, 0)
        self.before: dict[str, Callable[[], None]] = {}
        self.deadline = 2.0
        self._all = threading.Barrier(len(histories))

    def agent(self, namespace: str) -> Any:
        def history(*_: object, **__: object) -> HistoryPage:
            self.reads[namespace] += 1
            if self.reads[namespace] == 1:
                self._all.wait(20)
            self.before.get(namespace, lambda: None)()
            return HistoryPage(turns=self.histories[namespace])

        return SimpleNamespace(history=history)


def workspace(agents: MadeUpAgents) -> Workspace:
    return agents  # type: ignore[return-value]


def test_who_lacks_a_turn_is_asked_again_before_it_is_said() -> None:
    agents = MadeUpAgents(prod=(HI, NEW), dev=(HI,))
    _, comparison = read_and_compare(workspace(agents), ["prod", "dev"], "user1")
    assert [row.words for row in comparison.rows] == ["same", "only in prod"]
    assert agents.reads == {"prod": 1, "dev": 2}


def test_equal_histories_are_read_once() -> None:
    agents = MadeUpAgents(prod=(HI, NEW), dev=(HI, NEW))
    _, comparison = read_and_compare(workspace(agents), ["prod", "dev"], "user1")
    assert (comparison.count("same"), agents.reads) == (2, {"prod": 1, "dev": 1})


def test_one_that_was_only_late_is_the_same() -> None:
    agents = MadeUpAgents(prod=(HI, NEW), dev=(HI,))
    stored = iter([(HI,), (HI, NEW)])
    agents.before["dev"] = lambda: agents.histories.update(dev=next(stored))
    _, comparison = read_and_compare(workspace(agents), ["prod", "dev"], "user1")
    assert [row.words for row in comparison.rows] == ["same", "same"]


def test_one_that_answers_once_and_no_more_is_not_said_to_lack_it() -> None:
    agents = MadeUpAgents(prod=(HI, NEW), dev=(HI,))

    def fail() -> None:
        if agents.reads["dev"] > 1:
            raise Unreachable("It hangs.")

    agents.before["dev"] = fail
    found, comparison = read_and_compare(workspace(agents), ["prod", "dev"], "user1")
    assert [row.words for row in comparison.rows] == ["same", "not known: dev last read 0 s ago"]
    assert not comparison.differing
    assert list(found.pages) == ["prod", "dev"]


def test_a_turn_is_there_since_it_was_first_read() -> None:
    sightings = Sightings[Turn]()
    assert sightings.noted("prod", [HI], 10) == {HI: 10}
    assert sightings.noted("prod", [HI, NEW], 20) == {HI: 10, NEW: 20}
    assert sightings.noted("dev", [HI], 30) == {HI: 30}
    assert sightings.noted("prod", [NEW], 40) == {NEW: 20}
    assert sightings.noted("prod", [HI], 50) == {HI: 50}


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """Who waits for it is let go at the end."""
    event = threading.Event()
    yield event
    event.set()


def test_a_page_that_polls_says_it_of_the_slow_one(held: threading.Event) -> None:
    """dev hangs as a stopped process does: its last reading stays, and claims nothing of what came after."""
    agents = MadeUpAgents(prod=(HI,), dev=(HI,))
    polled = PolledHistories(workspace(agents))

    def rows() -> list[str]:
        return [row.verdict for row in polled.look(["prod", "dev"], "user1", {}).comparison.rows]

    assert rows() == ["same"]

    def hang() -> None:
        held.wait(20)

    agents.before["dev"] = hang
    agents.histories["prod"] = (HI, NEW)
    assert rows() == ["same", "unknown"]
    assert rows() == ["same", "unknown"]
    held.set()
    agents.before.clear()
    while (found := rows()) != ["same", "only"]:
        assert found == ["same", "unknown"]


def length(total: int | None, asked_at: float) -> HistoryPage:
    return HistoryPage(total=total, asked_at=asked_at, read_at=asked_at + 1)


def test_a_history_that_shrank_is_noticed_until_it_is_as_long_again() -> None:
    lengths = Lengths()
    found = [lengths.noted("prod", length(n, 10.0 * at)).longer for at, n in enumerate((4, 6, 2, None, 4, 6))]
    longest = HistoryLength(total=6, read_at=11.0)
    assert found == [None, None, longest, None, longest, None]


def test_an_answer_from_before_the_longest_tells_nothing() -> None:
    lengths = Lengths()
    assert lengths.noted("prod", length(6, 10.0)).longer is None
    assert lengths.noted("prod", length(4, 10.5)).longer is None
    assert lengths.noted("dev", length(2, 20.0)).longer is None, "another history"
