"""Whether a Redis takes writes, by what it says of itself: nothing is written to find out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import redis

from dashboard.model.core.store_refusal import StoreRefusal

_DECIDING = ("save", "stop-writes-on-bgsave-error", "min-replicas-to-write")


def _settings(client: redis.Redis) -> dict[str, str]:
    """Those settings that decide on writes and that this user may read."""
    asked = client.pipeline(transaction=False)
    for name in _DECIDING:
        asked.config_get(name)
    answers = cast(Any, asked.execute(raise_on_error=False))
    told = [answer for answer in answers if isinstance(answer, dict)]
    return {_text(name): _text(value) for answer in told for name, value in answer.items()}


def why_none(client: redis.Redis, info: Mapping[str, Any]) -> StoreRefusal | None:
    """Why each write is refused, as `processCommand` in redis' `server.c` decides; raises redis errors.

    Its settings are asked for only where its INFO leaves that to them.
    """
    if info.get("role") == "slave" and int(info.get("slave_read_only", 1)):
        return StoreRefusal(
            words="It is a read-only replica: it refuses each write.", fix="Name the primary, or make it one."
        )
    limit, counted = int(info.get("maxmemory", 0)), int(info["used_memory"])
    counted -= int(info.get("mem_not_counted_for_evict", 0))
    if limit and counted > limit and info.get("maxmemory_policy") == "noeviction":
        words = f"It is full, {counted:,} bytes of {limit:,}, and refuses each write."
        return StoreRefusal(words=words, fix="Give it more memory.", full=True)
    if info.get("aof_last_write_status") == "err":
        return _no_disk("It could not write its log of changes, and refuses each write until it can.")
    unsaved, replicas = info.get("rdb_last_bgsave_status") == "err", info.get("min_slaves_good_slaves")
    told = _settings(client) if unsaved or replicas is not None else {}
    stops = bool(told.get("save")) and told.get("stop-writes-on-bgsave-error") == "yes"
    if stops and unsaved:
        return _no_disk("Its last save failed, and it refuses each write until one does not.")
    wanted = int(told.get("min-replicas-to-write") or 0)
    if replicas is not None and int(replicas) < wanted:
        words = f"It has {replicas} good replicas of the {wanted} that it asks for."
        return StoreRefusal(words=f"{words} It refuses each write.", fix="See its replicas.")
    return None


def _no_disk(words: str) -> StoreRefusal:
    return StoreRefusal(words=words, fix="See its log: most often its disk is full, or not its own to write.")


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
