"""How one Redis is, in few round trips and a budgeted scan; takes part in no group, writes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, cast

import redis

from dashboard.gateways.redis import writes
from dashboard.gateways.redis.values import Pairs, fields
from dashboard.model.core.redis_key import to_text
from dashboard.model.doctor.conditions import GroupBacklog, StoreCondition
from dashboard.model.stores.decoding import value_text
from dashboard.model.stores.keys import parse_key
from dashboard.model.topics.streams import last_of_each

SCAN_COUNT = 500
SCAN_SECONDS = 0.5
MOST_STREAMS = 20
MOST_ENTRIES = 20


# How each field of the condition is called in INFO, and what makes one of the other.
_INFO: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "run_id": ("run_id", str),
    "used_bytes": ("used_memory", int),
    "limit_bytes": ("maxmemory", int),
    "policy": ("maxmemory_policy", str),
    "evicted": ("evicted_keys", int),
    "append_only": ("aof_enabled", lambda value: bool(int(value))),
}
_OF_STREAMS = ("groups", "pending", "event_types")


def read(client: redis.Redis, database: int, worded: Callable[[Exception], str]) -> StoreCondition:
    """What can be had of it: `untold` names for each other field the command that is refused.

    `worded` makes a sentence of a redis error. Raises redis errors where nothing can be had.
    """
    found = _Reading(client, worded)
    found.server()
    found.keys_and_streams()
    if not found.values and found.refusals:
        raise found.refusals[0]
    return StoreCondition(database=database, **found.values, untold=found.untold)


class _Reading:
    """Fields of the condition, and why others are not known."""

    def __init__(self, client: redis.Redis, worded: Callable[[Exception], str]) -> None:
        self._client, self._worded = client, worded
        self.values: dict[str, Any] = {}
        self.untold: dict[str, str] = {}
        self.refusals: list[Exception] = []

    def _known(self, answer: Any, *fields: str) -> bool:
        """Whether it is an answer; a refusal is why these fields are not known, another error is raised."""
        if not isinstance(answer, Exception):
            return True
        if not is_refused(answer):
            raise answer
        self.refusals.append(answer)
        self.untold.update(dict.fromkeys(fields, self._worded(answer)))
        return False

    def server(self) -> None:
        """What INFO, CONFIG and TIME tell."""
        began = time.time()
        asked = self._client.pipeline(transaction=False)
        asked.time()
        asked.info()
        asked.config_get("save")
        now, info, settings = cast(Any, asked.execute(raise_on_error=False))
        if self._known(info, *_INFO, "refuses_writes"):
            self._info(info)
        if self._known(now, "clock"):
            self.values["clock"] = now[0] + now[1] / 1e6 - (began + time.time()) / 2
        if self._known(settings, "save"):
            self.values["save"] = value_text(_text(settings, "save"))

    def _info(self, info: Mapping[str, Any]) -> None:
        """Some services leave fields out."""
        for field, (name, make) in _INFO.items():
            if name in info:
                self.values[field] = make(info[name])
            else:
                self.untold[field] = self._worded(redis.ResponseError(f"its INFO does not tell {name}"))
        if "used_memory" in info:
            self.values["refuses_writes"] = writes.why_none(self._client, info)
        else:
            self.untold["refuses_writes"] = self.untold["used_bytes"]

    def keys_and_streams(self) -> None:
        """What a budgeted scan finds, and what its streams tell."""
        try:
            names, streams = _keys(self._client)
        except redis.ResponseError as error:
            self._known(error, "apps", *_OF_STREAMS)
            return
        found = (key for key in map(parse_key, names) if key.kind in {"actor", "app"})
        self.values["apps"] = {key.path[0]: key.raw for key in found}
        pending: list[GroupBacklog] = []
        groups: set[tuple[str, str]] = set()
        types: dict[str, frozenset[str]] = {}
        for name in sorted(streams)[:MOST_STREAMS]:
            self._stream(name, pending, groups, types)
        self.values |= {"pending": tuple(pending), "groups": frozenset(groups), "event_types": types}

    def _stream(
        self,
        name: bytes,
        pending: list[GroupBacklog],
        groups: set[tuple[str, str]],
        types: dict[str, frozenset[str]],
    ) -> None:
        asked = self._client.pipeline(transaction=False)
        asked.xinfo_groups(name)
        asked.xrevrange(name, count=MOST_ENTRIES)
        found, newest = asked.execute(raise_on_error=False)
        if any("no such key" in str(answer) for answer in (found, newest)):
            return  # deleted since the scan
        if self._known(newest, "event_types"):
            types[to_text(name)] = frozenset(filter(None, (_type(values) for _, values in newest)))
        if not self._known(found, "groups", "pending"):
            return
        for group in found:
            groups.add((to_text(name), to_text(group["name"])))
            if group["pending"]:
                try:
                    pending.append(_pending(self._client, name, group))
                except redis.ResponseError as error:
                    self._known(error, "pending")


def is_refused(error: Exception) -> bool:
    """Whether this command alone is: by a right that a user lacks, or because the server has it not."""
    refused = isinstance(error, redis.exceptions.NoPermissionError) or str(error).startswith("NOPERM")
    return refused or "unknown command" in str(error).lower() or "unknown subcommand" in str(error).lower()


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


def _pending(client: redis.Redis, name: bytes, group: Any) -> GroupBacklog:
    oldest = cast(Any, client.xpending_range(name, group["name"], "-", "+", MOST_ENTRIES))
    return GroupBacklog(
        stream=to_text(name),
        group=to_text(group["name"]),
        count=int(group["pending"]),
        idle_seconds=max((entry["time_since_delivered"] / 1000 for entry in oldest), default=0.0),
        deliveries=max((int(entry["times_delivered"]) for entry in oldest), default=0),
    )


def _type(pairs: Pairs) -> str:
    event = last_of_each(fields(pairs)).get("data")
    return str(event.get("type") or "") if isinstance(event, dict) else ""
