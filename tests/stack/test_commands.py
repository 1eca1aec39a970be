"""Every command that a page offers does what the page did, run as it is printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.names import TOPIC, history_key
from dashboard.services.access import commands as audit_commands
from dashboard.services.access.audit_search import AuditFilter
from dashboard.services.chat import commands as chat_commands
from dashboard.services.core import commands
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import Workspace, open_workspace
from dashboard.services.health import commands as health_commands
from dashboard.services.isolation import commands as isolation_commands
from tests.contract.test_clusters import static_file
from tests.stack.running_stack import RunningStack


def run(line: str) -> str:
    """What the line prints in a shell that knows of the dashboard's settings nothing."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-c", line],
        env={"PATH": path, "HOME": os.environ["HOME"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, f"{line}\n{ran.stderr}"
    return ran.stdout


@pytest.fixture(params=["local", "static"])
def workspace(request: pytest.FixtureRequest, stack: RunningStack, tmp_path: Path) -> Iterator[Workspace]:
    file = static_file(stack, tmp_path)
    data = stack.data if request.param == "local" else tmp_path
    with closing(open_workspace(Settings(cluster=request.param, data=data, static_file=file))) as opened:
        yield opened


@pytest.fixture
def endpoint(workspace: Workspace) -> Endpoint:
    return workspace.endpoint("prod")


def test_sending_and_its_history(workspace: Workspace, endpoint: Endpoint, actor_id: str) -> None:
    said = "-5 it's $HOME & `date`"
    answer = json.loads(run(chat_commands.send(endpoint, actor_id, said, "once")))
    assert answer["response"]["content"] == f"Got your message: {said}"
    words = ("send", "--actor", actor_id, "--message-id", "once")
    own = commands.daca_ops(workspace.settings, *words, namespaces=["prod", "dev"], argument=said)
    assert run(own).count(f"Got your message: {said}") == 2
    assert len(json.loads(run(chat_commands.history(endpoint, actor_id)))["history"]) == 2
    diff = commands.daca_ops(workspace.settings, "diff", "--actor", actor_id, namespaces=["prod", "dev"])
    assert "same" in run(diff)


def test_what_the_store_holds(
    workspace: Workspace, endpoint: Endpoint, stack: RunningStack, actor_id: str
) -> None:
    stack.say("prod", actor_id, "in the store")
    key = history_key(actor_id)
    assert "in the store" in run(commands.stored_history(endpoint, actor_id))
    assert run(commands.scan_keys(endpoint, f"*{actor_id}*")).split() == [key]
    assert "chat-agent" in run(commands.stream_groups(endpoint, TOPIC))
    assert run(commands.read_key(endpoint, TOPIC, "stream"))
    own = commands.daca_ops(workspace.settings, "store", "show", namespaces=["prod"], argument=key)
    assert "in the store" in run(own)


def test_the_parts_of_a_namespace(endpoint: Endpoint) -> None:
    lines = health_commands.parts(endpoint)
    assert json.loads(run(lines["agent"])) == {"status": "ok"}
    assert json.loads(run(lines["sidecar"]))["runtimeVersion"]
    assert run(lines["store"]).strip() == "PONG"


def test_the_proof_and_the_audit_log(workspace: Workspace) -> None:
    assert "are isolated" in run(isolation_commands.verify(workspace.settings, ["prod", "dev"]))
    assert "remove probes" in run(audit_commands.audit(AuditFilter(), workspace.settings))
