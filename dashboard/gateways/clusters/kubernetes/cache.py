"""Objects of one kind, listed once and then watched: no page costs the API server a list."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar

from dashboard.gateways.clusters.kubernetes.api import Api, Gone
from dashboard.model.errors import GatewayError

BACKOFF_SECONDS = (0.5, 1.0, 2.0, 5.0)


class Named(Protocol):
    """What a cache holds."""

    @property
    def namespace(self) -> str: ...

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


class WatchedCache(Generic[T]):
    """Kept by one thread; reading it costs nothing. `parse` gives None for objects of no interest."""

    def __init__(self, api: Api, path: str, parse: Callable[[Mapping[str, Any]], T | None]) -> None:
        self._api, self._path, self._parse = api, path, parse
        self._lock = threading.Lock()
        self._items: dict[tuple[str, str], T] = {}
        self._error: GatewayError | None = None
        self._first = threading.Event()
        self._stop = threading.Event()
        threading.Thread(target=self._run, name=f"watch {path}", daemon=True).start()

    def close(self) -> None:
        """End the thread at its next event; closing the `Api` ends it at once."""
        self._stop.set()

    def items(self, *, wait: float) -> tuple[T, ...]:
        """Every object, after the first list or its failure; raises that failure while nothing is known.

        A cache that lost the API server goes on with what it knows; `error` tells.
        """
        self._first.wait(wait)
        with self._lock:
            if self._items or self._error is None:
                return tuple(self._items.values())
            raise self._error

    @property
    def error(self) -> GatewayError | None:
        """Why it cannot follow changes now."""
        return self._error

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                self._follow(self._list())
                failures = 0
            except Gone:
                continue
            except GatewayError as error:
                self._error = error
                self._first.set()
                self._stop.wait(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)])
                failures += 1

    def _list(self) -> str:
        """List all; the version to watch from."""
        found = self._api.get(self._path)
        items = {}
        for raw in found["items"]:
            item = self._parse(raw)
            if item is not None:
                items[item.namespace, item.name] = item
        with self._lock:
            self._items, self._error = items, None
        self._first.set()
        return str(found["metadata"]["resourceVersion"])

    def _follow(self, version: str) -> None:
        """Watch again from where the last stream ended, until the server has forgotten it."""
        while not self._stop.is_set():
            for kind, raw in self._api.watch(self._path, version):
                if self._stop.is_set():
                    return
                version = raw["metadata"]["resourceVersion"]
                if kind != "BOOKMARK":
                    self._apply(kind, raw)

    def _apply(self, kind: str, raw: Mapping[str, Any]) -> None:
        item = None if kind == "DELETED" else self._parse(raw)
        key = (raw["metadata"].get("namespace") or raw["metadata"]["name"], raw["metadata"]["name"])
        with self._lock:
            if item is None:
                self._items.pop(key, None)
            else:
                self._items[key] = item
