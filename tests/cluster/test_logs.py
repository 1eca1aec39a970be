"""The logs of agent and sidecar as the kubelets keep them."""

from __future__ import annotations

import json
import time

from dashboard.model.logs.line_parser import LogLine
from dashboard.model.logs.log import LogFilter
from dashboard.services.chat.sending import Chat
from dashboard.services.core.workspace import Workspace
from tests.cluster.conftest import daca_ops, kubectl_json
from tests.stack.waiting import wait_until


def test_a_message_is_in_its_own_agents_log(chat: Chat, workspace: Workspace, actor_id: str) -> None:
    began = time.time() - 1  # the node's clock is its own
    list(chat.send(["prod"], actor_id, "hello"))

    def of_actor(namespace: str) -> tuple[LogLine, ...]:
        found = workspace.cluster.logs(namespace, "agent", since=began, lines=500)
        return LogFilter(actor_id=actor_id).of(found.whole())

    wait_until(lambda: len(of_actor("prod")) == 2, what="activation and event are logged")
    assert all(line.level == "info" and line.replica.startswith("chat-agent-") for line in of_actor("prod"))
    assert of_actor("dev") == ()


def test_a_sidecar_is_read_with_its_last_life(workspace: Workspace) -> None:
    for name in ("prod", "dev"):
        found = workspace.cluster.logs(
            name, "sidecar", since=None, lines=200_000
        )  # it may have complained a lot
        starts = sum("Starting Dapr Runtime" in line.text for line in found.whole())
        pods = [
            pod
            for pod in kubectl_json("-n", name, "get", "pods")["items"]
            if "dapr.io/app-id" in pod["metadata"].get("annotations", {})
        ]
        ended = [
            status
            for pod in pods
            for status in pod["status"]["containerStatuses"]
            if status["name"] == "daprd" and status["lastState"]
        ]
        assert starts == len(pods) + len(ended)


def test_the_command_reads_both_and_names_the_pod(chat: Chat, actor_id: str) -> None:
    list(chat.send(["prod", "dev"], actor_id, "hello"))
    words = (
        "logs",
        "--cluster",
        "kubernetes",
        "-n",
        "prod",
        "-n",
        "dev",
        "--since",
        "5m",
        "--actor",
        actor_id,
    )

    def read() -> list[dict[str, str]]:
        ran = daca_ops(*words, "--json")
        assert ran.returncode == 0, ran.stderr
        found: list[dict[str, str]] = json.loads(ran.stdout)["lines"]
        return found

    wait_until(lambda: len(read()) == 4, what="activation and event are logged in both")
    assert {(line["namespace"], line["part"]) for line in read()} == {("prod", "agent"), ("dev", "agent")}
    assert all(line["replica"].startswith("chat-agent-") for line in read())
