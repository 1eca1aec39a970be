"""One actor's truth on a real cluster: by one replica, by three, and with its sidecar ended."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest
import redis

from dashboard.services.actors import reports as truth_reports
from dashboard.services.chat.sending import Chat
from dashboard.services.core.workspace import Workspace
from tests.cluster.conftest import daca_ops, forwarded, kubectl, kubectl_json, rolled_out
from tests.cluster.test_faults import end_sidecar
from tests.cluster.test_scaling import REPLICAS, replicated
from tests.stack.truth_contract import (
    Site,
    agree,
    carried,
    look,
    marks,
    refused,
    stored_head,
    test_a_foreign_turn_in_the_store_is_another_writer_s,
    test_a_healthy_actor_agrees_and_its_host_is_named,
    test_a_trimmed_stream_explains_what_it_lacks,
    test_an_event_that_redis_refuses_waits_and_is_published_later,
    test_what_another_consumer_took_is_pending_and_then_taken_elsewhere,
)
from tests.stack.waiting import wait_until

__all__ = [
    "replicated",
    "test_a_foreign_turn_in_the_store_is_another_writer_s",
    "test_a_healthy_actor_agrees_and_its_host_is_named",
    "test_a_trimmed_stream_explains_what_it_lacks",
    "test_an_event_that_redis_refuses_waits_and_is_published_later",
    "test_what_another_consumer_took_is_pending_and_then_taken_elsewhere",
]
pytestmark = pytest.mark.timeout(400)
TURNS = 15


@pytest.fixture
def site(workspace: Workspace, chat: Chat) -> Iterator[Site]:
    def say(name: str, actor_id: str, content: str) -> None:
        (delivery,) = chat.send([name], actor_id, content)
        assert delivery.failure is None

    with ExitStack() as forwards:

        @cache
        def store(name: str) -> Any:
            secret = kubectl_json("-n", name, "get", "secret", "redis")["data"]["redis-password"]
            port = forwards.enter_context(forwarded(name, "pod/redis-0", 6379))
            return redis.Redis(port=port, password=base64.b64decode(secret).decode(), decode_responses=True)

        yield Site(workspace, ("--cluster", "kubernetes"), say, store)


def activating_pods(actor_id: str) -> list[str]:
    """The pods of dev whose agent logged that it activates the actor."""
    pods = kubectl(
        "-n", "dev", "get", "pods", "-l", "app.kubernetes.io/name=chat-agent", "-o", "name"
    ).split()
    line = f"Activating actor for history-{actor_id}"
    return [p for p in pods if line in kubectl("-n", "dev", "logs", p, "-c", "chat-agent")]


def restarts() -> str:
    """How often each container of dev's agents was started again."""
    which = ("-l", "app.kubernetes.io/name=chat-agent", "-o", "jsonpath={..restartCount}")
    return kubectl("-n", "dev", "get", "pods", *which)


def test_an_event_waits_over_the_end_of_its_sidecar(site: Site, actor_id: str) -> None:
    store = site.redis("dev")
    with refused(store, "xadd"):
        site.say("dev", actor_id, "kept back")
        (waiting,) = stored_head(store, actor_id)["unpublished"]
        lives = restarts()
        end_sidecar()
        wait_until(lambda: restarts() != lives, seconds=60, what="the sidecar lives again")
        assert marks(look(site.workspace, "dev", actor_id)) == [(1, "stream", "not yet published")]
    rolled_out("dev")
    wait_until(lambda: "agent" not in look(site.workspace, "dev", actor_id).facts.failures, seconds=60)
    agree(site.workspace, "dev", actor_id)  # by itself: the agent lived on
    assert carried(site.workspace, "dev", actor_id) == [waiting["event_id"]]


def test_a_published_event_goes_its_way_through_the_port_forward(workspace: Workspace, actor_id: str) -> None:
    where = ("-n", "dev", "--actor", actor_id, "--json", "--cluster", "kubernetes")
    sent = daca_ops("events", "publish", "is it heard?", *where)
    assert sent.returncode == 0, sent.stderr
    way = json.loads(sent.stdout)
    assert way["arrived"]
    assert way["replica"] in dict(workspace.endpoint("dev").agents)
    (entry,) = json.loads(daca_ops("events", "list", *where).stdout)["entries"]
    assert (entry["id"], entry["event"]["id"]) == (way["entry"]["id"], way["event_id"])
    assert entry["way"] == f"received by {way['replica']}"
    refusal = daca_ops("events", "publish", "no", "-n", "prod", "--actor", actor_id, *where[-2:])
    assert refusal.returncode == 1
    assert "prod is protected" in refusal.stderr


def test_three_replicas_are_united_and_the_host_is_named(replicated: None, site: Site, actor_id: str) -> None:
    for number in range(TURNS):
        site.say("dev", actor_id, f"turn {number}")
    agree(site.workspace, "dev", actor_id)
    found = look(site.workspace, "dev", actor_id)
    assert truth_reports.verdict(found) == f"all agree in {TURNS} turns"
    assert found.facts.received
    by_pod = {
        inbox.replica: {event["id"] for event in inbox.events} for inbox in found.facts.received.answered
    }
    sent = set(carried(site.workspace, "dev", actor_id))
    assert (len(by_pod), len(sent)) == (REPLICAS, TURNS)
    assert sum(bool(ids & sent) for ids in by_pod.values()) > 1, "one replica received them all"
    assert found.facts.said
    assert activating_pods(actor_id) == [f"pod/{found.facts.said.replica}"]
    assert set(found.hosted) == set(by_pod)
    assert found.hosted[found.facts.said.replica]


def test_an_actor_whose_pod_goes_lives_elsewhere_since_then(
    replicated: None, site: Site, actor_id: str
) -> None:
    site.say("dev", actor_id, "before")
    agree(site.workspace, "dev", actor_id)
    before = look(site.workspace, "dev", actor_id).facts.said
    assert before
    kubectl("-n", "dev", "delete", "pod", before.replica)
    rolled_out("dev")
    site.say("dev", actor_id, "after")
    wait_until(lambda: look(site.workspace, "dev", actor_id).truth.worst() in {None, "expected"}, seconds=60)
    after = look(site.workspace, "dev", actor_id).facts.said
    assert after
    assert after.replica != before.replica
    assert before.turns[0].time < after.activated_at
