"""The agent with one more actor type that does nothing but what no turn can do without.

`POST /floor/{id}` is one hop, one call of an actor, one state transaction and one publish, each through the
same sidecar and the same session as a turn's. Run as the agent is: `python -m bench.reference.floor`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import uvicorn
from dapr.actor import Actor, ActorId, ActorInterface, actormethod
from dapr.actor.runtime.context import ActorRuntimeContext
from fastapi import FastAPI, Request

from agent.main import create_app
from agent.serializer import PlainJson
from agent.settings import Settings
from agent.sidecar import Sidecar

TYPE = "Floor"
VALUE = b'[{"operation":"upsert","request":{"key":"value","value":{"kept":"hello"}}}]'


class FloorInterface(ActorInterface):  # type: ignore[misc]
    @actormethod(name="Do")  # type: ignore[untyped-decorator]
    async def do(self) -> None:
        raise TypeError("an interface")


class Floor(Actor, FloorInterface):  # type: ignore[misc]
    def __init__(self, context: ActorRuntimeContext, actor_id: ActorId, sidecar: Sidecar) -> None:
        super().__init__(context, actor_id)
        self._sidecar = sidecar
        self._count = 0

    async def do(self) -> None:
        self._count += 1
        await self._sidecar.save_state_transactionally(TYPE, self.id.id, VALUE)
        event_id = f"{self.id.id}-{self._count}"
        await self._sidecar.publish(b'{"kept":"hello"}', event_type="ConversationUpdated", event_id=event_id)


def _floor(context: ActorRuntimeContext, actor_id: ActorId, *, sidecar: Sidecar) -> Floor:
    return Floor(context, actor_id, sidecar)


def app(settings: Settings) -> FastAPI:
    """The agent's own app with the floor beside it."""
    made = create_app(settings)
    agent_lives = made.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with agent_lives(app):
            await app.state.actors.register_actor(
                Floor,
                message_serializer=PlainJson(),
                actor_client=app.state.sidecar,
                actor_factory=partial(_floor, sidecar=app.state.sidecar),
            )
            yield

    made.router.lifespan_context = lifespan

    @made.post("/floor/{actor_id}")
    async def floor(actor_id: str, request: Request) -> dict[str, Any]:
        await request.app.state.sidecar.invoke_method(TYPE, actor_id, "Do")
        return {"response": None}

    return made


if __name__ == "__main__":
    settings = Settings()
    uvicorn.run(
        app(settings), host=settings.app_host, port=settings.app_port, log_config=None, access_log=False
    )
