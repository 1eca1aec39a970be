"""The course's Validation list on a real cluster, by the dashboard's own services."""

from __future__ import annotations

from dashboard.model.events import Wanted
from dashboard.model.names import TOPIC, history_key
from dashboard.services import events, fleet, stores
from dashboard.services.chat import Chat
from dashboard.services.readings import Readings
from dashboard.services.workspace import Workspace
from tests.cluster.conftest import daca_ops, kubectl
from tests.stack.waiting import wait_until

BOTH = ("prod", "dev")


def test_message_processing_and_history_isolation(chat: Chat, actor_id: str) -> None:
    for name in BOTH:
        (delivery,) = chat.send([name], actor_id, f"Hi there ({name})")
        assert delivery.answer == f"Got your message: Hi there ({name})", delivery.failure
    found = chat.histories(BOTH, actor_id)
    for name in BOTH:
        assert [(turn.user) for turn in found.pages[name].turns] == [f"Hi there ({name})"]


def test_state_isolation(chat: Chat, workspace: Workspace, actor_id: str) -> None:
    list(chat.send(["prod"], actor_id, "only in prod"))
    value = stores.value(workspace, "prod", history_key(actor_id))
    assert value.value["messages"][0]["content"] == "only in prod"
    assert stores.keys(workspace, "dev", contains=actor_id).keys == ()
    run_ids = {workspace.connections.store(workspace.place(name)).ping().run_id for name in BOTH}
    assert len(run_ids) == 2


def test_event_isolation(chat: Chat, workspace: Workspace, actor_id: str) -> None:
    list(chat.send(["prod"], actor_id, "an event of prod"))

    def entries(name: str) -> list[str]:
        page = events.page(workspace, workspace.place(name), TOPIC, Wanted(actor_id=actor_id))
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
    places = [place for place in workspace.places() if place.name in BOTH]
    assert [health.state for health in fleet.check(workspace, places)] == ["ok", "ok"]
    readings = Readings(workspace)
    wait_until(lambda: actor_id in readings.actor_ids(places), what="the actor id is found in the stores")
    assert {place.name: place.protected for place in places} == {"prod": True, "dev": False}


def test_the_command_line(actor_id: str, cluster: None) -> None:
    where = ("--cluster", "kubernetes", "-n", "prod", "-n", "dev")
    sent = daca_ops("send", "Hi", "--actor", actor_id, "--unlock", "prod", *where)
    assert sent.returncode == 0, sent.stderr
    assert daca_ops("diff", "--actor", actor_id, "--exit-code", *where).returncode == 0


def test_preparing_twice_changes_nothing(cluster: None) -> None:
    again = daca_ops("k8s", "init", "prod")
    assert again.returncode == 0
    assert again.stdout.count("left as it is") == 3
