"""Gateways kept open and shared: one per address, closed when a namespace moves to another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

from dashboard.gateways.agent import AgentGateway
from dashboard.gateways.dialing import Dialer, Direct
from dashboard.gateways.sidecar import SidecarGateway
from dashboard.gateways.store import StoreGateway
from dashboard.model.errors import GatewayError, NotThere, of_failure
from dashboard.model.places import Place, RedisAddress


class _Closable(Protocol):
    def close(self) -> None: ...


G = TypeVar("G", bound=_Closable)


class _Slot:
    """One part of one place: opening one waits for no other."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.address: object = None
        self.gateway: Any = None

    def close(self) -> None:
        with self.lock:
            if self.gateway is not None:
                self.gateway.close()
            self.address = self.gateway = None


class Connections:
    """Thread-safe; raises the reason of a part that the cluster gives no address of."""

    def __init__(self, dialer: Dialer | None = None) -> None:
        self._dialer = dialer or Direct()
        self._lock = threading.Lock()
        self._slots: dict[str, dict[str, _Slot]] = {}

    def agent(self, place: Place, url: str | None = None) -> AgentGateway:
        """The agent of one replica, by its address, or whichever the namespace's Service leads to."""
        self._forget_replicas(place)
        return self._get(f"agent {url or ''}".strip(), place, url or place.agent_url, self._open_agent)

    def sidecar(self, place: Place, url: str | None = None) -> SidecarGateway:
        """The sidecar of one replica, by its address, or of any."""
        self._forget_replicas(place)
        return self._get(f"sidecar {url or ''}".strip(), place, url or place.sidecar_url, self._open_sidecar)

    def publisher(self, place: Place) -> SidecarGateway:
        """A sidecar that takes events."""
        return self._get("publisher", place, place.publish_url, self._open_sidecar)

    def store(self, place: Place) -> StoreGateway:
        return self._get("store", place, place.redis, self._open_store)

    def broker(self, place: Place) -> StoreGateway:
        """Where the topics are: the store, or a Redis of their own."""
        if place.broker is None:
            return self.store(place)
        return self._get("broker", place, place.broker, self._open_store)

    def _open_agent(self, url: str) -> AgentGateway:
        return AgentGateway(url, transport=self._dialer.http(url))

    def _open_sidecar(self, url: str) -> SidecarGateway:
        return SidecarGateway(url, transport=self._dialer.http(url))

    def _open_store(self, address: RedisAddress) -> StoreGateway:
        kept = address.secret or address.password
        password = (lambda: self._dialer.password(address)) if kept else None
        return StoreGateway(address, connect=self._dialer.redis(address), password=password)

    def _forget_replicas(self, place: Place) -> None:
        """Pods come and go: close what led to those that went."""
        kept = {"sidecar", "agent", "store", "broker", "publisher"}
        kept |= {f"sidecar {url}" for url in place.replicas}
        kept |= {f"agent {url}" for _, url in place.agents}
        with self._lock:
            slots = self._slots.get(place.name, {})
            gone = [slots.pop(part) for part in list(slots) if part not in kept] if place.replicas else []
        for slot in gone:
            slot.close()

    def _get(self, part: str, place: Place, address: Any, make: Callable[[Any], G]) -> G:
        if address is None:
            raise _absence(place, part)
        with self._lock:
            slot = self._slots.setdefault(place.name, {}).setdefault(part, _Slot())
        with slot.lock:
            if slot.address != address:
                if slot.gateway is not None:
                    slot.gateway.close()
                slot.gateway, slot.address = make(address), address
            return cast(G, slot.gateway)

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            slots = [slot for parts in self._slots.values() for slot in parts.values()]
            self._slots.clear()
        for slot in slots:
            slot.close()


def _absence(place: Place, part: str) -> GatewayError:
    gap = dict(place.gaps).get(part)
    return of_failure(gap) if gap else NotThere(f"The cluster gives no address of {place.name}'s {part}.")
