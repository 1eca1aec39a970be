"""Topics on the real stack: a published event's way, what is pending, and what the command line tells."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from subprocess import PIPE

import pytest

from dashboard.model.core.names import TOPIC
from dashboard.model.topics.events import EntryFilter
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import Workspace, open_workspace
from dashboard.services.topics import delivery
from dashboard.services.topics import entries as topic_entries
from tests.stack.running_stack import RunningStack
from tests.stack.test_cli import SECONDS, daca_ops
from tests.stack.waiting import wait_until


@pytest.fixture
def workspace(stack: RunningStack) -> Iterator[Workspace]:
    opened = open_workspace(Settings(data=stack.data))
    yield opened
    opened.close()


def test_a_published_event_goes_its_way_and_adds_no_turn(stack: RunningStack, actor_id: str) -> None:
    data = ("--data", str(stack.data))
    sent = daca_ops("events", "publish", "is it heard?", "-n", "dev", "--actor", actor_id, "--json", *data)
    assert sent.returncode == 0, sent.stderr
    way = json.loads(sent.stdout)
    assert way["arrived"]
    assert way["replica"] == "chat-agent-dev"
    listed = daca_ops("events", "list", "-n", "dev", "--actor", actor_id, "--json", *data)
    (entry,) = json.loads(listed.stdout)["entries"]
    assert (entry["id"], entry["event"]["id"]) == (way["entry"]["id"], way["event_id"])
    assert entry["event"]["type"] == "ConversationUpdated"
    assert entry["event"]["data"]["text"] == "is it heard?"
    assert entry["way"] == "received by chat-agent-dev"
    assert stack.history("dev", actor_id) == []
    nowhere = daca_ops("events", "list", "-n", "prod", "--actor", actor_id, "--json", *data)
    assert json.loads(nowhere.stdout)["entries"] == []
    written = [json.loads(line) for line in (stack.data / "audit.jsonl").read_text().splitlines()]
    assert [(e["action"], e["result"]) for e in written if e["actor_id"] == actor_id] == [("publish", "done")]


def test_an_event_is_pending_while_the_agent_is_stopped(
    stack: RunningStack, workspace: Workspace, actor_id: str
) -> None:
    namespace = "dev"
    with stack.held("dev", "agent"):
        sent = daca_ops(
            *("events", "publish", "nobody acknowledges", "-n", "dev", "--actor", actor_id, "--wait", "0.5"),
            *("--data", str(stack.data)),
        )
        assert (sent.returncode, "published: test-" in sent.stdout) == (1, True)

        def pending() -> bool:
            (detail,) = topic_entries.groups(workspace, "dev", TOPIC)
            return bool(detail.pending)

        wait_until(pending, what="the entry is pending")
        (detail,) = topic_entries.groups(workspace, "dev", TOPIC)
        assert (detail.group.name, detail.consumers[0].name) == ("chat-agent", "chat-agent")
        entry = topic_entries.page(workspace, namespace, TOPIC, EntryFilter(actor_id)).entries[0]
        received = delivery.inboxes(workspace, namespace)
        assert [failure.word for failure in received.silent.values()] == ["unreachable"]
        cause = delivery.delivery_statuses(workspace, namespace, TOPIC, [entry], received)[entry.id]
        assert cause
        assert cause.name == "pending"
    wait_until(
        lambda: not topic_entries.groups(workspace, "dev", TOPIC)[0].pending, seconds=90, what="acknowledged"
    )


def test_tail_shows_what_comes_and_ends_at_its_count(stack: RunningStack, actor_id: str) -> None:
    data = ("--data", str(stack.data))
    command = [sys.executable, "-m", "dashboard", "events", "tail", "-n", "prod", "--actor", actor_id, *data]
    with subprocess.Popen([*command, "--count", "2", "--json"], stdout=PIPE, stderr=PIPE, text=True) as tail:
        assert tail.stderr
        assert "waiting for entries" in tail.stderr.readline()
        for number in range(2):
            stack.say("prod", actor_id, f"turn {number}")
        said, _ = tail.communicate(timeout=SECONDS)
    assert tail.returncode == 0
    assert [json.loads(line)["event"]["data"]["turn"] for line in said.splitlines()] == [1, 2]
    quiet = subprocess.run(
        [*command, "--count", "1", "--seconds", "0.1"], capture_output=True, timeout=SECONDS, check=False
    )
    assert (quiet.returncode, quiet.stdout) == (1, b"")


def test_groups_are_listed_with_what_is_pending(stack: RunningStack, actor_id: str) -> None:
    stack.say("prod", actor_id, "makes the group")
    data = ("--data", str(stack.data))
    groups = daca_ops("events", "groups", "-n", "prod", "--json", *data)
    (detail,) = json.loads(groups.stdout)["groups"]
    assert (detail["group"]["name"], detail["consumers"][0]["name"]) == ("chat-agent", "chat-agent")
    assert daca_ops("events", "groups", "-n", "prod", "--topic", "nothing", *data).returncode == 1


def test_paging_to_older_entries_loses_none(stack: RunningStack, workspace: Workspace, actor_id: str) -> None:
    for number in range(5):
        stack.say("prod", actor_id, f"turn {number}")
    namespace = "prod"
    wait_until(
        lambda: len(topic_entries.page(workspace, namespace, TOPIC, EntryFilter(actor_id)).entries) == 5
    )
    seen, before = [], None
    while True:
        page = topic_entries.page(workspace, namespace, TOPIC, EntryFilter(actor_id), before=before, limit=2)
        seen += [entry.event.turn for entry in page.entries if entry.event]
        before = page.before
        if before is None:
            break
    assert seen == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("number", ["1e999", "NaN"])
def test_daprd_cannot_decode_a_number_that_no_double_holds(
    stack: RunningStack, workspace: Workspace, actor_id: str, number: str
) -> None:
    data = f'{{"actor_id": "{actor_id}", "turn": {number}}}'
    named = f'"specversion": "1.0", "id": "{actor_id}", "type": "ConversationUpdated", "source": "s"'
    event = f'{{{named}, "data": {data}}}'

    def refused() -> int:
        lines = workspace.cluster.logs("dev", "sidecar", since=None, lines=2_000).whole()
        return sum("deserializ" in line.text or "unmarshal" in line.text for line in lines)

    before, topic = refused(), stack.redis("dev")
    added = topic.xadd(TOPIC, {"data": event})
    try:
        wait_until(lambda: refused() > before, what="daprd says that it cannot decode it")
        found = delivery.listing(workspace, "dev", TOPIC, EntryFilter(actor_id))
        (entry,) = found.page.entries
        assert "daprd could not decode it" in found.status(entry)[1]
        assert not found.received.find(actor_id)
    finally:  # the other tests look for what is pending
        topic.xack(TOPIC, "chat-agent", added)
        topic.xdel(TOPIC, added)
