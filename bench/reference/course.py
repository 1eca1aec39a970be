"""The chat actor as the course writes it with Dapr's SDK: the history is one value, and each turn publishes.

Run as the agent is: `python -m bench.reference.course`, with the same environment.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from dapr.actor import Actor, ActorId, ActorInterface, ActorProxy, actormethod
from dapr.clients import DaprClient
from dapr.ext.fastapi import DaprActor
from fastapi import FastAPI

from agent.settings import Settings

SETTINGS = Settings()


class CourseInterface(ActorInterface):  # type: ignore[misc]
    @actormethod(name="ProcessMessage")  # type: ignore[untyped-decorator]
    async def process_message(self, message: dict) -> dict:  # type: ignore[type-arg]
        raise TypeError("an interface")


class CourseAgent(Actor, CourseInterface):  # type: ignore[misc]
    async def process_message(self, message: dict[str, Any]) -> dict[str, Any]:
        key = f"history-{self.id.id}"
        history = await self._state_manager.get_or_add_state(key, [])
        answer = {"role": "assistant", "content": f"Got your message: {message['content']}"}
        history += [message, answer]
        await self._state_manager.set_state(key, history)
        with DaprClient() as client:
            data = json.dumps({"actor_id": self.id.id, "history": history[-2:]})
            client.publish_event(
                SETTINGS.pubsub_name, SETTINGS.topic, data, data_content_type="application/json"
            )
        return answer


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    await app.state.actors.register_actor(CourseAgent)
    yield


app = FastAPI(lifespan=_lifespan)
app.state.actors = DaprActor(app)


@app.get("/livez")
@app.get("/readyz")
async def well() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/chat/{actor_id}")
async def chat(actor_id: str, message: dict[str, Any]) -> dict[str, Any]:
    proxy = ActorProxy.create("CourseAgent", ActorId(actor_id), CourseInterface)
    return {"response": await proxy.ProcessMessage(message)}


@app.post("/subscribe")
async def subscribe() -> dict[str, str]:
    return {"status": "SUCCESS"}


if __name__ == "__main__":
    uvicorn.run(app, host=SETTINGS.app_host, port=SETTINGS.app_port, log_config=None, access_log=False)
