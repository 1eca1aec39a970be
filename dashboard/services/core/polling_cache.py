"""The newest reading of each thing, read behind the page's back: a slow namespace never delays the others.

Who looks waits for a moment only; what has not answered by then shows its last reading and since when it is
awaited. They are shared by all sessions, so ten viewers cost a namespace no more than one.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from dashboard.model.core.failure import Failure
from dashboard.services.core.fan_out import attempt

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
REMEMBERED = 512
PATIENCE_SECONDS = 0.8


@dataclass(frozen=True, kw_only=True)
class Reading(Generic[T]):
    """The last value and when it was read (Unix seconds), the last failure since, and what is awaited.

    `failure` is None where the newest attempt gave `value`; `awaited_since` is None while nothing is read.
    """

    value: T | None = None
    read_at: float = 0.0
    latency_ms: float = 0.0
    failure: Failure | None = None
    awaited_since: float | None = None


class PollingCache(Generic[K, T]):
    """Thread-safe; at most one read under way per key, and the newest `remembered` keys kept."""

    def __init__(self, clock: Callable[[], float] = time.time, *, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._clock = clock
        self._changed = threading.Condition()
        self._readings: OrderedDict[K, Reading[T]] = OrderedDict()

    def look_at(self, key: K, call: Callable[[], T]) -> Reading[T]:
        """`look` for one key."""
        return self.look({key: call})[key]

    def look(
        self, wanted: Mapping[K, Callable[[], T]], *, patience: float = PATIENCE_SECONDS
    ) -> dict[K, Reading[T]]:
        """Start a read of each key that is not being read, and return what is known after `patience` s."""
        with self._changed:
            for key, call in wanted.items():
                self._start(key, call)
            self._changed.wait_for(
                lambda: all(self._readings[key].awaited_since is None for key in wanted), patience
            )
            return {key: self._readings[key] for key in wanted}

    def _start(self, key: K, call: Callable[[], T]) -> None:
        known = self._readings.get(key, Reading())
        self._readings[key] = known
        self._readings.move_to_end(key)
        if known.awaited_since is None:
            self._readings[key] = replace(known, awaited_since=self._clock())
            threading.Thread(target=self._read, args=(key, call), daemon=True).start()
        idle = [k for k, reading in self._readings.items() if reading.awaited_since is None]
        for old in idle[: max(0, len(self._readings) - self._remembered)]:
            del self._readings[old]

    def _read(self, key: K, call: Callable[[], T]) -> None:
        began = time.monotonic()
        value, failure = attempt(call)
        latency = (time.monotonic() - began) * 1000
        with self._changed:
            if failure is None:
                self._readings[key] = Reading(value=value, read_at=self._clock(), latency_ms=latency)
            else:
                self._readings[key] = replace(self._readings[key], failure=failure, awaited_since=None)
            self._changed.notify_all()
