"""Redis values of every type, decoded and cut to what a page can show."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Any, cast

import redis

from dashboard.model.keys import Group, KeyValue, Stream, text_of, unwrap

MAX_ITEMS = 100
MAX_TEXT_BYTES = 1 << 20


def bytes_of(text: str) -> bytes:
    """The key that `text_of` showed: the reverse of backslashreplace for bytes that are no UTF-8."""
    if "\\x" not in text:
        return text.encode()
    return b"".join(codecs.escape_decode(part)[0] if i else part.encode() for i, part in _split(text))


def _split(text: str) -> list[tuple[int, Any]]:
    first, *rest = text.split("\\x")
    parts: list[tuple[int, Any]] = [(0, first)]
    for piece in rest:
        parts += [(1, f"\\x{piece[:2]}".encode()), (0, piece[2:])]
    return parts


def read(client: redis.Redis, key: str) -> KeyValue | None:
    """One key, or None where it is missing. Raises redis errors."""
    name = bytes_of(key)
    pipeline = client.pipeline(transaction=False)
    pipeline.type(name)
    pipeline.ttl(name)
    pipeline.memory_usage(name)
    kind, ttl, size = pipeline.execute(raise_on_error=False)
    for reply in (kind, ttl):
        if isinstance(reply, Exception):
            raise reply
    word = text_of(kind)
    if word == "none":
        return None
    raw = _READERS.get(word, _unknown)(client, name)
    version = raw.get("version") if word == "hash" else None
    return KeyValue(
        key=key,
        redis_type=word,
        value=unwrap(raw["data"])
        if word == "hash" and "data" in raw
        else {k: unwrap(v) for k, v in raw.items()},
        raw=raw,
        version=version,
        ttl_seconds=ttl if ttl >= 0 else None,
        size_bytes=None if isinstance(size, Exception) else size,
    )


def fields(values: dict[bytes, bytes]) -> dict[str, Any]:
    """A hash or a stream entry with JSON unwrapped."""
    return {text_of(name): unwrap(text_of(value)) for name, value in values.items()}


def _string(client: redis.Redis, name: bytes) -> dict[str, str]:
    return {"value": text_of(cast(bytes, client.getrange(name, 0, MAX_TEXT_BYTES - 1)))}


def _hash(client: redis.Redis, name: bytes) -> dict[str, str]:
    if client.hlen(name) <= MAX_ITEMS:
        return {text_of(k): text_of(v) for k, v in cast(Any, client.hgetall(name)).items()}
    _, part = cast(Any, client.hscan(name, count=MAX_ITEMS))
    return {text_of(k): text_of(v) for k, v in list(part.items())[:MAX_ITEMS]}


def _list(client: redis.Redis, name: bytes) -> dict[str, str]:
    items = cast(Any, client.lrange(name, 0, MAX_ITEMS - 1))
    return {str(index): text_of(item) for index, item in enumerate(items)}


def _set(client: redis.Redis, name: bytes) -> dict[str, str]:
    _, items = cast(Any, client.sscan(name, count=MAX_ITEMS))
    return {str(index): text_of(item) for index, item in enumerate(items[:MAX_ITEMS])}


def _sorted_set(client: redis.Redis, name: bytes) -> dict[str, str]:
    items = cast(Any, client.zrange(name, 0, MAX_ITEMS - 1, withscores=True))
    return {text_of(item): str(score) for item, score in items}


def _stream(client: redis.Redis, name: bytes) -> dict[str, str]:
    entries = cast(Any, client.xrevrange(name, count=MAX_ITEMS))
    return {text_of(entry_id): text_of(values.get(b"data", b"")) for entry_id, values in entries}


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
        name=text_of(name),
        length=int(info["length"]),
        first_id=text_of(info["first-entry"][0]) if info["first-entry"] else "",
        last_id=text_of(info["last-generated-id"]),
        groups=tuple(
            Group(
                text_of(g["name"]),
                int(g["consumers"]),
                int(g["pending"]),
                text_of(g["last-delivered-id"]),
                g.get("lag"),
            )
            for g in groups
        ),
    )
