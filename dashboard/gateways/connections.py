"""Gateways kept open and shared: one per address, closed when a namespace moves to another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from dashboard.gateways.agent import AgentGateway
from dashboard.gateways.sidecar import SidecarGateway
from dashboard.gateways.store import StoreGateway
from dashboard.model.errors import NotThere
from dashboard.model.places import Place


class _Closable(Protocol):
    def close(self) -> None: ...


G = TypeVar("G", bound=_Closable)


class Connections:
    """Thread-safe; raises `NotThere` for a part that the cluster gives no address of."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[tuple[str, str], tuple[object, Any]] = {}

    def agent(self, place: Place) -> AgentGateway:
        return self._get("agent", place, place.agent_url, AgentGateway)

    def sidecar(self, place: Place) -> SidecarGateway:
        return self._get("sidecar", place, place.sidecar_url, SidecarGateway)

    def store(self, place: Place) -> StoreGateway:
        return self._get("store", place, place.redis, StoreGateway)

    def _get(self, part: str, place: Place, address: Any, make: Callable[[Any], G]) -> G:
        if address is None:
            raise NotThere(f"The cluster gives no address of {place.name}'s {part}.")
        with self._lock:
            known, gateway = self._open.get((part, place.name), (None, None))
            if known == address:
                return gateway  # type: ignore[no-any-return]
            if gateway is not None:
                gateway.close()
            fresh = make(address)
            self._open[part, place.name] = (address, fresh)
            return fresh

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for _, gateway in self._open.values():
                gateway.close()
            self._open.clear()
