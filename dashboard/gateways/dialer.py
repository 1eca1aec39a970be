"""How a gateway reaches an address: directly, or on a way that only the cluster knows."""

from __future__ import annotations

from collections.abc import Callable
from socket import socket
from typing import TYPE_CHECKING, Protocol

from dashboard.model.core.endpoints import RedisAddress

if TYPE_CHECKING:
    import httpx


class Dialer(Protocol):
    """Thread-safe; raises `GatewayError` alone."""

    def http(self, url: str) -> httpx.BaseTransport | None:
        """The transport for `url`, None for the usual one."""
        ...

    def redis(self, address: RedisAddress) -> Callable[[], socket] | None:
        """What opens a connection to `address`, None for the usual way."""
        ...

    def resolved(self, address: RedisAddress) -> RedisAddress:
        """The address with what is kept in Secrets."""
        ...

    def password(self, address: RedisAddress) -> str:
        """The password, "" where there is none."""
        ...


class Direct:
    """Every address is reachable from here."""

    def http(self, url: str) -> httpx.BaseTransport | None:
        return None

    def redis(self, address: RedisAddress) -> Callable[[], socket] | None:
        return None

    def resolved(self, address: RedisAddress) -> RedisAddress:
        return address

    def password(self, address: RedisAddress) -> str:
        return address.password
