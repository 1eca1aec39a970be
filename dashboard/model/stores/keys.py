"""Dapr's keys and values in Redis, decoded for reading.

Format: components-contrib `state/redis/redis.go`: a hash with fields `data` (JSON) and `version` (the ETag);
actor keys are `app-id||actor-type||actor-id||state-key` (docs: actors API). Values may also be plain strings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from dashboard.model.core.store_refusal import StoreRefusal

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


@dataclass(frozen=True, kw_only=True)
class KeyValue:
    """One key, decoded. `value` is JSON with nested JSON unwrapped, `raw` maps each field to its text.

    `ttl_seconds` is None for a key that never expires, or where Redis did not say (`ttl_told`).
    """

    key: str
    redis_type: str
    value: Any
    raw: dict[str, str]
    version: str | None
    ttl_seconds: int | None
    size_bytes: int | None
    ttl_told: bool = True

    @property
    def expiry(self) -> str:
        """When it expires, in words."""
        if self.ttl_seconds is not None:
            return f"expires in {self.ttl_seconds:,} s"
        return "never expires" if self.ttl_told else "expiry not given"


@dataclass(frozen=True, kw_only=True)
class StoreInfo:
    """One Redis server as it says of itself; `run_id` tells two servers apart whatever they are called."""

    server: str  # product and version: "Redis 7.0.15", "Valkey 9.1.2"
    run_id: str
    used_memory_bytes: int
    keys: int
    refuses_writes: StoreRefusal | None = None


def parse_key(raw: str) -> DaprKey:
    """Take a Redis key apart: four parts are an actor's state, two an app's, all else is "other"."""
    parts = tuple(raw.split("||"))
    if len(parts) == 4 and all(parts):
        return DaprKey(raw, "actor", parts)
    if len(parts) == 2 and all(parts):
        return DaprKey(raw, "app", parts)
    return DaprKey(raw, "other", ("other", raw))
