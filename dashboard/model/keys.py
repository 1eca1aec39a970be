"""Dapr's keys and values in Redis, decoded for reading.

Format: components-contrib `state/redis/redis.go`: a hash with fields `data` (JSON) and `version` (the ETag);
actor keys are `app-id||actor-type||actor-id||state-key` (docs: actors API). Values may also be plain strings.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

KeyKind = Literal["actor", "app", "stream", "other"]


@dataclass(frozen=True)
class DaprKey:
    """A Redis key taken apart. `path` is what the tree shows, outermost first."""

    raw: str
    kind: KeyKind
    path: tuple[str, ...]


@dataclass(frozen=True)
class KeyPage:
    """Some keys, and how the scan ended. `cursor` continues the scan, None when every key was seen."""

    keys: tuple[DaprKey, ...] = ()
    scanned: int = 0
    cursor: str | None = None
    stopped: str = ""


@dataclass(frozen=True)
class KeyValue:
    """One key, decoded. `value` is JSON with nested JSON unwrapped, `raw` maps each field to its text."""

    key: str
    redis_type: str
    value: Any
    raw: dict[str, str]
    version: str | None
    ttl_seconds: int | None
    size_bytes: int | None


@dataclass(frozen=True)
class StoreInfo:
    """One Redis server as it says of itself; `run_id` tells two servers apart whatever they are called."""

    version: str
    run_id: str
    used_memory_bytes: int
    keys: int


@dataclass(frozen=True)
class Group:
    """A consumer group; `lag` is None where this Redis does not give it (before 7.0)."""

    name: str
    consumers: int
    pending: int
    last_id: str
    lag: int | None

    @property
    def lag_words(self) -> str:
        """How many entries it has not taken yet, or that it is not known."""
        return "not given by this Redis" if self.lag is None else f"{self.lag:,}"


@dataclass(frozen=True)
class Stream:
    """One topic: `length` entries now, from `first_id` to `last_id` ("" when empty)."""

    name: str
    length: int
    first_id: str
    last_id: str
    groups: tuple[Group, ...] = ()


def text_of(data: bytes) -> str:
    """Bytes as text that shows every byte: UTF-8 where it is, `\\xNN` where it is not."""
    return data.decode("utf-8", "backslashreplace")


def parse_key(raw: str) -> DaprKey:
    """Take a Redis key apart: four parts are an actor's state, two an app's, all else is "other"."""
    parts = tuple(raw.split("||"))
    if len(parts) == 4 and all(parts):
        return DaprKey(raw, "actor", parts)
    if len(parts) == 2 and all(parts):
        return DaprKey(raw, "app", parts)
    return DaprKey(raw, "other", ("other", raw))


def unwrap(text: str) -> Any:
    """Decode JSON, and JSON inside JSON objects and arrays as text; what is no JSON stays text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return _unwrap_nested(value) if isinstance(value, dict | list) else _unwrap_text(text, value)


def _unwrap_text(text: str, value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"{", "[", '"'}:
        return unwrap(value)
    return value


def _unwrap_nested(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unwrap_nested(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unwrap_nested(item) for item in value]
    return value
