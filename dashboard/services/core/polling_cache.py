"""The newest reading of each thing, read behind the page's back: a slow namespace never delays the others.

Who looks waits for a moment only; what has not answered by then shows its last reading and since when it is
awaited. They are shared by all sessions: who says since when a reading is new enough takes another's, so that
forty viewers cost a namespace no more than one.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
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

    `asked_at` is when the newest attempt that has ended began, whatever it gave. `failure` is None where that
    one gave `value`; `awaited_since` is None while nothing is read.
    """

    value: T | None = None
    asked_at: float = 0.0
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

    def look_at(self, key: K, call: Callable[[], T], *, since: float | None = None) -> Reading[T]:
        """`look` for one key."""
        return self.look({key: call}, since=since)[key]

    def look(
        self,
        wanted: Mapping[K, Callable[[], T]],
        *,
        since: float | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> dict[K, Reading[T]]:
        """What is known after `patience` s at most; each key is read unless it was asked since `since`.

        `since` is in Unix seconds; where it is None each is read, and a read that is under way is enough.
        """
        until = time.monotonic() + patience
        with self._changed:
            # Twice where the read that was under way had begun before `since`.
            while any([self._start(key, call, since) for key, call in wanted.items()]):
                done = self._changed.wait_for(lambda: not self._awaited(wanted), until - time.monotonic())
                if since is None or not done:
                    break
            return {key: self._readings[key] for key in wanted}

    def _awaited(self, keys: Iterable[K]) -> bool:
        return any(self._readings[key].awaited_since is not None for key in keys)

    def _start(self, key: K, call: Callable[[], T], since: float | None) -> bool:
        """Whether the key is being read."""
        known = self._readings.get(key, Reading())
        self._readings[key] = known
        self._readings.move_to_end(key)
        begins = known.awaited_since is None and (since is None or known.asked_at < since)
        if begins:
            self._readings[key] = replace(known, awaited_since=self._clock())
            threading.Thread(target=self._read, args=(key, call), daemon=True).start()
        idle = [k for k, reading in self._readings.items() if reading.awaited_since is None]
        for old in idle[: max(0, len(self._readings) - self._remembered)]:
            del self._readings[old]
        return begins or known.awaited_since is not None

    def _read(self, key: K, call: Callable[[], T]) -> None:
        began = time.monotonic()
        value, failure = attempt(call)
        latency = (time.monotonic() - began) * 1000
        with self._changed:
            known = self._readings[key]
            asked_at = known.awaited_since or 0.0
            if failure is None:
                self._readings[key] = Reading(
                    value=value, asked_at=asked_at, read_at=self._clock(), latency_ms=latency
                )
            else:
                self._readings[key] = replace(known, asked_at=asked_at, failure=failure, awaited_since=None)
            self._changed.notify_all()
