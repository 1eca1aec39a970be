"""Events reach the topic in order, also over its failures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from agent import outbox
from agent.outbox import Outbox
from agent.settings import Settings
from agent.sidecar import Sidecar, SidecarError


class FailingTopic(Sidecar):
    """Refuses the next `failures` events, and keeps what it took and was asked for."""

    def __init__(self, failures: int) -> None:
        super().__init__(Settings())
        self.failures = failures
        self.asked: asyncio.Queue[str] = asyncio.Queue()
        self.took: list[str] = []

    async def publish(self, data: bytes, *, event_type: str, event_id: str) -> None:
        assert json.loads(data) == {"of": event_id}
        self.asked.put_nowait(event_id)
        if self.failures:
            self.failures -= 1
            raise SidecarError("the topic is away", 500)
        self.took.append(event_id)


@pytest.fixture
async def topic() -> FailingTopic:
    return FailingTopic(failures=3)


@asynccontextmanager
async def running(topic: FailingTopic, pause: float) -> AsyncIterator[Outbox]:
    """It has two events."""
    box = Outbox(topic, pauses=(pause,))
    for event_id in ("a", "b"):
        box.put(event_id, {"of": event_id})
    task = asyncio.create_task(box.run())
    yield box
    task.cancel()


async def asked(topic: FailingTopic, count: int) -> list[str]:
    async with asyncio.timeout(5):
        return [await topic.asked.get() for _ in range(count)]


async def test_an_event_is_tried_again_by_itself_and_none_overtakes_it(topic: FailingTopic) -> None:
    async with running(topic, pause=0.0) as box:
        assert await asked(topic, 5) == ["a", "a", "a", "a", "b"]
        assert topic.took == ["a", "b"]
        assert "a" in box.published


async def test_a_new_event_ends_the_pause(topic: FailingTopic) -> None:
    async with running(topic, pause=3600.0) as box:
        assert await asked(topic, 1) == ["a"]
        topic.failures = 0
        box.put("c", {"of": "c"})
        assert await asked(topic, 3) == ["a", "b", "c"]


async def test_one_more_try_at_the_end_stops_at_the_first_failure(topic: FailingTopic) -> None:
    box = Outbox(topic)
    for event_id in ("a", "b"):
        box.put(event_id, {"of": event_id})
    assert not await box.publish_all()
    assert not box.wants("a")
    assert (box.waiting, box.refusal) == (2, "the topic is away")
    topic.failures = 0
    assert await box.publish_all()
    assert (box.waiting, box.refusal) == (0, "")
    assert topic.took == ["a", "b"]


async def test_a_full_outbox_leaves_an_event_to_its_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "WAITING_LIMIT", 1)
    box = Outbox(FailingTopic(failures=0))
    box.put("a", {"of": "a"})
    box.put("b", {"of": "b"})
    assert not box.wants("a")
    assert box.wants("b")
