"""The REST API without a sidecar, and with one that is made up."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from agent.main import SecondWorkerError, create_app
from agent.settings import Settings
from agent.sidecar import SidecarError

NOBODY = 9  # the discard port: nothing listens there


@pytest.fixture
def client() -> Iterator[TestClient]:
    settings = Settings(dapr_http_port=NOBODY, pod_name="pod-1", namespace="dev")
    with TestClient(create_app(settings)) as client:
        yield client


def event(event_id: str = "e1") -> dict[str, object]:
    data = {"actor_id": "user1", "turn": 1}
    return {"id": event_id, "type": "ConversationUpdated", "source": "chat-agent", "data": data}


def test_without_a_sidecar_it_lives_and_says_so(client: TestClient) -> None:
    assert client.get("/livez").status_code == 200
    reply = client.get("/readyz")
    assert reply.status_code == 503
    assert "cannot be reached" in reply.json()["detail"]


def test_a_turn_without_a_sidecar_is_503_with_retry_after(client: TestClient) -> None:
    reply = client.post("/chat/user1", json={"role": "user", "content": "hello"})
    assert reply.status_code == 503
    assert reply.headers["retry-after"] == "2"
    assert reply.headers["content-type"] == "application/problem+json"


def test_the_same_event_twice_has_an_effect_once(client: TestClient) -> None:
    for _ in range(2):
        assert client.post("/subscribe", json=event()).json() == {"status": "SUCCESS"}
    found = client.get("/events").json()
    assert (found["replica"], found["namespace"]) == ("pod-1", "dev")
    assert [e["id"] for e in found["events"]] == ["e1"]
    assert set(found) == {"replica", "namespace", "events"}


def test_events_tell_since_when_and_how_many_where_asked(client: TestClient) -> None:
    for number in range(201):
        client.post("/subscribe", json=event(f"e{number}"))
    found = client.get("/events?details=true").json()
    assert (found["received"], len(found["events"])) == (201, 200)
    assert found["started_at"] <= found["events"][-1]["received_at"]


@pytest.mark.parametrize(
    "body",
    [b"", b"no json", b"[]", b"{}", b'{"id":1}', json.dumps({**event(), "data": "text"}).encode(), b"\xff"],
)
def test_a_malformed_event_is_dropped_and_never_repeated(client: TestClient, body: bytes) -> None:
    reply = client.post("/subscribe", content=body)
    assert (reply.status_code, reply.json()) == (200, {"status": "DROP"})
    assert client.get("/events").json()["events"] == []


def test_a_lone_surrogate_is_refused_before_it_is_rewritten(client: TestClient) -> None:
    body = b'{"role": "user", "content": "\\ud800"}'
    reply = client.post("/chat/user1", content=body, headers={"content-type": "application/json"})
    assert 400 <= reply.status_code < 500


def test_metrics_are_prometheus_text(client: TestClient) -> None:
    assert "chat_agent_turns_total" in client.get("/metrics").text


def test_a_second_worker_on_one_sidecar_refuses_to_start(client: TestClient) -> None:
    with pytest.raises(SecondWorkerError), TestClient(create_app(Settings(dapr_http_port=NOBODY))):
        pass


def test_a_full_reply_is_passed_through(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def invoke(*_: object) -> bytes:
        return b'{"answer": "Got your message: 10s"}'

    monkeypatch.setattr(client.app.state.sidecar, "invoke_method", invoke)  # type: ignore[attr-defined]
    reply = client.post("/chat/user1", json={"role": "user", "content": "10s"})
    assert reply.json() == {"response": {"role": "assistant", "content": "Got your message: 10s"}}


def test_an_actor_that_fails_is_never_200(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def invoke(*_: object) -> bytes:
        raise SidecarError("the sidecar answered 500", 500)

    monkeypatch.setattr(client.app.state.sidecar, "invoke_method", invoke)  # type: ignore[attr-defined]
    assert client.post("/chat/user1", json={"role": "user", "content": "x"}).status_code == 503
