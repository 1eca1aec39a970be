"""One Redis database as a connection pool whose every failure is a `GatewayError` with words for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EACCES, EISDIR, ENOENT
from socket import socket
from ssl import SSLError, SSLSocket
from typing import Any, cast

import redis
from redis import DriverInfo
from redis.backoff import NoBackoff
from redis.retry import Retry

from dashboard.gateways.redis.errors import ToldError, gateway_error, untrusted
from dashboard.gateways.redis.values import entries
from dashboard.model.core.endpoints import RedisAddress
from dashboard.model.core.errors import GatewayError, NotThere, Rejected, Unreachable

MAX_CONNECTIONS = 8
DRIVER = DriverInfo()  # one for all: finding its version takes longer than a call


class RedisConnection:
    """What the gateways to a store share. Thread-safe."""

    def __init__(
        self,
        address: RedisAddress,
        *,
        timeout: float = 2.0,
        connect: Callable[[], socket] | None = None,
        password: Callable[[], str] | None = None,
    ) -> None:
        """`connect` opens each connection, and `password` tells each the password of the moment."""
        self._address = address
        self._where = f"The store at {address.where}"
        self._database = address.db
        secret = _Password(address, password) if password or address.password else None
        pool = _pool(address, timeout, connect, secret)
        self._redis = redis.Redis(connection_pool=pool)
        for command in ("XRANGE", "XREVRANGE"):
            self._redis.set_response_callback(command, entries)

    def close(self) -> None:
        self._redis.connection_pool.disconnect()  # a client that was given its pool leaves it open

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (redis.RedisError, OSError, UnicodeError) as error:
            raise gateway_error(self._address, error) from error
        except (AttributeError, LookupError, TypeError, ValueError) as error:  # the client trusts the server
            kind = type(error).__name__
            raise Rejected(f"{self._where} answered as no Redis does ({kind}).") from error


class _Password(redis.CredentialProvider):
    def __init__(self, address: RedisAddress, read: Callable[[], str] | None) -> None:
        self._user = address.username
        self._read = read or (lambda: address.password)

    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        try:
            password = self._read()
        except GatewayError as error:
            raise ToldError(error) from error
        return (self._user, password) if self._user else (password,)


class _Dialed(redis.Connection):
    """Opens its socket by `dial` where there is one."""

    def __init__(self, *, dial: Callable[[], socket] | None = None, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._dial = dial

    def _connect(self) -> socket:
        if self._dial is None:
            return cast(socket, super()._connect())  # type: ignore[no-untyped-call]
        opened = self._dial()
        opened.settimeout(self.socket_timeout)
        return opened


class _DialedTls(redis.SSLConnection, _Dialed):
    """TLS over whatever opened the socket."""

    def __init__(self, *, address: RedisAddress, **options: Any) -> None:
        if address.insecure:
            options |= {"ssl_cert_reqs": "none", "ssl_check_hostname": False}
        elif address.ca_file:
            options["ssl_ca_certs"] = address.ca_file
        super().__init__(**options)
        self._address = address

    def _wrap_socket_with_ssl(self, sock: socket) -> SSLSocket:
        ca = self._address.ca_file
        try:
            return cast(SSLSocket, super()._wrap_socket_with_ssl(sock))  # type: ignore[no-untyped-call]
        except SSLError as error:
            unread = ca and not self._address.insecure and error.library in {"X509", "PEM"}
            why = (
                Rejected(f"{ca} holds no certificate in PEM.") if unread else untrusted(self._address, error)
            )
            raise ToldError(why) from error
        except TimeoutError as error:
            words = f"The store at {self._address.where} answers no TLS: does this port speak it?"
            raise ToldError(Unreachable(words)) from error
        except OSError as error:
            if error.filename is None and ca and error.errno in {ENOENT, EACCES, EISDIR}:
                raise ToldError(NotThere(f"{ca} cannot be read: {error.strerror}.")) from error
            raise


def _pool(
    address: RedisAddress,
    timeout: float,
    connect: Callable[[], socket] | None,
    password: _Password | None,
) -> redis.ConnectionPool:
    tls: dict[str, Any] = {"connection_class": _DialedTls, "address": address} if address.tls else {}
    return redis.ConnectionPool(
        **(tls or {"connection_class": _Dialed}),
        dial=connect,
        host=address.host,
        port=address.port,
        db=address.db,
        credential_provider=password,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        max_connections=MAX_CONNECTIONS,
        retry=Retry(NoBackoff(), 0),
        driver_info=DRIVER,
    )
