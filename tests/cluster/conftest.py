"""A real Kubernetes with Dapr, named by KUBECONFIG; prod and dev deployed as the README says.

The images `chat-agent:dev` and `daca-ops-dashboard:dev` are expected to be on its nodes.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboard.services.access.audited_write import open_writes
from dashboard.services.access.write_policy import WritePolicy
from dashboard.services.chat.sending import Chat
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import Workspace, open_workspace
from tests.browser.conftest import browser
from tests.stack.waiting import wait_until

__all__ = ["browser"]  # one for all modules: Playwright takes no second one beside it
K8S = Path(__file__).parents[2] / "k8s"
SECONDS = 180


def kubectl(*words: str, stdin: str | None = None) -> str:
    """The output of kubectl; fails the test with its words where it fails."""
    command = ["kubectl", *words]
    ran = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ran.returncode == 0, f"{' '.join(words)}: {ran.stderr}"
    return ran.stdout


def kubectl_json(*words: str) -> Any:
    return json.loads(kubectl(*words, "-o", "json"))


def daca_ops(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dashboard", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


def deploy(namespace: str, overlay: str) -> None:
    """The README's steps for one namespace, and wait until it is ready."""
    prepared = daca_ops("k8s", "init", namespace)
    assert prepared.returncode == 0, prepared.stderr
    kubectl("apply", "-k", str(K8S / "overlays" / overlay))
    rolled_out(namespace)


def overlay(
    folder: Path, base: str, components: Sequence[str], namespace: str, patches: Sequence[Any] = ()
) -> None:
    """Write a kustomization into `folder`: a base of k8s/ with components, in a namespace."""

    def here(path: str) -> str:
        return os.path.relpath(K8S / path, folder.resolve())

    names = [here(f"components/{name}") for name in components]
    text = {"resources": [here(base)], "components": names, "namespace": namespace, "patches": list(patches)}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(text))


def rolled_out(namespace: str, *workloads: str) -> None:
    """Wait until the workloads, else the agent and its Redis, run as last applied, and no other pod does."""
    for workload in workloads or ("statefulset/redis", "deployment/chat-agent"):
        kubectl("-n", namespace, "rollout", "status", workload, f"--timeout={SECONDS}s")
    ending = ("-o", "jsonpath={.items[*].metadata.deletionTimestamp}")
    wait_until(
        lambda: not kubectl("-n", namespace, "get", "pods", *ending), seconds=60, what="old pods are gone"
    )


@contextmanager
def forwarded(namespace: str, target: str, port: int, local: int | None = None) -> Iterator[int]:
    """The port of this machine, `local` or a free one, that leads to a port of a pod or Service."""
    command = ["kubectl", "-n", namespace, "port-forward", target, f"{local or ''}:{port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as forwarding:
        try:
            assert forwarding.stdout is not None
            said = re.search(r"127\.0\.0\.1:(\d+)", forwarding.stdout.readline())
            assert said, "kubectl forwards no port"
            yield int(said[1])
        finally:
            forwarding.terminate()


@pytest.fixture(scope="session")
def cluster() -> Iterator[None]:
    assert os.environ.get("KUBECONFIG"), "KUBECONFIG must name a cluster with Dapr"
    for name in ("prod", "dev"):
        deploy(name, name)
    yield


@pytest.fixture(scope="session")
def workspace(cluster: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    data = tmp_path_factory.mktemp("data")
    opened = open_workspace(Settings(cluster="kubernetes", data=data, deadline=30))
    wait_until(lambda: {"prod", "dev"} <= {endpoint.name for endpoint in opened.endpoints()}, seconds=60)
    yield opened
    opened.close()


@pytest.fixture
def chat(workspace: Workspace) -> Chat:
    policy = WritePolicy()
    for endpoint in workspace.endpoints():
        policy.write_lock.unlock(endpoint.name, endpoint.name)
    return Chat(open_writes(workspace, policy))


@pytest.fixture
def actor_id() -> str:
    return f"test-{uuid.uuid4().hex[:12]}"
