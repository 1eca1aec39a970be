"""Objects of one kind, listed once and then watched: no page costs the API server a list."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, TypeVar

from dashboard.gateways.clusters.kubernetes.api import Api, Gone, decoded
from dashboard.model.core.errors import Forbidden, GatewayError, Rejected, Unreachable

BACKOFF_SECONDS = (0.2, 0.5, 1.0, 2.0)
# A server that lists but ends each watch is made no better by a list every few seconds.
ENDED_SECONDS = (*BACKOFF_SECONDS, 5.0, 10.0, 30.0)
FORBIDDEN_SECONDS = 5.0
POLL_SECONDS = 15.0


class Named(Protocol):
    """What a cache holds."""

    @property
    def namespace(self) -> str: ...

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


@dataclass(frozen=True)
class View(Generic[T]):
    """What is known at one moment: objects by namespace and name.

    `error` is why changes cannot be followed, since `failing_since` (Unix seconds); `listed` whether all was
    known once. A view is replaced whole, so two looks that give the same one have nothing new between them.
    """

    items: Mapping[str, Mapping[str, T]] = field(default_factory=dict)
    listed: bool = False
    error: GatewayError | None = None
    failing_since: float = 0.0

    def of(self, namespace: str) -> tuple[T, ...]:
        return tuple(self.items.get(namespace, {}).values())


# What reading an object of another shape than Kubernetes' raises.
MISSHAPEN = (KeyError, TypeError, ValueError, AttributeError)


class Cache(ABC, Generic[T]):
    """Kept on the `Api`'s own thread; looking costs nothing. `parse` gives None where it is of no use."""

    def __init__(
        self,
        api: Api,
        path: str,
        parse: Callable[[Mapping[str, Any]], T | None],
        after: Iterable[Cache[Any]] = (),
    ) -> None:
        """`after`: those that are listed first, because a page waits for them alone."""
        self._api, self._path, self._parse = api, path, parse
        self._view: View[T] = View()
        self._began = time.time()
        self._first = threading.Event()
        self._answered = asyncio.Event()
        api.background.start(self._begin(tuple(after)))

    async def _begin(self, after: Iterable[Cache[Any]]) -> None:
        for other in after:
            await other._answered.wait()
        await self._run()

    def look(self, wait: float) -> View[T]:
        """The newest view; waits up to `wait` seconds for the first list or its failure alone."""
        if not self._first.wait(wait):
            slow = Unreachable(f"The Kubernetes API at {self._api.host} has not answered yet.")
            return View(error=slow, failing_since=self._began)
        return self._view

    @abstractmethod
    async def _run(self) -> None:
        """Keep the view until cancelled."""

    def _show(self, view: View[T]) -> None:
        self._view = view
        self._first.set()
        self._answered.set()

    def _recovered(self) -> None:
        if self._view.error:
            self._show(replace(self._view, error=None, failing_since=0.0))

    def _told(self, error: Exception) -> GatewayError:
        """The error itself, or that something between us and the API server answered in its place."""
        if isinstance(error, GatewayError):
            return error
        at = f"The Kubernetes API at {self._api.host}"
        if isinstance(error, Gone):
            why = f": {error.why.what}" if error.why else " as too old."
            return Unreachable(f"{at} ends each watch of {self._path}{why} Changes show late.")
        return Rejected(f"{at} answered {self._path} with what is no list and no object of it.")

    def _fail(self, error: GatewayError) -> None:
        since = self._view.failing_since or time.time()
        self._show(replace(self._view, error=error, failing_since=since))


class PolledObject(Cache[T]):
    """One object that may be read but not watched."""

    async def _run(self) -> None:
        while True:
            try:
                item = self._parse(json.loads(await self._api.read(self._path)))
            except (GatewayError, *MISSHAPEN) as error:
                self._fail(self._told(error))
            else:
                items = {item.namespace: {item.name: item}} if item else {}
                if items != self._view.items or not self._view.listed:
                    self._show(View(items, listed=True))
                self._recovered()
            await asyncio.sleep(POLL_SECONDS if self._view.error is None else BACKOFF_SECONDS[-1])


class WatchedCache(Cache[T]):
    """Follows every object of one kind; a broken watch goes on where it ended, without another list."""

    _version = ""
    _failures = 0
    _ended = False  # by the server, when it was followed last

    async def _run(self) -> None:
        while True:
            try:
                if not self._version:
                    await self._list()
                await self._follow()
                self._well()
                await asyncio.sleep(BACKOFF_SECONDS[0])
            except (Gone, GatewayError, *MISSHAPEN) as error:
                if not isinstance(error, GatewayError):
                    self._version = ""  # what was read so far is in doubt
                if self._ended or not isinstance(error, Gone):  # once, it is how a watch ends
                    self._fail(self._told(error))
                self._ended = isinstance(error, Gone)
                await asyncio.sleep(_pause(error, self._failures))
                self._failures += 1

    def _well(self) -> None:
        self._failures, self._ended = 0, False
        self._recovered()

    def _opened(self) -> None:
        """Where the server ended the last watch, a new one is no recovery before it brings anything."""
        if not self._ended:
            self._recovered()

    async def _list(self) -> None:
        found = decoded(await self._api.read(self._path))
        items: dict[str, dict[str, T]] = {}
        for raw in found["items"]:
            item = self._parse(raw)
            if item is not None:
                items.setdefault(item.namespace, {})[item.name] = item
        told = (self._view.error, self._view.failing_since) if self._ended else (None, 0.0)
        self._show(View(items, listed=True, error=told[0], failing_since=told[1]))
        self._version = found["metadata"]["resourceVersion"]

    async def _follow(self) -> None:
        """Apply what changes until the server ends the stream."""
        async with aclosing(self._api.watch(self._path, self._version, self._opened)) as events:
            async for kind, raw in events:
                self._well()
                if kind != "BOOKMARK":
                    self._apply(kind, raw)
                self._version = raw["metadata"]["resourceVersion"]

    def _apply(self, kind: str, raw: Mapping[str, Any]) -> None:
        item = None if kind == "DELETED" else self._parse(raw)
        name = raw["metadata"]["name"]
        namespace = raw["metadata"].get("namespace") or name
        known = self._view.items.get(namespace, {})
        if item == known.get(name):
            return
        kept = {key: other for key, other in known.items() if key != name}
        if item is not None:
            kept[name] = item
        self._view = replace(self._view, items={**self._view.items, namespace: kept})


def _pause(error: Exception, failures: int) -> float:
    """Seconds, no two callers at the same time: a right is not granted soon, a server may be back at once."""
    if isinstance(error, Forbidden):
        return FORBIDDEN_SECONDS
    steps = ENDED_SECONDS if isinstance(error, Gone) else BACKOFF_SECONDS
    return steps[min(failures, len(steps) - 1)] * random.uniform(0.5, 1.0)
