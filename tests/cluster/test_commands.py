"""Every command that a page offers works as it is printed, with the reader's own kubeconfig."""

from __future__ import annotations

import json
import subprocess

from dashboard.model.core.names import TOPIC
from dashboard.services.chat import commands as chat_commands
from dashboard.services.chat.sending import Chat
from dashboard.services.core import commands
from dashboard.services.core.workspace import Workspace
from dashboard.services.health import commands as health_commands


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
