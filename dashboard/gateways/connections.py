"""Gateways kept open and shared: one per address, closed when a namespace moves to another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from dashboard.gateways.dialer import Dialer, Direct
from dashboard.model.core.endpoints import Endpoint, RedisAddress
from dashboard.model.core.errors import GatewayError, NotThere, of_failure
from dashboard.model.core.failure import Failure

if TYPE_CHECKING:
    from dashboard.gateways.agent import AgentGateway
    from dashboard.gateways.redis.store import StoreGateway
    from dashboard.gateways.sidecar import SidecarGateway


class _Closable(Protocol):
    def close(self) -> None: ...


G = TypeVar("G", bound=_Closable)


class _Slot:
    """One part of one endpoint: opening one waits for no other."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.address: object = None
        self.gateway: Any = None

    def close(self) -> None:
        with self.lock:
            if self.gateway is not None:
                self.gateway.close()
            self.address = self.gateway = None


def import_clients(endpoints: Collection[Endpoint]) -> None:
    """Import the clients of all that these have addresses of, before the first call is timed.

    One takes longer to import than most calls take, and a command that asks none should not pay for it.
    """
    if any(each.redis or each.broker for each in endpoints):
        import_module("dashboard.gateways.redis.store")
    if any(each.agent_url or each.sidecar_url or each.publish_url for each in endpoints):
        import_module("dashboard.gateways.agent")
        import_module("dashboard.gateways.sidecar")


class Connections:
    """Thread-safe; raises the reason of a part that the cluster gives no address of."""

    def __init__(
        self, dialer: Dialer | None = None, *, redis_ca: str = "", redis_insecure: bool = False
    ) -> None:
        """`redis_ca` and `redis_insecure` hold for each Redis by TLS that the cluster tells neither of."""
        self._dialer = dialer or Direct()
        self._redis_ca, self._redis_insecure = redis_ca, redis_insecure
        self._lock = threading.Lock()
        self._slots: dict[str, dict[str, _Slot]] = {}

    def agent(self, endpoint: Endpoint, url: str | None = None) -> AgentGateway:
        """The agent of one replica, by its address, or whichever the namespace's Service leads to."""
        self._forget_replicas(endpoint)
        return self._get(f"agent {url or ''}".strip(), endpoint, url or endpoint.agent_url, self._open_agent)

    def sidecar(self, endpoint: Endpoint, url: str | None = None) -> SidecarGateway:
        """The sidecar of one replica, by its address, or of any."""
        self._forget_replicas(endpoint)
        return self._get(
            f"sidecar {url or ''}".strip(), endpoint, url or endpoint.sidecar_url, self._open_sidecar
        )

    def publisher(self, endpoint: Endpoint) -> SidecarGateway:
        """A sidecar that takes events."""
        return self._get("publisher", endpoint, endpoint.publish_url, self._open_sidecar)

    def store(self, endpoint: Endpoint) -> StoreGateway:
        return self._get("store", endpoint, self._resolved(endpoint.redis), self._open_store)

    def broker(self, endpoint: Endpoint) -> StoreGateway:
        """Where the topics are: the store, or a Redis of their own."""
        if endpoint.broker is None and "broker" not in dict(endpoint.unavailable):
            return self.store(endpoint)
        return self._get("broker", endpoint, self._resolved(endpoint.broker), self._open_store)

    def located(self, endpoint: Endpoint) -> Endpoint:
        """The same with the Redis addresses that it keeps in Secrets, or why one cannot be read."""
        found: dict[str, RedisAddress | None] = {"store": endpoint.redis, "broker": endpoint.broker}
        failed: list[tuple[str, Failure]] = []
        for part, address in found.items():
            try:
                found[part] = address and self._dialer.resolved(address)
            except GatewayError as error:
                found[part] = None
                failed.append((part, error.failure))
        unavailable = (*endpoint.unavailable, *failed)
        return replace(endpoint, redis=found["store"], broker=found["broker"], unavailable=unavailable)

    def _resolved(self, address: RedisAddress | None) -> RedisAddress | None:
        if address is None:
            return None
        known = self._dialer.resolved(address)
        return replace(
            known,
            ca_file=known.ca_file or self._redis_ca,
            insecure=known.insecure or self._redis_insecure,
        )

    # What is not in `import_clients` is imported by its first call.
    def _open_agent(self, url: str) -> AgentGateway:
        from dashboard.gateways.agent import AgentGateway

        return AgentGateway(url, transport=self._dialer.http(url))

    def _open_sidecar(self, url: str) -> SidecarGateway:
        from dashboard.gateways.sidecar import SidecarGateway

        return SidecarGateway(url, transport=self._dialer.http(url))

    def _open_store(self, address: RedisAddress) -> StoreGateway:
        from dashboard.gateways.redis.store import StoreGateway

        kept = address.secret or address.password
        password = (lambda: self._dialer.password(address)) if kept else None
        return StoreGateway(address, connect=self._dialer.redis(address), password=password)

    def _forget_replicas(self, endpoint: Endpoint) -> None:
        """Pods come and go: close what led to those that went."""
        kept = {"sidecar", "agent", "store", "broker", "publisher"}
        kept |= {f"sidecar {url}" for url in endpoint.replicas}
        kept |= {f"agent {url}" for _, url in endpoint.agents}
        with self._lock:
            slots = self._slots.get(endpoint.name, {})
            gone = [slots.pop(part) for part in list(slots) if part not in kept] if endpoint.replicas else []
        for slot in gone:
            slot.close()

    def _get(self, part: str, endpoint: Endpoint, address: Any, make: Callable[[Any], G]) -> G:
        if address is None:
            raise _absence(endpoint, part)
        with self._lock:
            slot = self._slots.setdefault(endpoint.name, {}).setdefault(part, _Slot())
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


def _absence(endpoint: Endpoint, part: str) -> GatewayError:
    gap = dict(endpoint.unavailable).get(part)
    return of_failure(gap) if gap else NotThere(f"The cluster gives no address of {endpoint.name}'s {part}.")
