"""A namespace's Redis, read without harm: SCAN in budgets, pipelines, nothing that blocks the server.

The one write, `remove`, takes away what the isolation proof itself put there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from socket import socket
from typing import Any, cast

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from dashboard.gateways import redis_condition, redis_values
from dashboard.model.conditions import StoreCondition
from dashboard.model.errors import Forbidden, GatewayError, NotThere, Rejected, Unreachable
from dashboard.model.keys import DaprKey, KeyPage, KeyValue, StoreInfo, Stream, parse_key, text_of
from dashboard.model.names import ACTOR_TYPE, APP_ID
from dashboard.model.places import RedisAddress

SCAN_COUNT = 500
SCAN_SECONDS = 1.0
MAX_CONNECTIONS = 8


class StoreGateway:
    """One Redis database; raises `GatewayError` alone."""

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
        self._redis.close()

    def ping(self) -> StoreInfo:
        """What the server says of itself."""
        with self._errors():
            info: dict[str, Any] = cast(Any, self._redis.info())
            keys = int(cast(Any, self._redis.dbsize()))
        return StoreInfo(str(info["redis_version"]), str(info["run_id"]), int(info["used_memory"]), keys)

    def condition(self) -> StoreCondition:
        """How the server is, for the doctor."""
        with self._errors():
            return redis_condition.read(self._redis, self._database)

    def scan(self, *, pattern: str = "*", cursor: str | None = None, limit: int = 200) -> KeyPage:
        """`limit` keys or a batch more, where there are as many; SCAN may name a key twice."""
        found: dict[bytes, None] = {}
        position, scanned, began = int(cursor or 0), 0, time.monotonic()
        with self._errors():
            while True:
                position, batch = cast(Any, self._redis.scan(position, match=pattern, count=SCAN_COUNT))
                scanned += SCAN_COUNT
                found.update(dict.fromkeys(batch))
                if not position or len(found) >= limit or time.monotonic() - began > SCAN_SECONDS:
                    break
            keys = self._mark_streams(list(found))
        more = str(position) if position else None
        stopped = (
            f"{len(keys)} keys shown, more below." if len(keys) >= limit else "The time for one look is up."
        )
        return KeyPage(tuple(sorted(keys, key=lambda key: key.path)), scanned, more, stopped if more else "")

    def _mark_streams(self, names: list[bytes]) -> list[DaprKey]:
        keys = [parse_key(text_of(name)) for name in names]
        others = [name for name, key in zip(names, keys, strict=True) if key.kind == "other"]
        if not others:
            return keys
        pipeline = self._redis.pipeline(transaction=False)
        for name in others:
            pipeline.type(name)
        kinds = dict(zip((text_of(n) for n in others), pipeline.execute(raise_on_error=False), strict=True))
        return [
            DaprKey(key.raw, "stream", ("streams", key.raw)) if kinds.get(key.raw) == b"stream" else key
            for key in keys
        ]

    def read(self, key: str) -> KeyValue:
        """One key of any type, its value cut to a size that a page can show; raises `NotThere`."""
        with self._errors():
            found = redis_values.read(self._redis, key)
        if found is None:
            raise NotThere(f"{self._where} has no key {key}.", hint="It may have expired or been deleted.")
        return found

    def actor_ids(self, *, app_id: str = APP_ID, limit: int = 200) -> tuple[str, ...]:
        """Ids of actors that have state, sorted, from one budgeted scan."""
        page = self.scan(pattern=f"{app_id}||{ACTOR_TYPE}||*", limit=limit)
        return tuple(sorted({key.path[2] for key in page.keys if key.kind == "actor"}))

    def streams(self) -> tuple[Stream, ...]:
        """Streams with their groups, from one budgeted scan."""
        with self._errors():
            names = self._stream_names()
            return tuple(redis_values.stream(self._redis, name) for name in sorted(names))

    def _stream_names(self) -> set[bytes]:
        names: set[bytes] = set()
        position, began = 0, time.monotonic()
        while True:
            reply = self._redis.scan(position, count=SCAN_COUNT, _type="stream")
            position, batch = cast(Any, reply)
            names.update(batch)
            if not position or time.monotonic() - began > SCAN_SECONDS:
                return names

    def entries(
        self, stream: str, *, limit: int = 50, before: str | None = None
    ) -> tuple[tuple[str, Any], ...]:
        """The newest entries older than id `before`, newest first, decoded; takes part in no group."""
        newest = f"({before}" if before else "+"
        with self._errors():
            raw = cast(Any, self._redis.xrevrange(redis_values.bytes_of(stream), newest, "-", count=limit))
        return tuple((text_of(entry_id), redis_values.fields(values)) for entry_id, values in raw)

    def stream(self, name: str) -> Stream:
        """One stream with its groups; raises `NotThere`."""
        with self._errors():
            raw = redis_values.bytes_of(name)
            if not self._redis.exists(raw):
                raise NotThere(
                    f"{self._where} has no stream {name}.", hint="Nothing was published to it yet."
                )
            return redis_values.stream(self._redis, raw)

    def entries_after(self, stream: str, after: str, *, limit: int = 1000) -> tuple[tuple[str, Any], ...]:
        """Entries newer than id `after` ("" for all), oldest first, decoded; takes part in no group."""
        with self._errors():
            name, start = redis_values.bytes_of(stream), f"({after}" if after else "-"
            raw = cast(Any, self._redis.xrange(name, start, "+", count=limit))
        return tuple((text_of(entry_id), redis_values.fields(values)) for entry_id, values in raw)

    def remove(self, keys: Sequence[str], stream: str, entries: Sequence[str]) -> tuple[int, int]:
        """Delete these keys, and these entries of `stream` with what groups await of them, and nothing else.

        How many keys and entries were there to delete.
        """
        with self._errors():
            count = int(cast(Any, self._redis.delete(*map(redis_values.bytes_of, keys)))) if keys else 0
            if not entries:
                return count, 0
            name = redis_values.bytes_of(stream)
            with self._redis.pipeline() as transaction:
                for group in cast(Any, self._redis.xinfo_groups(name)):
                    transaction.xack(name, group["name"], *entries)
                transaction.xdel(name, *entries)
                return count, int(transaction.execute()[-1])

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
    )
