"""A namespace's Redis, read without harm: SCAN in budgets, pipelines, nothing that blocks the server.

The one write, `remove`, takes away what the isolation proof itself put there.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, cast

from dashboard.gateways.redis import condition as redis_condition
from dashboard.gateways.redis import values as redis_values
from dashboard.gateways.redis import writes
from dashboard.gateways.redis.errors import gateway_error
from dashboard.gateways.redis.streams import SCAN_COUNT, SCAN_SECONDS, StreamReader
from dashboard.model.core import redis_key
from dashboard.model.core.errors import NotThere, Rejected
from dashboard.model.core.names import ACTOR_TYPE, APP_ID
from dashboard.model.core.redis_key import to_text
from dashboard.model.doctor.conditions import StoreCondition
from dashboard.model.stores.keys import DaprKey, KeyPage, KeyValue, StoreInfo, parse_key


class StoreGateway(StreamReader):
    """One Redis database, its topics among it; raises `GatewayError` alone."""

    def ping(self) -> StoreInfo:
        """What the server says of itself."""
        with self._errors():
            info: dict[str, Any] = cast(Any, self._redis.info())
            if info.get("redis_mode") == "sentinel":
                hint = "Name a Redis server: one behind Sentinel is not supported here."
                raise Rejected(f"{self._where} is a Sentinel, which holds no keys.", hint=hint)
            keys = int(cast(Any, self._redis.dbsize()))
            redis_condition.check(info)
            refusal = writes.why_none(self._redis, info)
        return StoreInfo(
            server=_server(info),
            run_id=str(info["run_id"]),
            used_memory_bytes=int(info["used_memory"]),
            keys=keys,
            refuses_writes=refusal,
        )

    def condition(self) -> StoreCondition:
        """How the server is, for the doctor."""
        with self._errors():
            return redis_condition.read(self._redis, self._database, self._worded)

    def _worded(self, error: Exception) -> str:
        found = gateway_error(self._address, error)
        return f"{found.what} {found.hint}".strip()

    def scan(self, *, pattern: str = "*", cursor: str | None = None, limit: int = 200) -> KeyPage:
        """`limit` keys or a batch more, where there are as many; SCAN may name a key twice."""
        found: dict[bytes, None] = {}
        wanted = redis_key.to_bytes(pattern)
        position, scanned, began = _cursor(cursor), 0, time.monotonic()
        with self._errors():
            while True:
                position, batch = cast(Any, self._redis.scan(position, match=wanted, count=SCAN_COUNT))
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
        keys = [parse_key(to_text(name)) for name in names]
        others = [name for name, key in zip(names, keys, strict=True) if key.kind == "other"]
        if not others:
            return keys
        pipeline = self._redis.pipeline(transaction=False)
        for name in others:
            pipeline.type(name)
        kinds = dict(zip((to_text(n) for n in others), pipeline.execute(raise_on_error=False), strict=True))
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

    def remove(self, keys: Sequence[str], stream: str, entries: Sequence[str]) -> tuple[int, int]:
        """Delete these keys, and these entries of `stream` with what groups await of them, and nothing else.

        How many keys and entries were there to delete.
        """
        with self._errors():
            count = int(cast(Any, self._redis.delete(*map(redis_key.to_bytes, keys)))) if keys else 0
            if not entries:
                return count, 0
            name = redis_key.to_bytes(stream)
            with self._redis.pipeline() as transaction:
                for group in cast(Any, self._redis.xinfo_groups(name)):
                    transaction.xack(name, group["name"], *entries)
                transaction.xdel(name, *entries)
                return count, int(transaction.execute()[-1])


def _server(info: dict[str, Any]) -> str:
    """Product and version; as `redis_version` Valkey gives the Redis that it is compatible with."""
    valkey = info.get("valkey_version")
    return f"Valkey {valkey}" if valkey else f"Redis {info['redis_version']}"


def _cursor(text: str | None) -> int:
    """Raises `Rejected` for what no page gave."""
    if text and not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise Rejected("That is no cursor.", hint="One is a number, as the page before gave it.")
    return int(text or 0)
