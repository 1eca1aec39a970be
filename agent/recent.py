"""A bounded set that forgets the oldest."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container


class RecentIds(Container[str]):
    """The newest `limit` ids that were added."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._ids: OrderedDict[str, None] = OrderedDict()

    def add(self, item: str) -> bool:
        """Remember `item`; whether it was new."""
        if item in self._ids:
            return False
        self._ids[item] = None
        if len(self._ids) > self._limit:
            self._ids.popitem(last=False)
        return True

    def __contains__(self, item: object) -> bool:
        return item in self._ids
