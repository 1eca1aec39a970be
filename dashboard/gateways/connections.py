"""Gateways kept open and shared: one per address, closed when a namespace moves to another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from dashboard.gateways.agent import AgentGateway
from dashboard.gateways.dialing import Dialer, Direct
from dashboard.gateways.sidecar import SidecarGateway
from dashboard.gateways.store import StoreGateway
from dashboard.model.errors import NotThere
from dashboard.model.places import Place, RedisAddress


class _Closable(Protocol):
    def close(self) -> None: ...


G = TypeVar("G", bound=_Closable)


class Connections:
    """Thread-safe; raises `NotThere` for a part that the cluster gives no address of."""

    def __init__(self, dialer: Dialer | None = None) -> None:
        self._dialer = dialer or Direct()
        self._lock = threading.Lock()
        self._open: dict[tuple[str, str], tuple[object, Any]] = {}

    def agent(self, place: Place) -> AgentGateway:
        return self._get("agent", place, place.agent_url, self._open_agent)

    def sidecar(self, place: Place, url: str | None = None) -> SidecarGateway:
        """The sidecar of one replica, by its address, or of any."""
        return self._get(f"sidecar {url or ''}".strip(), place, url or place.sidecar_url, self._open_sidecar)

    def store(self, place: Place) -> StoreGateway:
        return self._get("store", place, place.redis, self._open_store)

    def _open_agent(self, url: str) -> AgentGateway:
        return AgentGateway(url, transport=self._dialer.http(url))

    def _open_sidecar(self, url: str) -> SidecarGateway:
        return SidecarGateway(url, transport=self._dialer.http(url))

    def _open_store(self, address: RedisAddress) -> StoreGateway:
        dialed = replace(address, password=self._dialer.password(address))
        return StoreGateway(dialed, connect=self._dialer.redis(address))

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
