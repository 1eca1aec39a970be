"""What k8s/README.md says of Pod Security: our containers meet "restricted", the sidecar by a Helm value."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.conftest import K8S, kubectl, kubectl_json

SPACE = "daca-ops-restricted"


@pytest.fixture(scope="module")
def restricted(cluster: None) -> Iterator[None]:
    kubectl("create", "namespace", SPACE)
    kubectl("label", "namespace", SPACE, "pod-security.kubernetes.io/enforce=restricted")
    kubectl("-n", SPACE, "create", "serviceaccount", "chat-agent")
    yield
    kubectl("delete", "namespace", SPACE, "--wait=false")


def test_our_containers_meet_restricted(cluster: None) -> None:
    """The namespace warns of what does not; the dashboard's own enforces it."""
    command = ["kubectl", "apply", "--dry-run=server", "-k", str(K8S / "overlays" / "prod")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "violate" not in ran.stderr


def injected() -> dict[str, Any]:
    """A running agent's pod with its sidecar, as if it were made anew."""
    chosen = ("-n", "prod", "get", "pods", "-l", "app.kubernetes.io/name=chat-agent")
    pod: dict[str, Any] = kubectl_json(*chosen)["items"][0]
    pod["metadata"] = {"name": "like-it", "namespace": SPACE}
    pod["spec"].pop("nodeName")
    return pod


def admitted(pod: dict[str, Any]) -> str:
    """What the API server says against it, "" where it lets it in."""
    command = ["kubectl", "create", "--dry-run=server", "-f", "-"]
    ran = subprocess.run(
        command, input=json.dumps(pod), capture_output=True, text=True, timeout=60, check=False
    )
    return ran.stderr


def test_the_sidecar_meets_it_once_it_drops_its_capabilities(restricted: None) -> None:
    """What `sidecarDropALLCapabilities` changes is all that is missing."""
    pod = injected()
    (sidecar,) = [c for c in pod["spec"]["containers"] if c["name"] == "daprd"]
    sidecar["securityContext"].pop("capabilities", None)
    assert 'container "daprd" must set securityContext.capabilities.drop' in admitted(pod)
    sidecar["securityContext"]["capabilities"] = {"drop": ["ALL"]}
    assert admitted(pod) == ""
