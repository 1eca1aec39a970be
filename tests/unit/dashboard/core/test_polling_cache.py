"""A slow reading is shown as awaited, with what was known before; a failed one keeps the last value."""

from __future__ import annotations

import threading
from itertools import count

from dashboard.model.core.errors import Unreachable
from dashboard.services.core.polling_cache import REMEMBERED, PollingCache, Reading

LONG = 10.0


def test_the_quick_one_does_not_wait_for_the_slow_one() -> None:
    release = threading.Event()
    live: PollingCache[str, str] = PollingCache()
    calls = {"slow": lambda: str(release.wait(LONG)), "quick": lambda: "here"}
    seen = live.look(calls, patience=0.2)
    assert seen["quick"].value == "here"
    assert seen["slow"].value is None
    assert seen["slow"].awaited_since is not None
    release.set()
    assert live.look(calls, patience=LONG)["slow"].value == "True"


def test_one_read_at_a_time_per_key() -> None:
    release, started = threading.Event(), []
    live: PollingCache[str, str] = PollingCache()

    def call() -> str:
        started.append(1)
        release.wait(LONG)
        return "done"

    for _ in range(5):
        live.look({"key": call}, patience=0)
    release.set()
    assert live.look({"key": call}, patience=LONG)["key"].value == "done"
    assert len(started) == 1


def test_what_was_asked_lately_enough_is_not_asked_again() -> None:
    now, started = [100.0], count(1)
    live: PollingCache[str, int] = PollingCache(clock=lambda: now[0])

    def look(since: float) -> int | None:
        return live.look({"key": lambda: next(started)}, since=since, patience=LONG)["key"].value

    assert [look(99.0), look(100.0), look(95.0)] == [1, 1, 1]
    now[0] = 105.0
    assert [look(100.0), look(105.0), look(105.0)] == [1, 2, 2]


def test_a_failure_is_as_new_as_an_answer() -> None:
    started: list[int] = []
    live: PollingCache[str, str] = PollingCache(clock=lambda: 5.0)

    def fail() -> str:
        started.append(1)
        raise Unreachable("Nothing listens.")

    for _ in range(3):
        assert live.look({"key": fail}, since=5.0, patience=LONG)["key"].failure
    assert len(started) == 1


def test_a_read_that_began_too_early_is_followed_by_another() -> None:
    now, release, asked = [1.0], threading.Event(), []
    live: PollingCache[str, float] = PollingCache(clock=lambda: now[0])

    def call() -> float:
        asked.append(now[0])
        release.wait(LONG)
        return asked[-1]

    live.look({"key": call}, patience=0)
    now[0] = 2.0
    threading.Timer(0.05, release.set).start()
    assert live.look({"key": call}, since=2.0, patience=LONG)["key"].value == 2.0
    assert asked == [1.0, 2.0]


def test_a_failure_keeps_the_last_value_and_the_next_success_clears_it() -> None:
    live: PollingCache[str, str] = PollingCache(clock=lambda: 5.0)

    def fail() -> str:
        raise Unreachable("Nothing listens.")

    assert live.look({"key": lambda: "one"}, patience=LONG)["key"].value == "one"
    failed = live.look({"key": fail}, patience=LONG)["key"]
    assert (failed.value, failed.read_at) == ("one", 5.0)
    assert failed.failure is not None
    assert live.look({"key": lambda: "two"}, patience=LONG)["key"].failure is None


def test_what_was_never_read_is_an_empty_reading() -> None:
    assert Reading[str]().value is None


def test_it_forgets_the_oldest() -> None:
    live: PollingCache[int, int] = PollingCache()
    for number in range(REMEMBERED + 50):
        live.look({number: lambda: 1}, patience=LONG)
    assert len(live._readings) <= REMEMBERED + 1
