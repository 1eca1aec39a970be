"""What the dashboard's account may do, and what it may not: `kubectl auth can-i`, both ways."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.cluster.conftest import K8S, kubectl

pytestmark = pytest.mark.timeout(300)
ACCOUNT = "system:serviceaccount:daca-ops:daca-ops"
LISTED = ("deployments", "statefulsets", "pods", "services", "components.dapr.io")
LOOKED_AT = (
    *("subscriptions.dapr.io", "configurations.dapr.io", "resiliencies.dapr.io"),
    *("daemonsets.apps", "cronjobs.batch"),
    *("networkpolicies.networking.k8s.io", "horizontalpodautoscalers.autoscaling"),
)

CAN = [
    *((f"{verb} {kind}", "prod") for kind in LISTED for verb in ("list", "watch")),
    *((f"list {kind}", "prod") for kind in (*LOOKED_AT, "events")),
    ("list pods", "dev"),
    ("get namespaces/prod", "prod"),
    ("get pods/any --subresource=log", "prod"),
    ("get pods/any:3501 --subresource=proxy", "prod"),
    ("get services/chat-agent:8000 --subresource=proxy", "prod"),
    ("create services/chat-agent:8000 --subresource=proxy", "prod"),
    ("get secrets/redis", "prod"),
]
CANNOT = [
    # other Secrets, Services and verbs of its own namespaces
    ("list secrets", "prod"),
    ("get secrets/chat-agent-token", "prod"),
    ("get services/redis-master:6379 --subresource=proxy", "prod"),
    ("delete services/chat-agent:8000 --subresource=proxy", "prod"),
    ("create pods/any:3501 --subresource=proxy", "prod"),
    ("create pods/any --subresource=exec", "prod"),
    ("create pods/any --subresource=portforward", "prod"),
    ("create pods", "prod"),
    ("delete pods", "prod"),
    ("patch deployments", "prod"),
    ("update deployments --subresource=scale", "prod"),
    ("get configmaps", "prod"),
    ("list configmaps", "prod"),
    ("get configmaps/dapr-components", "prod"),
    ("patch networkpolicies.networking.k8s.io", "prod"),
    ("patch components.dapr.io", "prod"),
    ("create rolebindings", "prod"),
    # other namespaces, its own among them
    *(
        (f"{verb} pods", space)
        for space in ("default", "dapr-system", "daca-ops")
        for verb in ("get", "list")
    ),
    ("get secrets/redis", "default"),
    ("get secrets/daca-ops-sign-in", "daca-ops"),
    # the whole cluster
    ("list pods", ""),
    ("list secrets", ""),
    ("list namespaces", ""),
    ("get nodes", ""),
]
FINDS = [
    *((f"{verb} {kind}", "") for kind in (*LISTED, "namespaces") for verb in ("list", "watch")),
    *((f"list {kind}", "") for kind in LOOKED_AT),
]
STILL_CANNOT = [
    *((f"{verb} secrets", "") for verb in ("get", "list")),
    ("get pods/any --subresource=log", "default"),
    ("get pods/any:3501 --subresource=proxy", "default"),
    ("create services/chat-agent:8000 --subresource=proxy", "default"),
    ("list configmaps", ""),
    ("create pods", "default"),
]


def can(right: str, namespace: str) -> bool:
    where = ["-n", namespace] if namespace else ["--all-namespaces"]
    command = ["kubectl", "auth", "can-i", *right.split(), *where, f"--as={ACCOUNT}"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ran.stdout.strip() in {"yes", "no"}, ran.stderr
    return ran.stdout.strip() == "yes"


@pytest.fixture
def finding(cluster: None) -> Iterator[None]:
    """With the ClusterRole that the dashboard's overlay may add, for this test alone."""
    file = str(K8S / "components" / "find-namespaces" / "cluster-role.yaml")
    kubectl("apply", "-f", file)
    yield
    kubectl("delete", "-f", file)


def test_it_can_do_what_the_pages_need(cluster: None) -> None:
    configured = "{.spec.template.spec.volumes[?(@.name=='config')].configMap.name}"
    name = kubectl("-n", "prod", "get", "statefulset", "redis", "-o", f"jsonpath={configured}")
    needed = [*CAN, (f"get configmaps/{name}", "prod")]
    assert [right for right in needed if not can(*right)] == []


def test_it_can_do_nothing_else(cluster: None) -> None:
    assert [right for right in CANNOT if can(*right)] == []


def test_finding_namespaces_adds_looking_alone(finding: None) -> None:
    assert [right for right in FINDS if not can(*right)] == []
    assert [right for right in STILL_CANNOT if can(*right)] == []
