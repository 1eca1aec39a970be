"""One actor's truth on the real stack: each disagreement is planted, and named with its cause."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from dashboard.model.core.names import TOPIC, history_key
from dashboard.services.actors import reports as truth_reports
from dashboard.services.actors import truth
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import Workspace, open_workspace
from tests.stack.running_stack import RunningStack
from tests.stack.test_cli import daca_ops
from tests.stack.truth_contract import (
    Site,
    agree,
    carried,
    look,
    marks,
    stored_head,
    test_a_foreign_turn_in_the_store_is_another_writer_s,
    test_a_healthy_actor_agrees_and_its_host_is_named,
    test_a_trimmed_stream_explains_what_it_lacks,
    test_an_event_that_redis_refuses_waits_and_is_published_later,
    test_what_another_consumer_took_is_pending_and_then_taken_elsewhere,
    write_head,
)
from tests.stack.waiting import wait_until

__all__ = [
    "test_a_foreign_turn_in_the_store_is_another_writer_s",
    "test_a_healthy_actor_agrees_and_its_host_is_named",
    "test_a_trimmed_stream_explains_what_it_lacks",
    "test_an_event_that_redis_refuses_waits_and_is_published_later",
    "test_what_another_consumer_took_is_pending_and_then_taken_elsewhere",
]


@pytest.fixture
def workspace(stack: RunningStack) -> Iterator[Workspace]:
    opened = open_workspace(Settings(data=stack.data))
    yield opened
    opened.close()


@pytest.fixture
def site(stack: RunningStack, workspace: Workspace) -> Site:
    return Site(workspace, ("--data", str(stack.data)), stack.say, stack.redis)


def test_older_turns_are_read_by_what_they_need_and_agree(
    stack: RunningStack, workspace: Workspace, actor_id: str
) -> None:
    for number in range(1, 41):
        stack.say("prod", actor_id, f"turn {number}")
    agree(workspace, "prod", actor_id)
    found = truth.look(workspace, "prod", actor_id, turns=10, until=22)
    assert [row.turn.number for row in found.truth.turns] == list(range(13, 23))
    assert truth_reports.verdict(found) == "all agree in 10 turns"
    assert truth_reports.extent(found) == "turns 13 to 22 of 40"
    first = truth.stored(workspace, "prod", actor_id, 10, 20)
    assert (list(first.segments), len(first.messages)) == ([0], 25)
    shown = daca_ops("actor", actor_id, "-n", "prod", "--until", "5", "--json", "--data", str(stack.data))
    listed = json.loads(shown.stdout)["namespaces"]["prod"]["turns"]
    assert [turn["number"] for turn in listed] == [1, 2, 3, 4, 5]


def test_an_event_that_was_published_long_after_its_turn_is_found_with_older_turns_too(
    stack: RunningStack, workspace: Workspace, actor_id: str
) -> None:
    for text in ("said long ago", "said now"):
        stack.say("prod", actor_id, text)
    agree(workspace, "prod", actor_id)
    first, *others = stored_head(stack.redis("prod"), actor_id)["messages"]
    write_head(
        stack.redis("prod"), actor_id, messages=[{**first, "time": "2025-01-01T00:00:00+00:00"}, *others]
    )
    found = truth.look(workspace, "prod", actor_id, until=1)
    assert [row.presence["stream"] for row in found.truth.turns] == ["there"]


def test_an_unheard_of_actor_has_no_turns(stack: RunningStack, workspace: Workspace, actor_id: str) -> None:
    assert truth_reports.verdict(look(workspace, "dev", actor_id)) == "no turns yet"
    assert stack.stored("dev", actor_id) == {}


def test_a_plain_list_has_no_events_to_miss(stack: RunningStack, workspace: Workspace, actor_id: str) -> None:
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    stack.redis("prod").hset(history_key(actor_id), mapping={"data": json.dumps(messages), "version": 1})
    stored = truth.stored(workspace, "prod", actor_id, 20)
    assert (stored.head.format, stored.head.total) == ("plain list", 2)
    assert look(workspace, "prod", actor_id).truth.worst() is None


@contextmanager
def killed_once_stored(stack: RunningStack, actor_id: str) -> Iterator[str]:
    """An actor of dev whose sidecar was killed, and stays away, when Redis had its turn and not its event.

    Where the kill came after the answer, another actor is tried.
    """
    for attempt in range(8):
        one = f"{actor_id}-{attempt}"
        with stack.nobody_restarts():
            if status_when_killed(stack, one) == 503:
                yield one
                return
        wait_until(lambda: stack.ready("dev"), what="dev has a new sidecar")
    raise AssertionError("the sidecar was never killed in time")


def status_when_killed(stack: RunningStack, actor_id: str) -> int:
    pid = stack.namespace("dev")["sidecar"]["pid"]
    with stack.redis("dev").monitor() as monitor, ThreadPoolExecutor(1) as sender:
        said = sender.submit(stack.say, "dev", actor_id, "crashed")
        commands = (seen["command"] for seen in monitor.listen())
        assert next(c for c in commands if history_key(actor_id) in c and "crashed" in c)
        os.kill(pid, signal.SIGKILL)
        return said.result().status_code


def test_an_event_that_a_killed_sidecar_did_not_publish_waits_for_the_next_turn(
    stack: RunningStack, workspace: Workspace, actor_id: str
) -> None:
    with killed_once_stored(stack, actor_id) as actor_id:
        found = look(workspace, "dev", actor_id)
        assert marks(found) == [(1, "stream", "not yet published")]
        assert found.facts.failures["agent"].word == "unreachable"
        (waiting,) = stored_head(stack.redis("dev"), actor_id)["unpublished"]
    wait_until(lambda: stack.ready("dev"), what="dev has a new sidecar")
    # Published by now where the store's answer had reached the actor before the kill: it tries again itself.
    assert marks(look(workspace, "dev", actor_id)) in ([], [(1, "stream", "not yet published")])
    stack.say("dev", actor_id, "takes it along")  # the actor itself lived on, and is not activated again
    agree(workspace, "dev", actor_id)
    assert carried(workspace, "dev", actor_id)[-1] == waiting["event_id"]
    assert len(carried(workspace, "dev", actor_id)) == 2


def test_an_event_is_pending_while_nobody_acknowledges_it(
    stack: RunningStack, workspace: Workspace, actor_id: str
) -> None:
    stack.say("dev", actor_id, "heard")
    agree(workspace, "dev", actor_id)
    at = datetime.now(UTC).isoformat()
    with stack.held("dev", "agent"):
        said = [{"role": role, "content": "unheard"} for role in ("user", "assistant")]
        late = [{**m, "turn": 1, "time": at, "id": f"late-{m['role']}"} for m in said]
        write_head(stack.redis("dev"), actor_id, messages=late)
        data = {"actor_id": actor_id, "turn": 1, "time": at, "messages": said}
        workspace.connections.publisher(workspace.endpoint("dev")).publish(
            "daca-pubsub", TOPIC, data, event_type="ConversationUpdated", event_id="late"
        )

        def is_pending() -> bool:
            return (1, "received", "pending") in marks(look(workspace, "dev", actor_id))

        wait_until(is_pending, what="its event is pending")


def test_a_store_that_was_written_over_is_unreadable(
    stack: RunningStack, workspace: Workspace, actor_id: str
) -> None:
    stack.say("prod", actor_id, "mine")
    stack.redis("prod").hset(history_key(actor_id), "data", '{"format": 1, "nonsense": true}')
    found = look(workspace, "prod", actor_id)
    assert [mark.cause.name for mark in found.truth.marks] == ["unreadable"]
    assert "KeyError" in found.truth.marks[0].cause.words


def test_a_replica_that_started_later_has_not_received_it(
    stack: RunningStack, workspace: Workspace, actor_id: str
) -> None:
    for text in ("before", "published once more under its id, because no later turn settled it"):
        stack.say("dev", actor_id, text)
        agree(workspace, "dev", actor_id)
    killed = stack.kill("dev", "agent")
    wait_until(lambda: stack.namespace("dev")["agent"]["pid"] not in {None, killed}, what="a new agent")
    wait_until(lambda: stack.ready("dev"), what="dev is ready")

    def as_it_should_be() -> bool:
        return marks(look(workspace, "dev", actor_id)) == [(1, "received", "before this replica")]

    wait_until(as_it_should_be, what="what was received before is known to be forgotten")
