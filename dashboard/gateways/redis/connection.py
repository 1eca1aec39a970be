"""One Redis database as a connection pool whose every failure is a `GatewayError` with words for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import socket
from typing import Any, cast

import redis
from redis import DriverInfo
from redis.backoff import NoBackoff
from redis.retry import Retry

from dashboard.model.core.endpoints import RedisAddress
from dashboard.model.core.errors import Forbidden, GatewayError, Rejected, Unreachable

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
        self._where = f"The store at {address.host}:{address.port}"
        self._database = address.db
        secret = _Password(address, password) if password or address.password else None
        pool = _pool(address, timeout, connect, secret)
        self._redis = redis.Redis(connection_pool=pool)

    def close(self) -> None:
        self._redis.connection_pool.disconnect()  # a client that was given its pool leaves it open

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except _UntoldError as error:
            raise error.why from error
        except (redis.AuthenticationError, redis.exceptions.NoPermissionError) as error:
            raise Forbidden(f"{self._where} refuses us: {error}.", hint="Check its password.") from error
        except redis.exceptions.BusyLoadingError as error:
            raise Unreachable(f"{self._where} is still loading its data.") from error
        except redis.TimeoutError as error:
            raise Unreachable(f"{self._where} did not answer in time.") from error
        except redis.ConnectionError as error:
            raise Unreachable(f"{self._where} cannot be reached.") from error
        except redis.ResponseError as error:
            refused = str(error).startswith(("NOAUTH", "WRONGPASS", "NOPERM"))
            kind: Callable[..., Forbidden | Rejected] = Forbidden if refused else Rejected
            raise kind(f"{self._where} refuses: {error}.") from error


class _UntoldError(redis.AuthenticationError):
    """The password could not be read; `why` says it. The client cleans up after its own errors alone."""

    def __init__(self, why: GatewayError) -> None:
        super().__init__(why.what)
        self.why = why


class _Password(redis.CredentialProvider):
    def __init__(self, address: RedisAddress, read: Callable[[], str] | None) -> None:
        self._user = address.username
        self._read = read or (lambda: address.password)

    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        try:
            password = self._read()
        except GatewayError as error:
            raise _UntoldError(error) from error
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


def _pool(
    address: RedisAddress,
    timeout: float,
    connect: Callable[[], socket] | None,
    password: _Password | None,
) -> redis.ConnectionPool:
    return redis.ConnectionPool(
        connection_class=_DialedTls if address.tls else _Dialed,
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
