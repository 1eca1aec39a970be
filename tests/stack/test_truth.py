"""One actor's truth on the real stack: each disagreement is planted, and named with its cause."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from dashboard.model.events import Wanted
from dashboard.model.names import TOPIC, history_key
from dashboard.services import events, truth, truth_reports
from dashboard.services.settings import Settings
from dashboard.services.truth import ActorTruth
from dashboard.services.workspace import Workspace, open_workspace
from tests.stack.running_stack import RunningStack
from tests.stack.test_cli import daca_ops
from tests.stack.test_events import stopped
from tests.stack.waiting import wait_until


@pytest.fixture
def workspace(stack: RunningStack) -> Iterator[Workspace]:
    opened = open_workspace(Settings(data=stack.data))
    yield opened
    opened.close()


def look(workspace: Workspace, name: str, actor_id: str, turns: int = 20) -> ActorTruth:
    return truth.look(workspace, workspace.place(name), actor_id, turns=turns)


def marks(found: ActorTruth) -> list[tuple[int, str, str]]:
    return [(row.turn.number, row.mark.source, row.mark.cause.name) for row in found.truth.turns if row.mark]


def agree(workspace: Workspace, name: str, actor_id: str) -> None:
    """Events arrive a moment after their turn."""
    wait_until(lambda: look(workspace, name, actor_id).truth.worst() is None, what=f"{actor_id} agrees")


def write_head(stack: RunningStack, name: str, actor_id: str, **changes: Any) -> None:
    """Change the stored head around Dapr, as another writer would."""
    head = json.loads(stack.stored(name, actor_id)["data"])
    stack.redis(name).hset(history_key(actor_id), "data", json.dumps({**head, **changes}))


def test_a_healthy_actor_agrees_and_its_host_is_named(
    stack: RunningStack, workspace: Workspace, actor_id: str
) -> None:
    for number in range(30):
        stack.say("prod", actor_id, f"turn {number}")
    agree(workspace, "prod", actor_id)
    found = look(workspace, "prod", actor_id)
    assert truth_reports.verdict(found) == "all agree in 20 turns"
    assert found.facts.said
    assert (found.facts.said.total, found.facts.said.replica) == (60, "chat-agent-prod")
    assert found.facts.said.activated_at < found.facts.said.turns[-1].time
    assert found.facts.stored
    head = found.facts.stored.head
    assert (head.format, head.segments, head.total, found.facts.stored.version) == ("1", 1, 60, "30")
    assert found.hosted["prod"]
    assert [row.turn.number for row in look(workspace, "prod", actor_id, 100).truth.turns] == list(
        range(1, 31)
    )


def test_an_unheard_of_actor_has_no_turns(stack: RunningStack, workspace: Workspace, actor_id: str) -> None:
    assert truth_reports.verdict(look(workspace, "dev", actor_id)) == "no turns yet"
    assert stack.stored("dev", actor_id) == {}


def test_a_plain_list_has_no_events_to_miss(stack: RunningStack, workspace: Workspace, actor_id: str) -> None:
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    stack.redis("prod").hset(history_key(actor_id), mapping={"data": json.dumps(messages), "version": 1})
    stored = truth.stored(workspace, workspace.place("prod"), actor_id, 20)
    assert (stored.head.format, stored.head.total) == ("plain list", 2)
    assert look(workspace, "prod", actor_id).truth.worst() is None


def test_an_event_that_was_not_published_waits(
    stack: RunningStack, workspace: Workspace, actor_id: str
) -> None:
    stack.say("prod", actor_id, "heard")
    agree(workspace, "prod", actor_id)
    (entry,) = events.page(workspace, workspace.place("prod"), TOPIC, Wanted(actor_id)).entries
    with stopped(stack, "prod", "agent"):  # it would say what it received
        stack.redis("prod").xdel(TOPIC, entry.id)
        found = look(workspace, "prod", actor_id)
    assert marks(found) == [(1, "stream", "not yet published")]
    assert found.facts.failures["agent"].word == "unreachable"


def test_an_event_is_pending_while_nobody_acknowledges_it(
    stack: RunningStack, workspace: Workspace, actor_id: str
) -> None:
    stack.say("dev", actor_id, "heard")
    agree(workspace, "dev", actor_id)
    at = datetime.now(UTC).isoformat()
    with stopped(stack, "dev", "agent"):
        said = [{"role": role, "content": "unheard"} for role in ("user", "assistant")]
        write_head(
            stack,
            "dev",
            actor_id,
            messages=[{**m, "turn": 1, "time": at, "id": f"late-{m['role']}"} for m in said],
        )
        data = {"actor_id": actor_id, "turn": 1, "time": at, "messages": said}
        workspace.connections.publisher(workspace.place("dev")).publish(
            "daca-pubsub", TOPIC, data, event_type="ConversationUpdated", event_id="late"
        )

        def is_pending() -> bool:
            return (1, "received", "pending") in marks(look(workspace, "dev", actor_id))

        wait_until(is_pending, what="its event is pending")


def test_a_trimmed_stream_explains_what_it_lacks(
    stack: RunningStack, workspace: Workspace, actor_id: str
) -> None:
    for number in range(3):
        stack.say("dev", actor_id, f"turn {number}")
    agree(workspace, "dev", actor_id)
    stack.redis("dev").xtrim(TOPIC, maxlen=1, approximate=False)
    found = look(workspace, "dev", actor_id)
    assert marks(found) == [(1, "stream", "trimmed"), (2, "stream", "trimmed")]
    assert truth_reports.verdict(found) == "all agree in 3 turns, but for what is trimmed"
    shown = daca_ops("actor", actor_id, "-n", "dev", "--json", "--data", str(stack.data))
    assert shown.returncode == 0, shown.stdout
    assert json.loads(shown.stdout)["namespaces"]["dev"]["turns"][0]["mark"]["cause"]["name"] == "trimmed"


def test_a_foreign_turn_in_the_store_is_another_writer_s(
    stack: RunningStack, workspace: Workspace, actor_id: str
) -> None:
    stack.say("prod", actor_id, "mine")
    agree(workspace, "prod", actor_id)
    head = json.loads(stack.stored("prod", actor_id)["data"])
    at = datetime.now(UTC).isoformat()
    foreign = [
        {"role": role, "content": "not mine", "turn": 2, "time": at, "id": f"made-up-{role}"}
        for role in ("user", "assistant")
    ]
    write_head(stack, "prod", actor_id, messages=head["messages"] + foreign, total=4)
    found = look(workspace, "prod", actor_id)
    assert (2, "store", "another writer") in marks(found)
    shown = daca_ops("actor", actor_id, "-n", "prod", "--data", str(stack.data))
    assert shown.returncode == 1
    assert "something is wrong: another writer" in shown.stdout


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
