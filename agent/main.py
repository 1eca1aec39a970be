"""The app, and what lives as long as it does: one session to the sidecar, one outbox, one actor type."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial

from dapr.actor import ActorId, ActorRuntime
from dapr.actor.runtime.config import ActorRuntimeConfig
from dapr.actor.runtime.context import ActorRuntimeContext
from dapr.ext.fastapi import DaprActor
from fastapi import FastAPI

from agent import problems
from agent.actor import ChatAgent
from agent.auth import SidecarOnly
from agent.outbox import Outbox
from agent.readiness import Readiness
from agent.routes import chat, events, health
from agent.serializer import PlainJson
from agent.settings import Settings
from agent.sidecar import Sidecar

IDLE_TIMEOUT = timedelta(minutes=60)
DRAIN_TIMEOUT = timedelta(seconds=5)


class SecondWorkerError(RuntimeError):
    """Two processes on one sidecar would split its actors between two registries."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service; starts with or without a sidecar and recovers when one appears."""
    settings = settings or Settings()
    _log_to_stdout(settings.log_level)
    app = FastAPI(title="ChatAgent", version="0.1.0", lifespan=_lifespan, redirect_slashes=False)
    app.state.settings = settings
    app.state.sidecar = Sidecar(settings)
    app.state.readiness = Readiness(app.state.sidecar)
    app.state.outbox = Outbox(app.state.sidecar)
    app.state.inbox = events.Inbox()
    app.add_middleware(SidecarOnly, token=settings.app_api_token.get_secret_value())
    problems.install(app)
    for module in (chat, events, health):
        app.include_router(module.router)
    app.state.actors = DaprActor(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    sidecar: Sidecar = app.state.sidecar
    claim = _claim_sidecar(app.state.settings.dapr_http_port)
    await sidecar.open()
    outbox: Outbox = app.state.outbox
    await _register(app.state.actors, sidecar, outbox, app.state.settings.pod_name)
    publishing = asyncio.create_task(outbox.run())
    try:
        yield
    finally:
        publishing.cancel()
        with suppress(asyncio.CancelledError):
            await publishing
        await outbox.publish_all()
        await sidecar.close()
        claim.close()


async def _register(actors: DaprActor, sidecar: Sidecar, outbox: Outbox, replica: str = "") -> None:
    config = ActorRuntimeConfig(
        actor_idle_timeout=IDLE_TIMEOUT,
        drain_ongoing_call_timeout=DRAIN_TIMEOUT,
        drain_rebalanced_actors=True,
    )
    ActorRuntime.set_actor_config(config)
    await actors.register_actor(
        ChatAgent,
        message_serializer=PlainJson(),
        state_serializer=PlainJson(),
        actor_client=sidecar,
        actor_factory=partial(_chat_agent, outbox=outbox, replica=replica),
    )


def _chat_agent(
    context: ActorRuntimeContext, actor_id: ActorId, *, outbox: Outbox, replica: str
) -> ChatAgent:
    return ChatAgent(context, actor_id, outbox, replica)


def _claim_sidecar(port: int) -> socket.socket:
    """Hold a name that only one process of this network namespace can; raises `SecondWorkerError`."""
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    if sys.platform != "linux":
        return claim
    try:
        claim.bind(f"\0chat-agent-of-sidecar-{port}")
    except OSError as error:
        claim.close()
        raise SecondWorkerError(
            f"another process already serves the sidecar at port {port}: run one worker per sidecar"
        ) from error
    return claim


def _log_to_stdout(level: str) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_UtcTimes("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler])


class _UtcTimes(logging.Formatter):
    """ISO 8601 with its zone: a log is read elsewhere than where it was written."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"
