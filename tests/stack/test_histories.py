"""Histories on a real store: long, old, repeated, malformed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.model.core.names import history_key
from tests.stack.running_stack import RunningStack


def plant(stack: RunningStack, actor_id: str, count: int) -> list[dict[str, str]]:
    """A plain list, as the course's code stored it."""
    messages = [{"role": ("user", "assistant")[i % 2], "content": f"message {i}"} for i in range(count)]
    stack.redis("prod").hset(history_key(actor_id), mapping={"data": json.dumps(messages), "version": 1})
    return messages


def whole_history(stack: RunningStack, actor_id: str, limit: int) -> list[dict[str, str]]:
    messages: list[dict[str, str]] = []
    url: str | None = f"/chat/{actor_id}/history?limit={limit}"
    with stack.agent("prod") as agent:
        while url:
            reply = agent.get(url).raise_for_status()
            messages = reply.json()["history"] + messages
            url = reply.links["prev"]["url"] if "prev" in reply.links else None
    return messages


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 5_000])
def test_a_plain_list_is_upgraded_without_loss(stack: RunningStack, actor_id: str, count: int) -> None:
    planted = plant(stack, actor_id, count)
    stack.say("prod", actor_id, "one more")
    assert whole_history(stack, actor_id, 1000)[:count] == planted
    assert json.loads(stack.stored("prod", actor_id)["data"])["total"] == count + 2


def test_pages_join_to_the_whole(stack: RunningStack, actor_id: str) -> None:
    for number in range(60):
        stack.say("prod", actor_id, f"turn {number}")
    messages = whole_history(stack, actor_id, 7)
    assert [m["content"] for m in messages if m["role"] == "user"] == [f"turn {n}" for n in range(60)]
    assert stack.redis("prod").exists(f"{history_key(actor_id)}-0")


def test_a_repeated_key_answers_the_same_and_adds_no_turn(stack: RunningStack, actor_id: str) -> None:
    first = stack.say("prod", actor_id, "once", **{"Idempotency-Key": "k1"})
    stack.say("prod", actor_id, "between")
    again = stack.say("prod", actor_id, "once", **{"Idempotency-Key": "k1"})
    assert again.json() == first.json()
    assert len(stack.history("prod", actor_id)) == 4
    other = stack.say("prod", actor_id, "another text", **{"Idempotency-Key": "k1"})
    assert other.status_code == 422
    assert len(stack.history("prod", actor_id)) == 4


def test_turns_at_once_on_one_actor_are_all_kept_in_pairs(stack: RunningStack, actor_id: str) -> None:
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda n: stack.say("prod", actor_id, f"at once {n}"), range(64)))
    assert {reply.status_code for reply in replies} == {200}
    messages = stack.history("prod", actor_id)
    assert len(messages) == 128
    for user, assistant in zip(messages[::2], messages[1::2], strict=True):
        assert assistant["content"] == f"Got your message: {user['content']}"


@pytest.mark.parametrize(
    ("actor", "body"),
    [
        ("a b", {"role": "user", "content": "x"}),
        ("a" * 65, {"role": "user", "content": "x"}),
        ("ok", {"role": "assistant", "content": "x"}),
        ("ok", {"role": "user", "content": " "}),
        ("ok", {"role": "user", "content": "x" * 8001}),
        ("ok", {"role": "user"}),
        ("ok", "no object"),
    ],
)
def test_bad_input_is_a_problem_and_stores_nothing(stack: RunningStack, actor: str, body: object) -> None:
    with stack.agent("dev") as agent:
        before = stack.redis("dev").dbsize()
        reply = agent.post(f"/chat/{actor}", json=body)
        assert 400 <= reply.status_code < 500
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json()["status"] == reply.status_code
        assert stack.redis("dev").dbsize() == before


def test_reading_an_unknown_actor_stores_nothing(stack: RunningStack, actor_id: str) -> None:
    assert stack.history("prod", actor_id) == []
    assert stack.stored("prod", actor_id) == {}


def test_only_the_sidecar_may_call_the_actor(stack: RunningStack, actor_id: str) -> None:
    with stack.agent("prod") as agent:
        body = {"content": "around the lock", "key": None}
        reply = agent.put(f"/actors/ChatAgent/{actor_id}/method/ProcessMessage", json=body)
        assert reply.status_code == 401
        assert agent.get("/dapr/config").status_code == 401
        assert agent.post("/subscribe", json={}).status_code == 401
