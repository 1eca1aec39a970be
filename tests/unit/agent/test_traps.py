"""The traps of the SDK, each sprung on purpose: every test here fails with the SDK's defaults."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from dapr.actor import ActorRuntime
from dapr.clients import health as dapr_health
from dapr.clients.base import DaprActorClientBase
from dapr.ext.fastapi import DaprActor
from dapr.serializers import DefaultJSONSerializer
from fastapi import FastAPI

from agent.main import _register, create_app
from agent.outbox import Outbox
from agent.serializer import PlainJson
from agent.settings import Settings
from agent.sidecar import Sidecar, SidecarError

TEXTS = ("10s", "2024-01-15 is my birthday", "2024/01/15", "5m", "1h30m", "P1D", "null", "0.1")


class MemorySidecar(Sidecar):
    """State in memory; `gate` holds transactions back, the flags fail one of them."""

    def __init__(self) -> None:
        super().__init__(Settings())
        self.state: dict[str, Any] = {}
        self.saves = 0
        self.saving = asyncio.Event()
        self.published: asyncio.Queue[str] | None = None
        self.gate: asyncio.Event | None = None
        self.fail_next_save = False
        self.fail_after_next_save = False

    async def get_state(self, actor_type: str, actor_id: str, name: str) -> bytes:
        await asyncio.sleep(0)
        return json.dumps(self.state[name]).encode() if name in self.state else b""

    async def save_state_transactionally(self, actor_type: str, actor_id: str, data: bytes) -> None:
        self.saves += 1
        self.saving.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.fail_next_save:
            self.fail_next_save = False
            raise SidecarError("the store is away", 500)
        for change in json.loads(data):
            self.state[change["request"]["key"]] = change["request"]["value"]
        if self.fail_after_next_save:
            self.fail_after_next_save = False
            raise SidecarError("the sidecar went away before it answered")

    async def publish(self, data: bytes, *, event_type: str, event_id: str) -> None:
        if self.published is None:
            raise SidecarError("nobody publishes here")
        self.published.put_nowait(event_id)


@pytest.fixture
async def sidecar() -> MemorySidecar:
    sidecar = MemorySidecar()
    await _register(DaprActor(FastAPI()), sidecar, Outbox(sidecar))
    return sidecar


async def say(content: str, actor_id: str = "user1") -> Any:
    body = json.dumps({"content": content, "key": None}).encode()
    return json.loads(await ActorRuntime.dispatch("ChatAgent", actor_id, "ProcessMessage", body))


def said(sidecar: MemorySidecar, actor_id: str = "user1") -> list[str]:
    return [m["content"] for m in sidecar.state[f"history-{actor_id}"]["messages"] if m["role"] == "user"]


@pytest.mark.parametrize("text", TEXTS)
async def test_no_text_is_rewritten(sidecar: MemorySidecar, text: str) -> None:
    assert await say(text) == {"answer": f"Got your message: {text}"}
    assert said(sidecar) == [text]


def test_the_default_serializer_does_rewrite() -> None:
    """What the trap is: when the SDK stops doing so, the own serializer may go."""
    assert DefaultJSONSerializer().deserialize(b'"10s"', object) != "10s"
    assert PlainJson().deserialize(b'"10s"') == "10s"


async def test_a_turn_that_failed_is_not_saved_by_the_next(sidecar: MemorySidecar) -> None:
    await say("first")
    sidecar.fail_next_save = True
    with pytest.raises(SidecarError):
        await say("lost")
    await say("third")
    assert said(sidecar) == ["first", "third"]


async def test_a_caller_that_gives_up_leaves_no_two_turns_at_once(sidecar: MemorySidecar) -> None:
    sidecar.gate = asyncio.Event()
    first = asyncio.create_task(say("first"))
    await sidecar.saving.wait()
    second = asyncio.create_task(say("second"))  # daprd lets it in: the first caller is gone
    for _ in range(50):
        await asyncio.sleep(0)
    assert sidecar.saves == 1
    sidecar.gate.set()
    await asyncio.gather(first, second)
    assert said(sidecar) == ["first", "second"]


async def test_a_cancelled_turn_leaves_the_actor_usable(sidecar: MemorySidecar) -> None:
    sidecar.gate = asyncio.Event()
    given_up = asyncio.create_task(say("given up"))
    await sidecar.saving.wait()
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    sidecar.gate = None
    await say("next")
    assert said(sidecar) == ["next"]


async def test_a_call_that_dapr_repeats_is_one_turn(sidecar: MemorySidecar) -> None:
    """Also without an Idempotency-Key: daprd calls again where a connection broke after the turn."""
    body = json.dumps({"content": "once", "id": "one-call", "key": None}).encode()
    answers = [await ActorRuntime.dispatch("ChatAgent", "user1", "ProcessMessage", body) for _ in range(2)]
    assert answers[0] == answers[1]
    assert said(sidecar) == ["once"]


async def test_errors_inside_the_actor_are_logged_with_their_traceback(
    sidecar: MemorySidecar, caplog: pytest.LogCaptureFixture
) -> None:
    await say("first")
    sidecar.fail_next_save = True
    with caplog.at_level(logging.ERROR), pytest.raises(SidecarError):
        await say("fails")
    record = next(r for r in caplog.records if "a turn of actor user1 failed" in r.getMessage())
    assert record.exc_info is not None


async def test_an_unpublished_event_is_stored_with_its_turn(sidecar: MemorySidecar) -> None:
    await say("first")
    await say("second")
    head = sidecar.state["history-user1"]
    assert [item["index"] for item in head["unpublished"]] == [0, 2]
    assert len({item["event_id"] for item in head["unpublished"]}) == 2


async def restart(sidecar: MemorySidecar) -> asyncio.Task[None]:
    """A new process on the same store, with a topic that works."""
    sidecar.published = asyncio.Queue()
    outbox = Outbox(sidecar)
    await _register(DaprActor(FastAPI()), sidecar, outbox)
    return asyncio.create_task(outbox.run())


async def test_what_was_published_leaves_the_head_with_the_next_turn(sidecar: MemorySidecar) -> None:
    running = await restart(sidecar)
    await say("first")
    assert sidecar.published is not None
    first = await sidecar.published.get()
    await asyncio.sleep(0)
    await say("second")
    running.cancel()
    (left,) = sidecar.state["history-user1"]["unpublished"]
    assert (left["index"], left["event_id"] == first) == (2, False)


async def test_an_event_that_was_not_published_is_tried_again_with_its_id(sidecar: MemorySidecar) -> None:
    await say("first")
    stored = sidecar.state["history-user1"]["unpublished"][0]["event_id"]
    running = await restart(sidecar)
    await say("second")
    assert sidecar.published is not None
    assert await sidecar.published.get() == stored
    running.cancel()


async def test_a_turn_that_is_sent_again_hands_over_the_event_its_failed_answer_left(
    sidecar: MemorySidecar,
) -> None:
    running = await restart(sidecar)
    sidecar.fail_after_next_save = True
    body = json.dumps({"content": "once", "id": "one-call", "key": None}).encode()
    with pytest.raises(SidecarError):
        await ActorRuntime.dispatch("ChatAgent", "user1", "ProcessMessage", body)
    await ActorRuntime.dispatch("ChatAgent", "user1", "ProcessMessage", body)
    assert sidecar.published is not None
    assert await asyncio.wait_for(sidecar.published.get(), 5) == "one-call"
    assert said(sidecar) == ["once"]
    running.cancel()


@pytest.fixture
def waiting_is_an_error(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The SDK's wait for the sidecar is synchronous and lasts up to a minute."""

    def wait(*_: object, **__: object) -> None:
        raise AssertionError("the event loop was blocked waiting for the sidecar")

    for name in ("wait_until_ready", "wait_for_sidecar"):
        if hasattr(dapr_health.DaprHealth, name):
            monkeypatch.setattr(dapr_health.DaprHealth, name, wait)
    yield


async def test_nothing_waits_for_the_sidecar(waiting_is_an_error: None) -> None:
    app = create_app(Settings(dapr_http_port=9))
    async with app.router.lifespan_context(app):
        assert "ChatAgent" in ActorRuntime.get_registered_actor_types()


def test_the_sidecar_is_a_client_the_sdk_accepts() -> None:
    assert isinstance(Sidecar(Settings()), DaprActorClientBase)
