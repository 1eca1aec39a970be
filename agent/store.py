"""Where an actor's history is kept: the actor state API of its sidecar, through one transaction per save."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from dapr.clients.base import DaprActorClientBase

from agent import history
from agent.history import Head, Message, Segment, Window
from agent.serializer import PlainJson
from agent.sidecar import ACTOR_TYPE

# daprd takes request bodies of up to 4 MiB unless told otherwise (`--max-body-size`).
UPGRADE_BYTES = 1 << 20
_JSON = PlainJson()


class HistoryStore:
    """Raises `SidecarError` where the store is away; nothing is cached between calls."""

    def __init__(self, client: DaprActorClientBase, actor_id: str) -> None:
        self._client = client
        self._actor_id = actor_id
        self._key = f"history-{actor_id}"

    async def load(self) -> Head:
        """The head; an actor never written to has an empty one. A plain list is upgraded first."""
        stored = await self._get(self._key)
        if stored is None:
            return Head()
        if isinstance(stored, list):
            return await self._upgrade(stored)
        return history.decode_head(stored)

    async def read(self, head: Head, view: Window) -> tuple[Message, ...]:
        """The messages of `view`, reading only the segments that it names."""
        segments = await asyncio.gather(*(self._segment(number) for number in view.segments))
        return history.cut(head, view, segments)

    async def save(self, head: Head, segments: Iterable[Segment] = ()) -> None:
        """Head and segments in one transaction: all of it is stored, or none."""
        changes = [
            self._upsert(f"{self._key}-{s.number}", history.encode_messages(s.messages)) for s in segments
        ]
        changes.append(self._upsert(self._key, history.encode_head(head)))
        await self._transact(changes)

    async def _upgrade(self, stored: list[Any]) -> Head:
        """Segments first, the head last: until it is stored the list stands, and a crash starts over."""
        head, segments = history.upgrade(stored)
        batch: list[bytes] = []
        for segment in segments:
            batch.append(
                self._upsert(f"{self._key}-{segment.number}", history.encode_messages(segment.messages))
            )
            if sum(map(len, batch)) > UPGRADE_BYTES:
                await self._transact(batch)
                batch = []
        await self._transact([*batch, self._upsert(self._key, history.encode_head(head))])
        return head

    async def _segment(self, number: int) -> tuple[Message, ...]:
        stored = await self._get(f"{self._key}-{number}")
        if stored is None:
            raise LookupError(f"{self._key}-{number} is missing from the store")
        return history.decode_messages(stored)

    async def _get(self, key: str) -> Any:
        data = await self._client.get_state(ACTOR_TYPE, self._actor_id, key)
        return _JSON.deserialize(data) if data else None

    def _upsert(self, key: str, value: object) -> bytes:
        return _JSON.serialize({"operation": "upsert", "request": {"key": key, "value": value}})

    async def _transact(self, changes: list[bytes]) -> None:
        data = b"[" + b",".join(changes) + b"]"
        await self._client.save_state_transactionally(ACTOR_TYPE, self._actor_id, data)
