"""Since when things are known to be there, by our own clock: those of other machines may be apart."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)
REMEMBERED = 512


class Sightings(Generic[T]):
    """When each item of a page was first read, for the newest `remembered` pages. Thread-safe."""

    def __init__(self, *, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._lock = threading.Lock()
        self._seen: OrderedDict[Hashable, dict[T, float]] = OrderedDict()

    def noted(self, key: Hashable, items: Iterable[T], read_at: float) -> dict[T, float]:
        """Since when each item of the page `key` is there; what is not in it any more is forgotten."""
        with self._lock:
            known = self._seen.pop(key, {})
            self._seen[key] = {item: known.get(item, read_at) for item in items}
            if len(self._seen) > self._remembered:
                self._seen.popitem(last=False)
            return self._seen[key]
