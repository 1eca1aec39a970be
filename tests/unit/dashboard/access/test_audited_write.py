"""No write without the policy, none without a trace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from dashboard.gateways.clusters.static import StaticCluster
from dashboard.gateways.connections import Connections
from dashboard.model.access.person import Person
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.errors import NotThere, Unreachable, WriteRefused
from dashboard.services.access.audit import AuditEntry, AuditLog
from dashboard.services.access.audited_write import AuditedWrites, open_writes
from dashboard.services.access.write_policy import WritePolicy
from dashboard.services.chat.sending import Chat
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import Workspace

Call = Callable[[Endpoint], object]
NAMESPACES = '[[namespace]]\nname = "dev"\n[[namespace]]\nname = "prod"\nprotected = true\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    file = tmp_path / "daca.toml"
    file.write_text(NAMESPACES)
    return Workspace(Settings(data=tmp_path), StaticCluster(file), Connections())


def entry(workspace: Workspace) -> AuditEntry:
    (found,) = AuditLog(workspace.settings.audit_file).newest()
    return found


def write(writes: AuditedWrites, namespace: str, action: str, call: Call, **said: str) -> object:
    with writes.to(namespace, action, **said) as endpoint:
        return call(endpoint)


def never(endpoint: Endpoint) -> None:
    raise AssertionError("the write was made")


def test_a_write_is_made_and_leaves_its_line(workspace: Workspace) -> None:
    writes = open_writes(workspace, WritePolicy(person=Person("ana")))
    assert (
        write(writes, "dev", "publish", lambda endpoint: endpoint.name, actor_id="user1", text="x" * 999)
        == "dev"
    )
    line = entry(workspace)
    assert (line.who, line.namespace, line.action, line.result) == ("ana", "dev", "publish", "done")
    assert (line.actor_id, len(line.text), line.cluster) == ("user1", 200, "static")
    assert line.latency_ms >= 0


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (WritePolicy(), "prod is protected"),
        (WritePolicy(read_only=True), "read-only"),
        (WritePolicy(person=Person("ana", "viewer", "Operators may.")), "Operators may"),
    ],
)
def test_a_refused_write_is_not_made_but_written_down(
    workspace: Workspace, policy: WritePolicy, words: str
) -> None:
    with pytest.raises(WriteRefused, match=words):
        write(open_writes(workspace, policy), "prod", "send", never)
    assert entry(workspace).result == "refused"
    assert words in entry(workspace).why


@pytest.mark.parametrize(
    "error", [Unreachable("Nothing listens."), ValueError("a defect"), KeyboardInterrupt()]
)
def test_a_write_that_fails_says_why(workspace: Workspace, error: BaseException) -> None:
    def fail(endpoint: Endpoint) -> None:
        raise error

    with pytest.raises(type(error)):
        write(open_writes(workspace, WritePolicy()), "dev", "send", fail)
    assert entry(workspace).result == "failed"
    assert entry(workspace).why in {"Nothing listens.", "ValueError: a defect", "interrupted"}


def test_a_namespace_that_is_not_there_is_a_line_too(workspace: Workspace) -> None:
    with pytest.raises(NotThere):
        write(open_writes(workspace, WritePolicy()), "elsewhere", "send", never)
    assert entry(workspace).result == "failed"


def test_without_a_log_nothing_is_written(workspace: Workspace) -> None:
    workspace.settings.audit_file.mkdir()
    with pytest.raises(WriteRefused, match="audit log"):
        write(open_writes(workspace, WritePolicy()), "dev", "send", never)


def test_unlocking_and_locking_are_lines(workspace: Workspace) -> None:
    writes = open_writes(workspace, WritePolicy())
    assert not writes.unlock("prod", "dev")
    assert writes.unlock("prod", "prod")
    write(writes, "prod", "send", lambda endpoint: None)
    writes.lock("prod")
    with pytest.raises(WriteRefused):
        write(writes, "prod", "send", never)
    lines = [
        (line.action, line.result) for line in reversed(AuditLog(workspace.settings.audit_file).newest())
    ]
    assert lines == [("unlock", "done"), ("send", "done"), ("lock", "done"), ("send", "refused")]


def test_who_is_refused_at_the_first_step_leaves_a_line(workspace: Workspace) -> None:
    writes = open_writes(workspace, WritePolicy())
    assert writes.ask("dev", "verify").name == "dev"
    with pytest.raises(WriteRefused):
        writes.ask("prod", "verify")
    assert (entry(workspace).namespace, entry(workspace).result) == ("prod", "refused")


def test_a_viewer_unlocks_nothing(workspace: Workspace) -> None:
    policy = WritePolicy(person=Person("ana", "viewer"))
    with pytest.raises(WriteRefused):
        open_writes(workspace, policy).unlock("prod", "prod")
    assert policy.write_lock.unlocked_until("prod") is None
    assert (entry(workspace).action, entry(workspace).result) == ("unlock", "refused")


def test_a_message_to_two_leaves_a_line_for_each(workspace: Workspace) -> None:
    class Agents:
        def agent(self, endpoint: Endpoint) -> Agents:
            return self

        def send(self, actor_id: str, content: str, idempotency_key: str) -> str:
            return "heard"

    made_up = Workspace(workspace.settings, workspace.cluster, cast(Any, Agents()))
    deliveries = {
        d.namespace: d for d in Chat(open_writes(made_up, WritePolicy())).send(("dev", "prod"), "user1", "Hi")
    }
    assert deliveries["dev"].answer == "heard"
    assert deliveries["prod"].failure
    assert deliveries["prod"].failure.word == "locked"
    lines = {line.namespace: line.result for line in AuditLog(workspace.settings.audit_file).newest()}
    assert lines == {"dev": "done", "prod": "refused"}
