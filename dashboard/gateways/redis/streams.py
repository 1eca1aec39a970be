"""Topics read without harm: XRANGE, XINFO and XPENDING alone. Nothing here takes part in a group.

Dapr keeps a topic as a stream of that name, whose entries hold a CloudEvent in the field `data`; a group and
its one consumer are called by the app-id unless `consumerID` says otherwise (components-contrib
`pubsub/redis/redis.go`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, cast

import redis

from dashboard.gateways.redis import values as redis_values
from dashboard.gateways.redis.connection import RedisConnection
from dashboard.gateways.redis.errors import gateway_error
from dashboard.model.core import redis_key
from dashboard.model.core.errors import NotThere
from dashboard.model.core.redis_key import to_text
from dashboard.model.stores.decoding import value_text
from dashboard.model.topics.events import Consumer, PendingEntry
from dashboard.model.topics.streams import Fields, Stream

SCAN_COUNT = 500
SCAN_SECONDS = 1.0


class StreamReader(RedisConnection):
    """The streams of one Redis database; raises `GatewayError` alone."""

    def streams(self) -> tuple[Stream, ...]:
        """Streams with their groups, from one budgeted scan."""
        with self._errors():
            return tuple(filter(None, map(self._listed, sorted(self._stream_names()))))

    def _listed(self, name: bytes) -> Stream | None:
        """One of a list: None where it was deleted meanwhile; what may not be read of it is said on it."""
        try:
            return redis_values.stream(self._redis, name)
        except redis.exceptions.NoPermissionError as error:
            why = gateway_error(self._address, error).what
            return Stream(name=to_text(name), length=0, first_id="", last_id="", unread=why)
        except redis.ResponseError as error:
            if "no such key" not in str(error):
                raise
            return None

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
    ) -> tuple[tuple[str, Fields], ...]:
        """The newest entries older than id `before`, newest first, decoded; takes part in no group."""
        newest = f"({before}" if before else "+"
        with self._errors():
            raw = cast(Any, self._redis.xrevrange(redis_key.to_bytes(stream), newest, "-", count=limit))
        return tuple((value_text(entry_id), redis_values.fields(values)) for entry_id, values in raw)

    def stream(self, name: str) -> Stream:
        """One stream with its groups; raises `NotThere`."""
        with self._errors():
            raw = redis_key.to_bytes(name)
            if not self._redis.exists(raw):
                raise NotThere(
                    f"{self._where} has no stream {name}.", hint="Nothing was published to it yet."
                )
            return redis_values.stream(self._redis, raw)

    def entries_after(self, stream: str, after: str, *, limit: int = 1000) -> tuple[tuple[str, Fields], ...]:
        """Entries newer than id `after` ("" for all), oldest first, decoded; takes part in no group."""
        with self._errors():
            name, start = redis_key.to_bytes(stream), f"({after}" if after else "-"
            raw = cast(Any, self._redis.xrange(name, start, "+", count=limit))
        return tuple((value_text(entry_id), redis_values.fields(values)) for entry_id, values in raw)

    def consumers(self, stream: str, group: str) -> tuple[Consumer, ...]:
        """Who reads for a group."""
        with self._errors():
            found = cast(Any, self._redis.xinfo_consumers(*map(redis_key.to_bytes, (stream, group))))
        return tuple(Consumer(to_text(c["name"]), int(c["pending"]), int(c["idle"])) for c in found)

    def pending(self, stream: str, group: str, *, limit: int = 100) -> tuple[PendingEntry, ...]:
        """What a group was given and has not acknowledged, oldest first."""
        with self._errors():
            name, of = map(redis_key.to_bytes, (stream, group))
            return _pending(cast(Any, self._redis.xpending_range(name, of, "-", "+", limit)))

    def pending_among(self, stream: str, group: str, entries: Sequence[str]) -> dict[str, PendingEntry]:
        """Which of these entries a group has not acknowledged."""
        pipeline = self._redis.pipeline(transaction=False)
        name, of = map(redis_key.to_bytes, (stream, group))
        for entry_id in entries:
            pipeline.xpending_range(name, of, entry_id, entry_id, 1)
        with self._errors():
            replies = pipeline.execute() if entries else []
        return {item.entry_id: item for reply in replies for item in _pending(reply)}


def _pending(reply: Any) -> tuple[PendingEntry, ...]:
    return tuple(
        PendingEntry(
            value_text(item["message_id"]),
            to_text(item["consumer"]),
            int(item["time_since_delivered"]),
            int(item["times_delivered"]),
        )
        for item in reply
    )
