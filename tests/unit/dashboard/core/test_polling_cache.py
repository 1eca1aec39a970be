"""A slow reading is shown as awaited, with what was known before; a failed one keeps the last value."""

from __future__ import annotations

import threading

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
