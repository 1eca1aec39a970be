"""How one Redis is, in three round trips and a budgeted scan; takes part in no group, writes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any, cast

import redis

from dashboard.gateways.redis import writes
from dashboard.gateways.redis.values import fields
from dashboard.model.core.redis_key import to_text
from dashboard.model.doctor.conditions import GroupBacklog, StoreCondition
from dashboard.model.stores.decoding import value_text
from dashboard.model.stores.keys import parse_key

SCAN_COUNT = 500
SCAN_SECONDS = 0.5
MOST_STREAMS = 20
MOST_ENTRIES = 20


def read(client: redis.Redis, database: int) -> StoreCondition:
    """Raises redis errors."""
    began = time.time()
    asked = client.pipeline(transaction=False)
    asked.time()
    asked.info()
    asked.config_get("save")
    now, info, settings = cast(Any, asked.execute(raise_on_error=False))
    for answer in (now, info):
        if isinstance(answer, Exception):
            raise answer
    check(info)
    local = (began + time.time()) / 2
    names, streams = _keys(client)
    pending, groups, types = _streams(client, sorted(streams)[:MOST_STREAMS])
    apps = {key.path[0]: key.raw for key in map(parse_key, names) if key.kind in {"actor", "app"}}
    return StoreCondition(
        run_id=str(info["run_id"]),
        database=database,
        used_bytes=int(info["used_memory"]),
        limit_bytes=int(info.get("maxmemory", 0)),
        policy=str(info.get("maxmemory_policy", "")),
        evicted=int(info.get("evicted_keys", 0)),
        append_only=bool(int(info.get("aof_enabled", 0))),
        save=None if isinstance(settings, Exception) else value_text(_text(settings, "save")),
        clock=now[0] + now[1] / 1e6 - local,
        refuses_writes=writes.why_none(info, writes.settings(client)),
        pending=tuple(pending),
        groups=frozenset(groups),
        apps=apps,
        event_types=types,
    )


def check(info: Mapping[str, Any]) -> None:
    """Raises a redis error where INFO lacks what a server is known by: some services leave fields out."""
    missing = [name for name in ("redis_version", "run_id", "used_memory") if name not in info]
    if missing:
        raise redis.ResponseError(f"its INFO does not tell {', '.join(missing)}")


def _text(settings: Any, name: str) -> bytes:
    found = settings.get(name, settings.get(name.encode(), b""))
    return found if isinstance(found, bytes) else str(found).encode()


def _keys(client: redis.Redis) -> tuple[list[str], set[bytes]]:
    """Names of Dapr's keys, and of streams, as far as the budget goes."""
    names: list[str] = []
    streams: set[bytes] = set()
    deadline = time.monotonic() + SCAN_SECONDS
    dapr = streamed = 0
    while True:
        asked = client.pipeline(transaction=False)
        asked.scan(dapr, match="*||*", count=SCAN_COUNT)
        asked.scan(streamed, count=SCAN_COUNT, _type="stream")
        (dapr, batch), (streamed, found) = asked.execute()
        names += map(to_text, batch)
        streams.update(found)
        if not (dapr or streamed) or time.monotonic() > deadline:
            return names, streams


Streams = tuple[list[GroupBacklog], set[tuple[str, str]], dict[str, frozenset[str]]]


def _streams(client: redis.Redis, names: Iterable[bytes]) -> Streams:
    pending: list[GroupBacklog] = []
    groups: set[tuple[str, str]] = set()
    types: dict[str, frozenset[str]] = {}
    for name in names:
        asked = client.pipeline(transaction=False)
        asked.xinfo_groups(name)
        asked.xrevrange(name, count=MOST_ENTRIES)
        found, newest = asked.execute(raise_on_error=False)
        if any("no such key" in str(answer) for answer in (found, newest)):
            continue  # deleted since the scan
        for answer in (found, newest):
            if isinstance(answer, Exception):
                raise answer
        types[to_text(name)] = frozenset(filter(None, (_type(values) for _, values in newest)))
        for group in found:
            groups.add((to_text(name), to_text(group["name"])))
            if group["pending"]:
                pending.append(_pending(client, name, group))
    return pending, groups, types


def _pending(client: redis.Redis, name: bytes, group: Any) -> GroupBacklog:
    oldest = cast(Any, client.xpending_range(name, group["name"], "-", "+", MOST_ENTRIES))
    return GroupBacklog(
        stream=to_text(name),
        group=to_text(group["name"]),
        count=int(group["pending"]),
        idle_seconds=max((entry["time_since_delivered"] / 1000 for entry in oldest), default=0.0),
        deliveries=max((int(entry["times_delivered"]) for entry in oldest), default=0),
    )


def _type(values: dict[bytes, bytes]) -> str:
    event = fields(values).get("data")
    return str(event.get("type") or "") if isinstance(event, dict) else ""
