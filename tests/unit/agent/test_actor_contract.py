"""The actor's methods as others call them through Dapr: the course's form, and this service's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from dapr.actor import ActorRuntime
from dapr.ext.fastapi import DaprActor
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from agent import settings
from agent.history import SEGMENT
from agent.main import _register
from agent.messages import MAX_CONTENT, MAX_PAGE
from agent.outbox import Outbox
from agent.settings import Settings
from tests.unit.agent.test_traps import MemorySidecar, said, say


@pytest.fixture
async def sidecar() -> MemorySidecar:
    sidecar = MemorySidecar()
    await _register(DaprActor(FastAPI()), sidecar, Outbox(sidecar))
    return sidecar


async def call(method: str, body: bytes = b"") -> Any:
    return json.loads(await ActorRuntime.dispatch("ChatAgent", "user1", method, body))


async def test_the_courses_message_is_answered_by_a_message(sidecar: MemorySidecar) -> None:
    body = json.dumps({"role": "user", "content": "Hi there (prod)"}).encode()
    answer = {"role": "assistant", "content": "Got your message: Hi there (prod)"}
    assert await call("ProcessMessage", body) == answer
    assert said(sidecar) == ["Hi there (prod)"]


@pytest.mark.parametrize("body", [b"", b"null", b"{}"])
async def test_a_history_without_an_argument_is_the_courses_list(sidecar: MemorySidecar, body: bytes) -> None:
    assert await call("GetConversationHistory", body) == []
    await say("hi")
    assert await call("GetConversationHistory", body) == [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": "Got your message: hi"},
    ]


@pytest.mark.parametrize("count", [2 * SEGMENT, MAX_PAGE - 1, MAX_PAGE, MAX_PAGE + 1, 2 * MAX_PAGE + 130])
async def test_that_list_is_the_whole_history(sidecar: MemorySidecar, count: int) -> None:
    """Written as the course's code did, and upgraded into segments."""
    stored = [{"role": ("user", "assistant")[n % 2], "content": f"m{n}"} for n in range(count)]
    sidecar.state["history-user1"] = list(stored)
    assert await call("GetConversationHistory") == stored


async def test_the_own_form_keeps_its_names(sidecar: MemorySidecar) -> None:
    first = {"content": "once", "id": "one-call", "key": "k"}
    assert await call("ProcessMessage", json.dumps(first).encode()) == {"answer": "Got your message: once"}
    again = {"content": "another", "id": "other-call", "key": "k"}
    assert await call("ProcessMessage", json.dumps(again).encode()) == {"conflict": True}
    page = await call("GetConversationHistory", b'{"limit": 1, "before": null}')
    assert (page["first"], page["total"], len(page["messages"])) == (1, 2, 1)


WRONG = (
    b"", b"no json", b"\xff", b"null", b"[]", b'"hi"', b"{}", b'{"role":"user"}',
    b'{"role":"user","content":""}',
    b'{"role":"user","content":"  "}', b'{"role":"user","content":5}', b'{"role":"assistant","content":"hi"}',
    b'{"role":"user","content":"\\ud800"}', b'{"role":"user","content":"hi","key":"k"}', b'{"content":5}',
    b'{"content":"hi","id":""}', b'{"content":"hi","id":7}', b'{"content":"hi","key":{}}', b"[" * 100_000,
    json.dumps({"role": "user", "content": "x" * (MAX_CONTENT + 1)}).encode(),
)  # fmt: skip


@pytest.mark.parametrize("body", WRONG)
async def test_a_wrong_message_is_refused_and_nothing_stored(sidecar: MemorySidecar, body: bytes) -> None:
    with pytest.raises(ValueError, match="not JSON|Send"):
        await call("ProcessMessage", body)
    assert sidecar.state == {}


@pytest.mark.parametrize("body", [b"7", b"[]", b'{"limit":0}', b'{"limit":1,"before":-1}', b'{"limit":1e9}'])
async def test_a_wrong_page_says_what_one_is(sidecar: MemorySidecar, body: bytes) -> None:
    with pytest.raises(ValueError, match="Send no body"):
        await call("GetConversationHistory", body)


@limits(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5))
async def test_no_argument_of_another_shape_is_stored(sidecar: MemorySidecar, argument: Any) -> None:
    with pytest.raises(ValueError, match="not JSON|Send"):
        await call("ProcessMessage", json.dumps(argument).encode())
    assert sidecar.state == {}


async def test_the_error_reaches_the_caller_in_words() -> None:
    app, sidecar = FastAPI(), MemorySidecar()
    await _register(DaprActor(app), sidecar, Outbox(sidecar))
    path = "/actors/ChatAgent/user1/method/ProcessMessage"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://agent") as client:
        reply = await client.put(path, content=b'{"role":"system"}')
    assert reply.status_code == 500  # what the SDK answers to any exception
    assert "role: Input should be" in reply.json()["message"]


def test_the_namespace_is_the_pods_own_or_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NAMESPACE", raising=False)
    monkeypatch.setattr(settings, "POD_NAMESPACE", tmp_path / "namespace")
    assert Settings().namespace == ""
    (tmp_path / "namespace").write_text("prod\n")
    assert Settings().namespace == "prod"
    monkeypatch.setenv("NAMESPACE", "dev")
    assert Settings().namespace == "dev"
