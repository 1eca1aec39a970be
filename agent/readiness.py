"""Whether a turn can be taken: by the sidecar's actor runtime, and by its way to the state store."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

from agent.sidecar import ACTOR_TYPE, Sidecar, SidecarError

STORE_SECONDS = 2.0
NOBODYS_KEY = "chat-agent-reads-this-and-nobody-writes-it"


class Readiness:
    """Asked by probes and pages alike; the store is read once in `store_seconds`, and never written."""

    def __init__(self, sidecar: Sidecar, store_seconds: float = STORE_SECONDS) -> None:
        self._sidecar = sidecar
        self._store_seconds = store_seconds
        self._reading = asyncio.Lock()
        self._read: tuple[float, str] | None = None

    async def why_not(self, *, store: bool = True) -> str:
        """Why no turn can be taken now, or ""; without `store`, why no actor can be called."""
        try:
            metadata = json.loads(await self._sidecar.metadata())
        except SidecarError as error:
            return str(error)
        return _why_no_actor(metadata) or (await self._why_no_state(metadata) if store else "")

    async def _why_no_state(self, metadata: dict[str, Any]) -> str:
        async with self._reading:
            if self._read is None or time.monotonic() - self._read[0] > self._store_seconds:
                why = await self._refusal(metadata)
                self._read = time.monotonic(), why
            return self._read[1]

    async def _refusal(self, metadata: dict[str, Any]) -> str:
        """Why none of the stores that can hold actors is read: which one does, a sidecar does not tell."""
        why = ""
        for name in _actor_stores(metadata):
            try:
                await self._sidecar.read_state(name, NOBODYS_KEY)
            except SidecarError as error:
                if error.status and error.status < 500:  # this API is not open to us: nothing is known
                    return ""
                cause = str(error).partition(f"from state store {name}: ")[2] or str(error)
                why = why or f"the sidecar cannot read {name}: {cause}"
            else:
                return ""
        return why


def _why_no_actor(metadata: dict[str, Any]) -> str:
    runtime: dict[str, Any] = metadata.get("actorRuntime") or {}
    hosted = {actor.get("type") for actor in runtime.get("activeActors") or ()}
    if ACTOR_TYPE not in hosted:
        return f"the sidecar does not host {ACTOR_TYPE} yet"
    if not runtime.get("hostReady"):
        return f"the sidecar's actor runtime is not ready ({runtime.get('placement', 'no placement')})"
    return ""


def _actor_stores(metadata: dict[str, Any]) -> Iterator[str]:
    """Components that Dapr could keep actors in (dapr/dapr `pkg/runtime/runtime.go`: capability ACTOR)."""
    for component in metadata.get("components") or ():
        if component["type"].startswith("state.") and "ACTOR" in (component.get("capabilities") or ()):
            yield component["name"]
