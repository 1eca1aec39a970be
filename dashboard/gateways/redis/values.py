"""Redis values of every type, decoded and cut to what a page can show."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, cast

import redis

from dashboard.model.core.redis_key import to_bytes, to_text
from dashboard.model.stores.decoding import unwrap, value_text
from dashboard.model.stores.keys import KeyValue
from dashboard.model.topics.streams import ConsumerGroup, Fields, Stream, by_name

MAX_ITEMS = 100
MAX_TEXT_BYTES = 1 << 20


def read(client: redis.Redis, key: str) -> KeyValue | None:
    """One key, or None where it is missing. Raises redis errors."""
    name = to_bytes(key)
    pipeline = client.pipeline(transaction=False)
    pipeline.type(name)
    pipeline.ttl(name)
    pipeline.memory_usage(name)
    kind, ttl, size = pipeline.execute(raise_on_error=False)
    if isinstance(kind, Exception):
        raise kind
    word = value_text(kind)
    if word == "none":
        return None
    raw = _READERS.get(word, _unknown)(client, name)
    untold = isinstance(ttl, Exception)  # a user may have the right to read and not this one
    return KeyValue(
        key=key,
        redis_type=word,
        value=_value(word, raw),
        raw=raw,
        version=raw.get("version") if word == "hash" else None,
        ttl_seconds=None if untold or ttl < 0 else ttl,
        size_bytes=None if isinstance(size, Exception) else size,
        ttl_told=not untold,
    )


def _value(redis_type: str, raw: dict[str, str]) -> Any:
    if redis_type == "hash" and "data" in raw:
        return unwrap(raw["data"])
    return {name: unwrap(text) for name, text in raw.items()}


Pairs = Sequence[tuple[bytes, bytes]]


def entries(reply: Any, **_: Any) -> list[tuple[bytes, Pairs]]:
    """What XRANGE answers; redis-py's own reader keeps the last of the fields of one name alone."""
    return [(entry_id, list(zip(told[::2], told[1::2], strict=True))) for entry_id, told in reply or ()]


def fields(pairs: Pairs) -> Fields:
    """A stream entry with JSON unwrapped."""
    return by_name([(to_text(name), unwrap(value_text(value))) for name, value in pairs])


def _string(client: redis.Redis, name: bytes) -> dict[str, str]:
    return {"value": value_text(cast(bytes, client.getrange(name, 0, MAX_TEXT_BYTES - 1)))}


def _hash(client: redis.Redis, name: bytes) -> dict[str, str]:
    if client.hlen(name) <= MAX_ITEMS:
        return {to_text(k): value_text(v) for k, v in cast(Any, client.hgetall(name)).items()}
    _, part = cast(Any, client.hscan(name, count=MAX_ITEMS))
    return {to_text(k): value_text(v) for k, v in list(part.items())[:MAX_ITEMS]}


def _list(client: redis.Redis, name: bytes) -> dict[str, str]:
    items = cast(Any, client.lrange(name, 0, MAX_ITEMS - 1))
    return {str(index): value_text(item) for index, item in enumerate(items)}


def _set(client: redis.Redis, name: bytes) -> dict[str, str]:
    _, items = cast(Any, client.sscan(name, count=MAX_ITEMS))
    return {str(index): value_text(item) for index, item in enumerate(items[:MAX_ITEMS])}


def _sorted_set(client: redis.Redis, name: bytes) -> dict[str, str]:
    items = cast(Any, client.zrange(name, 0, MAX_ITEMS - 1, withscores=True))
    return {to_text(item): str(score) for item, score in items}


def _stream(client: redis.Redis, name: bytes) -> dict[str, str]:
    found = cast(Any, client.xrevrange(name, count=MAX_ITEMS))
    return {value_text(entry_id): _entry(pairs) for entry_id, pairs in found}


def _entry(pairs: Pairs) -> str:
    """The event of an entry that Dapr wrote, or every field of any other, as JSON."""
    if sorted(name for name, _ in pairs) in ([b"data"], [b"data", b"metadata"]):
        return value_text(dict(pairs)[b"data"])
    told = by_name([(to_text(name), value_text(value)) for name, value in pairs])
    return json.dumps(told, ensure_ascii=False)


def _unknown(client: redis.Redis, name: bytes) -> dict[str, str]:
    return {}


_READERS: dict[str, Callable[[redis.Redis, bytes], dict[str, str]]] = {
    "string": _string,
    "hash": _hash,
    "list": _list,
    "set": _set,
    "zset": _sorted_set,
    "stream": _stream,
}


def stream(client: redis.Redis, name: bytes) -> Stream:
    """A stream's figures; raises redis errors."""
    info = cast(Any, client.xinfo_stream(name))
    groups = cast(Any, client.xinfo_groups(name))
    return Stream(
        name=to_text(name),
        length=int(info["length"]),
        first_id=value_text(info["first-entry"][0]) if info["first-entry"] else "",
        last_id=value_text(info["last-generated-id"]),
        groups=tuple(
            ConsumerGroup(
                name=to_text(g["name"]),
                consumers=int(g["consumers"]),
                pending=int(g["pending"]),
                last_id=value_text(g["last-delivered-id"]),
                lag=g.get("lag"),
            )
            for g in groups
        ),
    )
