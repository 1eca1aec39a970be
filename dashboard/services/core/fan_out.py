"""Calls made all at once, each with its own deadline: a slow namespace never delays the others."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from dashboard.model.core.errors import GatewayError, WriteRefused
from dashboard.model.core.failure import Failure

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What one namespace, or one part, gave: a value or a failure, after `latency_ms`."""

    namespace: str
    value: T | None
    failure: Failure | None
    latency_ms: float


def fan_out(names: Sequence[str], call: Callable[[str], T], *, deadline: float) -> Iterator[Outcome[T]]:
    """Run `call` for every name side by side and yield each outcome as it arrives.

    What has not answered after `deadline` seconds is yielded as a failure; its thread is a daemon that its
    own gateway's deadline ends.
    """
    done: queue.Queue[Outcome[T]] = queue.Queue()
    began = time.monotonic()
    for name in names:
        threading.Thread(target=_run, args=(name, call, done, began), daemon=True).start()
    waiting = list(names)
    while waiting:
        try:
            outcome = done.get(timeout=max(0.0, began + deadline - time.monotonic()))
        except queue.Empty:
            break
        waiting.remove(outcome.namespace)
        yield outcome
    for name in waiting:
        yield _late(name, deadline)


class Started(Generic[T]):
    """One call under way, beside others that give something else; its outcome can be had once."""

    def __init__(self, name: str, call: Callable[[], T], *, deadline: float) -> None:
        self._name, self._deadline, self._began = name, deadline, time.monotonic()
        self._done: queue.Queue[Outcome[T]] = queue.Queue()
        args = (name, lambda _: call(), self._done, self._began)
        threading.Thread(target=_run, args=args, daemon=True).start()

    def outcome(self) -> Outcome[T]:
        """Waits for it until the deadline (seconds since the start)."""
        try:
            return self._done.get(timeout=max(0.0, self._began + self._deadline - time.monotonic()))
        except queue.Empty:
            return _late(self._name, self._deadline)


def _late(name: str, deadline: float) -> Outcome[T]:
    failure = Failure(
        "unreachable", f"{name} did not answer within {deadline:g} s.", "See its parts in Overview."
    )
    return Outcome(name, None, failure, deadline * 1000)


def attempt(call: Callable[[], T]) -> tuple[T | None, Failure | None]:
    """The value of `call`, or why there is none; never raises."""
    try:
        return call(), None
    except GatewayError as error:
        return None, error.failure
    except WriteRefused as error:
        return None, Failure(error.word, str(error))
    except Exception as error:  # a defect of ours must show in its pane, not hang the others
        log.exception("a call failed in a way that no gateway names")
        return None, Failure(
            "failed", f"{type(error).__name__}: {error}", "This is a defect: please report it."
        )


def _run(name: str, call: Callable[[str], T], done: queue.Queue[Outcome[T]], began: float) -> None:
    value, failure = attempt(lambda: call(name))
    done.put(Outcome(name, value, failure, (time.monotonic() - began) * 1000))
