"""The course's Validation list, automated: prod and dev are the same agent and share nothing."""

from __future__ import annotations

import json

import httpx
import pytest

from dashboard.model.core.names import TOPIC
from tests.stack.running_stack import RunningStack
from tests.stack.waiting import wait_until

BOTH = ("prod", "dev")


def test_message_processing(stack: RunningStack, actor_id: str) -> None:
    for name in BOTH:
        reply = stack.say(name, actor_id, f"Hi there ({name})")
        expected = {"response": {"role": "assistant", "content": f"Got your message: Hi there ({name})"}}
        assert (reply.status_code, reply.json()) == (200, expected)


def test_history_isolation(stack: RunningStack, actor_id: str) -> None:
    for name in BOTH:
        stack.say(name, actor_id, f"Hi there ({name})")
    for name in BOTH:
        assert stack.history(name, actor_id) == [
            {"role": "user", "content": f"Hi there ({name})"},
            {"role": "assistant", "content": f"Got your message: Hi there ({name})"},
        ]


def test_state_isolation(stack: RunningStack, actor_id: str) -> None:
    stack.say("prod", actor_id, "only in prod")
    held = stack.stored("prod", actor_id)
    assert "only in prod" in held["data"]
    assert held["version"] == "1"
    assert stack.stored("dev", actor_id) == {}
    assert stack.redis("prod").info()["run_id"] != stack.redis("dev").info()["run_id"]


def test_event_isolation(stack: RunningStack, actor_id: str) -> None:
    def received(name: str) -> list[dict[str, object]]:
        with stack.agent(name) as agent:
            events = agent.get("/events").json()["events"]
        return [event for event in events if event["data"]["actor_id"] == actor_id]

    stack.say("prod", actor_id, "an event of prod")
    wait_until(lambda: received("prod"), what="the event arrives in prod")
    event = received("prod")[0]
    assert event["type"] == "ConversationUpdated"
    assert received("dev") == []
    entries = [fields["data"] for _, fields in stack.redis("dev").xrange(TOPIC)]
    assert not [entry for entry in entries if actor_id in entry]
    assert f"Received event ConversationUpdated {event['id']}" in stack.log("prod-agent")
    assert str(event["id"]) not in stack.log("dev-agent")


def test_logs_name_the_activation(stack: RunningStack, actor_id: str) -> None:
    for name in BOTH:
        stack.say(name, actor_id, "wake up")
        assert f"Activating actor for history-{actor_id}" in stack.log(f"{name}-agent")


@pytest.mark.parametrize(
    "text", ["10s", "2024-01-15 is my birthday", "5m", "1.0", "null", '{"a": 1}', "0.1234567"]
)
def test_no_text_is_ever_rewritten(stack: RunningStack, actor_id: str, text: str) -> None:
    reply = stack.say("prod", actor_id, text)
    assert reply.json()["response"]["content"] == f"Got your message: {text}"
    assert stack.history("prod", actor_id)[0]["content"] == text
    assert json.loads(stack.stored("prod", actor_id)["data"])["messages"][0]["content"] == text


def test_the_actor_answers_the_courses_clients_through_dapr(stack: RunningStack, actor_id: str) -> None:
    """By the sidecar's API, as an actor proxy calls: a message by its role, a history without a body."""
    url = f"{stack.namespace('prod')['sidecar']['url']}/v1.0/actors/ChatAgent/{actor_id}/method"
    assert httpx.put(f"{url}/GetConversationHistory").json() == []
    message = {"role": "user", "content": "Hi there (prod)"}
    answer = {"role": "assistant", "content": "Got your message: Hi there (prod)"}
    for verb in ("PUT", "POST"):
        assert httpx.request(verb, f"{url}/ProcessMessage", json=message, timeout=20).json() == answer
        refused = httpx.request(verb, f"{url}/ProcessMessage", json={"role": "system", "content": "hi"})
        assert refused.status_code >= 400
        assert "role: Input should be" in refused.text
    whole = [message, answer] * 2
    assert httpx.post(f"{url}/GetConversationHistory").json() == whole == stack.history("prod", actor_id)
