"""The course's Validation list on a real cluster, by the dashboard's own services."""

from __future__ import annotations

from dashboard.model.core.names import TOPIC, history_key
from dashboard.model.topics.events import EntryFilter
from dashboard.services.chat import histories
from dashboard.services.chat.sending import Chat
from dashboard.services.core.actor_ids import PolledActorIds
from dashboard.services.core.workspace import Workspace
from dashboard.services.health import health_check
from dashboard.services.stores import keys as stores
from dashboard.services.topics import entries as topic_entries
from tests.cluster.conftest import daca_ops, kubectl
from tests.stack.waiting import wait_until

BOTH = ("prod", "dev")


def test_message_processing_and_history_isolation(chat: Chat, actor_id: str) -> None:
    for name in BOTH:
        (delivery,) = chat.send([name], actor_id, f"Hi there ({name})")
        assert delivery.answer == f"Got your message: Hi there ({name})", delivery.failure
    found = histories.read(chat.writes.workspace, BOTH, actor_id)
    for name in BOTH:
        assert [(turn.user) for turn in found.pages[name].turns] == [f"Hi there ({name})"]


def test_state_isolation(chat: Chat, workspace: Workspace, actor_id: str) -> None:
    list(chat.send(["prod"], actor_id, "only in prod"))
    value = stores.value(workspace, "prod", history_key(actor_id))
    assert value.value["messages"][0]["content"] == "only in prod"
    assert stores.keys(workspace, "dev", contains=actor_id).keys == ()
    run_ids = {workspace.connections.store(workspace.endpoint(name)).ping().run_id for name in BOTH}
    assert len(run_ids) == 2


def test_event_isolation(chat: Chat, workspace: Workspace, actor_id: str) -> None:
    list(chat.send(["prod"], actor_id, "an event of prod"))

    def entries(name: str) -> list[str]:
        page = topic_entries.page(workspace, name, TOPIC, EntryFilter(actor_id=actor_id))
        return [entry.id for entry in page.entries]

    wait_until(lambda: entries("prod"), what="the event is in prod's stream")
    assert entries("dev") == []
    wait_until(
        lambda: (
            f"for actor {actor_id}" in kubectl("-n", "prod", "logs", "deploy/chat-agent", "-c", "chat-agent")
        ),
        what="prod's agent logs the event",
    )
    assert actor_id not in kubectl("-n", "dev", "logs", "deploy/chat-agent", "-c", "chat-agent")


def test_logs_name_the_activation(chat: Chat, actor_id: str) -> None:
    list(chat.send(BOTH, actor_id, "wake up"))
    for name in BOTH:
        said = kubectl("-n", name, "logs", "deploy/chat-agent", "-c", "chat-agent")
        assert f"Activating actor for history-{actor_id}" in said


def test_every_part_is_well_and_the_actor_is_found(chat: Chat, workspace: Workspace, actor_id: str) -> None:
    list(chat.send(BOTH, actor_id, "hello"))
    endpoints = [endpoint for endpoint in workspace.endpoints() if endpoint.name in BOTH]
    assert [health.state for health in health_check.check(workspace, BOTH)] == ["ok", "ok"]
    actor_ids = PolledActorIds(workspace)
    wait_until(lambda: actor_id in actor_ids.look(BOTH), what="the actor id is found in the stores")
    assert {endpoint.name: endpoint.protected for endpoint in endpoints} == {"prod": True, "dev": False}


def test_the_command_line(actor_id: str, cluster: None) -> None:
    where = ("--cluster", "kubernetes", "-n", "prod", "-n", "dev")
    sent = daca_ops("send", "Hi", "--actor", actor_id, "--unlock", "prod", *where)
    assert sent.returncode == 0, sent.stderr
    assert daca_ops("diff", "--actor", actor_id, "--exit-code", *where).returncode == 0


def test_preparing_twice_changes_nothing(cluster: None) -> None:
    again = daca_ops("k8s", "init", "prod")
    assert again.returncode == 0
    assert again.stdout.count("left as it is") == 3
