"""No write without the guard, none without a trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from dashboard.gateways.clusters.static import StaticCluster
from dashboard.gateways.connections import Connections
from dashboard.model.errors import NotThere, Unreachable, WriteRefused
from dashboard.model.people import Person
from dashboard.model.places import Place
from dashboard.services.audit import AuditLog, Entry
from dashboard.services.chat import Chat
from dashboard.services.guard import Guard
from dashboard.services.settings import Settings
from dashboard.services.workspace import Workspace
from dashboard.services.writing import Writing

NAMESPACES = '[[namespace]]\nname = "dev"\n[[namespace]]\nname = "prod"\nprotected = true\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    file = tmp_path / "daca.toml"
    file.write_text(NAMESPACES)
    return Workspace(Settings(), StaticCluster(file), Connections(), AuditLog(tmp_path / "audit.jsonl"))


def entry(workspace: Workspace) -> Entry:
    (found,) = workspace.audit.newest()
    return found


def never(place: Place) -> None:
    raise AssertionError("the write was made")


def test_a_write_is_made_and_leaves_its_line(workspace: Workspace) -> None:
    writing = Writing(workspace, Guard(person=Person("ana")))
    assert writing.run("dev", "publish", lambda place: place.name, actor_id="user1", text="x" * 999) == "dev"
    line = entry(workspace)
    assert (line.who, line.namespace, line.action, line.result) == ("ana", "dev", "publish", "done")
    assert (line.actor_id, len(line.text), line.cluster) == ("user1", 200, "static")
    assert line.latency_ms >= 0


@pytest.mark.parametrize(
    ("guard", "words"),
    [
        (Guard(), "prod is protected"),
        (Guard(read_only=True), "read-only"),
        (Guard(person=Person("ana", "viewer", "Operators may.")), "Operators may"),
    ],
)
def test_a_refused_write_is_not_made_but_written_down(workspace: Workspace, guard: Guard, words: str) -> None:
    with pytest.raises(WriteRefused, match=words):
        Writing(workspace, guard).run("prod", "send", never)
    assert entry(workspace).result == "refused"
    assert words in entry(workspace).why


@pytest.mark.parametrize(
    "error", [Unreachable("Nothing listens."), ValueError("a defect"), KeyboardInterrupt()]
)
def test_a_write_that_fails_says_why(workspace: Workspace, error: BaseException) -> None:
    def fail(place: Place) -> None:
        raise error

    with pytest.raises(type(error)):
        Writing(workspace, Guard()).run("dev", "send", fail)
    assert entry(workspace).result == "failed"
    assert entry(workspace).why in {"Nothing listens.", "ValueError: a defect", "interrupted"}


def test_a_namespace_that_is_not_there_is_a_line_too(workspace: Workspace) -> None:
    with pytest.raises(NotThere):
        Writing(workspace, Guard()).run("elsewhere", "send", never)
    assert entry(workspace).result == "failed"


def test_without_a_log_nothing_is_written(workspace: Workspace) -> None:
    workspace.audit.path.mkdir()
    with pytest.raises(WriteRefused, match="audit log"):
        Writing(workspace, Guard()).run("dev", "send", never)


def test_unlocking_and_locking_are_lines(workspace: Workspace) -> None:
    writing = Writing(workspace, Guard())
    assert not writing.unlock("prod", "dev")
    assert writing.unlock("prod", "prod")
    writing.run("prod", "send", lambda place: None)
    writing.lock("prod")
    with pytest.raises(WriteRefused):
        writing.run("prod", "send", never)
    lines = [(line.action, line.result) for line in reversed(workspace.audit.newest())]
    assert lines == [("unlock", "done"), ("send", "done"), ("lock", "done"), ("send", "refused")]


def test_who_is_refused_at_the_first_step_leaves_a_line(workspace: Workspace) -> None:
    writing = Writing(workspace, Guard())
    assert writing.ask("dev", "verify").name == "dev"
    with pytest.raises(WriteRefused):
        writing.ask("prod", "verify")
    assert (entry(workspace).namespace, entry(workspace).result) == ("prod", "refused")


def test_a_viewer_unlocks_nothing(workspace: Workspace) -> None:
    guard = Guard(person=Person("ana", "viewer"))
    with pytest.raises(WriteRefused):
        Writing(workspace, guard).unlock("prod", "prod")
    assert guard.unlocked_until("prod") is None
    assert (entry(workspace).action, entry(workspace).result) == ("unlock", "refused")


def test_a_message_to_two_leaves_a_line_for_each(workspace: Workspace) -> None:
    class Agents:
        def agent(self, place: Place) -> Agents:
            return self

        def send(self, actor_id: str, content: str, message_id: str) -> str:
            return "heard"

    made_up = Workspace(workspace.settings, workspace.cluster, cast(Any, Agents()), workspace.audit)
    deliveries = {d.namespace: d for d in Chat(made_up, Guard()).send(("dev", "prod"), "user1", "Hi")}
    assert deliveries["dev"].answer == "heard"
    assert deliveries["prod"].failure
    assert deliveries["prod"].failure.word == "locked"
    lines = {line.namespace: line.result for line in workspace.audit.newest()}
    assert lines == {"dev": "done", "prod": "refused"}
