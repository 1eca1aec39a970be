"""Every command that a page offers works as it is printed, with the reader's own kubeconfig."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from dashboard.model.core.names import TOPIC
from dashboard.services.chat import commands as chat_commands
from dashboard.services.chat.sending import Chat
from dashboard.services.core import commands
from dashboard.services.core.workspace import Workspace
from dashboard.services.health import commands as health_commands
from tests.cluster.conftest import daca_ops


def run(line: str) -> str:
    ran = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60, check=False)
    assert ran.stdout, f"{line}\n{ran.stderr}"
    return ran.stdout


def test_sending_reading_and_the_store(chat: Chat, workspace: Workspace, actor_id: str) -> None:
    endpoint = workspace.endpoint("dev")
    said = json.loads(run(chat_commands.send(endpoint, actor_id, "it's a shell", "once")))
    assert said["response"]["content"] == "Got your message: it's a shell"
    (delivery,) = chat.send(["dev"], actor_id, "it's a shell", idempotency_key="once")
    assert delivery.answer == "Got your message: it's a shell"
    assert len(json.loads(run(chat_commands.history(endpoint, actor_id)))["history"]) == 2
    assert "it's a shell" in run(commands.stored_history(endpoint, actor_id))
    assert "chat-agent" in run(commands.stream_groups(endpoint, TOPIC))


def test_each_part(workspace: Workspace) -> None:
    lines = health_commands.parts(workspace.endpoint("prod"))
    assert json.loads(run(lines["agent"])) == {"status": "ok"}
    assert json.loads(run(lines["sidecar"]))["id"] == "chat-agent"
    assert run(lines["store"]).strip() == "PONG"
    assert "chat-agent" in run(lines["pods"])


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("send", "Hi", "--actor", "a"), 1),
        (("history", "--actor", "a"), 1),
        (("verify",), 1),
        (("doctor",), 2),
    ],
)
def test_a_namespace_that_is_not_there_is_told_with_those_that_are_and_where_to_look(
    workspace: Workspace, words: tuple[str, ...], status: int
) -> None:
    refused = daca_ops(*words, "-n", "default", "--cluster", "kubernetes")
    assert refused.returncode == status
    said = " ".join(refused.stderr.split())
    assert "There is no namespace default in this cluster" in said
    assert re.search(r"There are [\w, -]*dev, [\w, -]*prod", said)
    (look,) = re.findall(r"Only namespaces in which chat-agent runs are listed: [^`]*`([^`]+)`", said)
    ran = subprocess.run(["bash", "-c", look], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "No resources found in default namespace.\n")
