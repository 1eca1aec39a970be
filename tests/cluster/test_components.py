"""Every component of k8s/components together, in a namespace of their own."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.services.chat import histories
from dashboard.services.chat.sending import Chat
from tests.cluster.conftest import daca_ops, kubectl, kubectl_json, overlay, rolled_out
from tests.stack.waiting import wait_until

pytestmark = pytest.mark.timeout(300)
SPACE = "kept"
COMPONENTS = ("dashboard-access", "network-policies", "redis-persistent", "resiliency")
REDIS_USER = 999


def on_the_node(node: str, folder: str, script: str) -> None:
    """Run a script as root with `folder` of a node at /data: no kubelet gives a hostPath to a user."""
    name = f"prepare-{uuid.uuid4().hex[:8]}"
    container = {
        "name": name,
        "image": "docker.io/library/redis:6",
        "imagePullPolicy": "IfNotPresent",
        "command": ["sh", "-c", script],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    volume = {"name": "data", "hostPath": {"path": folder, "type": "DirectoryOrCreate"}}
    spec = {"nodeName": node, "restartPolicy": "Never", "containers": [container], "volumes": [volume]}
    apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}, "-n", "default")
    try:
        done = "--for=jsonpath={.status.phase}=Succeeded"
        kubectl("-n", "default", "wait", done, f"pod/{name}", "--timeout=60s")
    finally:
        kubectl("-n", "default", "delete", "pod", name, "--wait=false")


def apply(item: dict[str, Any], *where: str) -> None:
    kubectl(*where, "apply", "-f", "-", stdin=json.dumps(item))


def volume(name: str, node: str, folder: str) -> dict[str, Any]:
    """A folder of one node as the volume that Redis's claim takes."""
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": "",
            "claimRef": {"namespace": SPACE, "name": "data-redis-0"},
            "hostPath": {"path": folder},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}},
        },
    }


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    name = f"daca-ops-test-{uuid.uuid4().hex[:8]}"
    folder = f"/var/tmp/{name}"
    node = kubectl_json("get", "nodes")["items"][0]["metadata"]["labels"]["kubernetes.io/hostname"]
    built = tmp_path_factory.mktemp("overlay")
    no_class = {"op": "add", "path": "/spec/volumeClaimTemplates/0/spec/storageClassName", "value": ""}
    patch = {"target": {"kind": "StatefulSet"}, "patch": json.dumps([no_class])}
    overlay(built, "base", COMPONENTS, SPACE, patches=[patch])
    on_the_node(node, folder, f"chown {REDIS_USER}:{REDIS_USER} /data")
    apply(volume(name, node, folder))
    prepared = daca_ops("k8s", "init", SPACE)
    assert prepared.returncode == 0, prepared.stderr
    kubectl("apply", "-k", str(built))
    try:
        rolled_out(SPACE)
        yield
    finally:
        kubectl("delete", "namespace", SPACE)
        kubectl("delete", "persistentvolume", name)
        on_the_node(node, folder, "rm -rf /data/*")


def users(chat: Chat, actor_id: str) -> list[str]:
    """What was said in the turns that are stored; fails where they cannot be read."""
    return [turn.user for turn in histories.read(chat.writes.workspace, [SPACE], actor_id).pages[SPACE].turns]


def test_data_outlives_the_pod_of_redis(kept: None, chat: Chat, actor_id: str) -> None:
    (sent,) = chat.send([SPACE], actor_id, "before")
    assert sent.answer, sent.failure
    before = kubectl_json("-n", SPACE, "get", "pod", "redis-0")["metadata"]["uid"]
    wait_until(lambda: saved(actor_id), what="Redis wrote it to the disk")
    kubectl("-n", SPACE, "delete", "pod", "redis-0")
    rolled_out(SPACE)
    assert kubectl_json("-n", SPACE, "get", "pod", "redis-0")["metadata"]["uid"] != before
    wait_until(lambda: users(chat, actor_id) == ["before"], seconds=60, what="the history is back")


def saved(actor_id: str) -> bool:
    """Whether the append-only file holds the actor: it is written each second."""
    search = f"grep -rq {actor_id} /data && echo yes || echo no"
    return kubectl("-n", SPACE, "exec", "redis-0", "--", "sh", "-c", search).strip() == "yes"


def test_a_message_is_one_turn_under_the_resiliency_policy(kept: None, chat: Chat, actor_id: str) -> None:
    """The sidecar has loaded the policy, and what it repeats doubles nothing while Redis is away."""
    logs = ("-n", SPACE, "logs", "deployment/chat-agent", "-c", "daprd")
    assert "Loading Resiliency configuration: chat-agent" in kubectl(*logs)
    kubectl("-n", SPACE, "delete", "pod", "redis-0", "--wait=false")
    said = [f"message {number}" for number in range(5)]
    acknowledged = [text for text in said for sent in chat.send([SPACE], actor_id, text) if sent.answer]
    rolled_out(SPACE)
    wait_until(lambda: set(acknowledged) <= set(users(chat, actor_id)), seconds=60, what="none is lost")
    assert len(users(chat, actor_id)) == len(set(users(chat, actor_id)))


def test_the_network_is_closed_but_for_what_is_named(kept: None) -> None:
    """That the API server takes the policies; enforcing them is up to the cluster's network plugin."""
    found = {item["metadata"]["name"]: item["spec"] for item in policies()}
    assert found["deny-all"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert {"chat-agent", "redis"} == found.keys() - {"deny-all"}
    sources = found["redis"]["ingress"][0]["from"]
    assert [s["podSelector"]["matchLabels"]["app.kubernetes.io/name"] for s in sources] == [
        "chat-agent",
        "daca-ops",
    ]


def policies() -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = kubectl_json("-n", SPACE, "get", "networkpolicies")["items"]
    return items
