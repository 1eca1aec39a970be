"""What is wrong is mended by the doctor's commands alone, pasted one after the other until it is silent.

The course's step 4.6, as it is printed with its own advice "Replace with your image": its Validation list is
true then. And the base with many mistakes at once. A default StorageClass is what any cluster has whose Redis
is to keep its state; one is made where there is none.
"""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import httpx
import pytest

from dashboard.model.core.names import TOPIC, history_key
from dashboard.model.topics.events import EntryFilter
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import Workspace, open_workspace
from dashboard.services.stores import keys as stores
from dashboard.services.topics import entries as topic_entries
from tests.cluster.conftest import daca_ops, forwarded, kubectl, kubectl_json
from tests.cluster.deployed import base_in, printed_in
from tests.cluster.spoiled import DECLARED, FOUND, MISTAKES
from tests.cluster.test_components import REDIS_USER, apply, on_the_node
from tests.cluster.test_course import PUBLISH
from tests.stack.waiting import wait_until

NAMES = {"prod": "printed-prod", "dev": "printed-dev"}
PLANTED = "planted"
ROUNDS = 6
DEFAULT = "storageclass.kubernetes.io/is-default-class"
pytestmark = pytest.mark.timeout(900)


def findings(*names: str) -> list[dict[str, Any]]:
    """What the doctor says of these namespaces."""
    chosen = [word for name in names for word in ("-n", name)]
    said = daca_ops("doctor", "--cluster", "kubernetes", *chosen, "--json")
    found: list[dict[str, Any]] = json.loads(said.stdout)["findings"]
    return found


def settled(*names: str) -> None:
    """Rollouts end, or do not: what is wrong then is the doctor's to say."""
    for name in names:
        for workload in kubectl("-n", name, "get", "deployment,statefulset", "-o", "name").split():
            with suppress(AssertionError):
                kubectl("-n", name, "rollout", "status", workload, "--timeout=20s")
        wait_until(partial(_no_pod_ends, name), seconds=90, what=f"old pods of {name} are gone")


def _no_pod_ends(name: str) -> bool:
    ending = ("-o", "jsonpath={.items[*].metadata.deletionTimestamp}")
    return not kubectl("-n", name, "get", "pods", *ending)


def paste_until_silent(*names: str) -> set[tuple[str, str]]:
    """(namespace, rule) of all that was found. Fails with all that was pasted where something still is."""
    every: set[tuple[str, str]] = set()
    said: list[str] = []
    for _ in range(ROUNDS):
        settled(*names)
        found = findings(*names)
        if not found:
            return every
        every |= {(each["namespace"], each["rule"]) for each in found}
        for each in found:
            said.append(f"# {each['namespace']} {each['object']} {each['rule']}: {each['seen']}")
            said += map(pasted, each["commands"])
    raise AssertionError("\n".join((f"not silent after {ROUNDS} rounds", *said)))


def pasted(command: str) -> str:
    """Run it, and say what a terminal would show."""
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    return f"$ {command}\n{ran.returncode} {ran.stdout}{ran.stderr}"


@pytest.fixture(scope="module")
def storage() -> Iterator[None]:
    classes = kubectl_json("get", "storageclass")["items"]
    if any((each["metadata"].get("annotations") or {}).get(DEFAULT) == "true" for each in classes):
        yield
        return
    name = f"daca-ops-test-{uuid.uuid4().hex[:8]}"
    node = kubectl_json("get", "nodes")["items"][0]["metadata"]["labels"]["kubernetes.io/hostname"]
    metadata = {"name": name, "annotations": {DEFAULT: "true"}}
    provisioner = {"provisioner": "kubernetes.io/no-provisioner", "volumeBindingMode": "WaitForFirstConsumer"}
    apply({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": metadata, **provisioner})
    volumes = {f"{name}-{number}": f"/var/tmp/{name}-{number}" for number in range(len(NAMES) + 1)}
    for volume, folder in volumes.items():
        on_the_node(node, folder, f"chown {REDIS_USER}:{REDIS_USER} /data")
        spec = {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": name,
            "hostPath": {"path": folder},
        }
        apply({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": volume}, "spec": spec})
    try:
        yield
    finally:
        kubectl("delete", "persistentvolume", *volumes, "--wait=false")
        kubectl("delete", "storageclass", name)
        for folder in volumes.values():
            on_the_node(node, folder, "rm -rf /data/*")


@pytest.fixture(scope="module")
def printed(storage: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Steps 1 to 4 of the course, with an image that exists."""
    with printed_in(NAMES, tmp_path_factory.mktemp("printed"), "chat-agent:dev"):
        yield


@pytest.fixture(scope="module")
def planted(storage: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The base with many mistakes at once."""
    with base_in(PLANTED, tmp_path_factory.mktemp("planted")):
        for kind, name, form, change in MISTAKES:
            kubectl("-n", PLANTED, "patch", kind, name, "--type", form, "-p", json.dumps(change))
        for item in DECLARED:
            apply(item, "-n", PLANTED)
        configure_to_evict()
        kubectl("-n", PLANTED, "rollout", "restart", "deployment/chat-agent")
        yield


def configure_to_evict() -> None:
    """The ConfigMap of Redis, whose name kustomize makes."""
    (config,) = (
        item
        for item in kubectl_json("-n", PLANTED, "get", "configmaps")["items"]
        if item["metadata"]["name"].startswith("redis-config")
    )
    text = config["data"]["redis.conf"].replace("noeviction", "allkeys-lru")
    change = json.dumps({"data": {"redis.conf": text}})
    kubectl("-n", PLANTED, "patch", "configmap", config["metadata"]["name"], "--type", "merge", "-p", change)


@pytest.fixture(scope="module")
def mended(printed: None, planted: None) -> set[tuple[str, str]]:
    """(namespace, rule) of all that was found until nothing was."""
    return paste_until_silent(*NAMES.values(), PLANTED)


@pytest.fixture(scope="module")
def workspace(mended: set[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    data = tmp_path_factory.mktemp("data")
    opened = open_workspace(Settings(cluster="kubernetes", data=data, deadline=30))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def talked(mended: set[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """The history of user1 in each, after the course's own message, at the Service that it forgets."""
    histories: dict[str, dict[str, Any]] = {}
    for short, name in NAMES.items():
        message = {"role": "user", "content": f"Hi there ({short})"}
        with forwarded(name, "svc/chat-agent", 8000) as port:
            address = f"http://127.0.0.1:{port}/chat/user1"
            said = httpx.post(address, json=message, timeout=30)
            assert said.status_code == 200, said.text
            reply = {"role": "assistant", "content": f"Got your message: Hi there ({short})"}
            assert said.json()["response"].items() >= reply.items()
            histories[short] = httpx.get(f"{address}/history", timeout=30).json()
    return histories


def test_history_isolation(talked: dict[str, dict[str, Any]]) -> None:
    for short in NAMES:
        texts = [turn["content"] for turn in talked[short]["history"]]
        assert texts == [f"Hi there ({short})", f"Got your message: Hi there ({short})"]


def test_state_isolation(talked: dict[str, dict[str, Any]], workspace: Workspace) -> None:
    for short, name in NAMES.items():
        value = stores.value(workspace, name, history_key("user1"))
        assert value.value["messages"][0]["content"] == f"Hi there ({short})"
    redis = [workspace.connections.store(workspace.endpoint(name)).ping() for name in NAMES.values()]
    assert len({each.run_id for each in redis}) == len(NAMES)


def test_event_isolation(talked: dict[str, dict[str, Any]], workspace: Workspace) -> None:
    for name in NAMES.values():
        found = topic_entries.page(workspace, name, TOPIC, EntryFilter(actor_id="user1")).entries
        assert len(found) == 1
        wait_until(partial(_one_event_arrived, name), what=f"the event arrives in {name}")


def _one_event_arrived(name: str) -> bool:
    return logs(name).count("Received event") == 1


def test_logs_name_the_activation(talked: dict[str, dict[str, Any]]) -> None:
    for name in NAMES.values():
        assert "Activating actor for history-user1" in logs(name)


def logs(namespace: str) -> str:
    return kubectl("-n", namespace, "logs", "deploy/chat-agent", "-c", "chat-agent")


def test_pasting_it_all_left_no_finding_behind(talked: dict[str, dict[str, Any]]) -> None:
    assert findings(*NAMES.values()) == []


def test_the_mistakes_of_the_course_were_found(mended: set[tuple[str, str]]) -> None:
    wanted = {"actor-state-store-missing", "service-missing", "store-without-volume"}
    assert mended >= {(name, rule) for name in NAMES.values() for rule in wanted}
    assert (NAMES["dev"], "subscription-pubsub-missing") in mended


def test_many_mistakes_at_once_are_mended(mended: set[tuple[str, str]]) -> None:
    assert {rule for name, rule in mended if name == PLANTED} >= FOUND
    pods = kubectl_json("-n", PLANTED, "get", "cronjob", "nightly")["spec"]["jobTemplate"]["spec"]["template"]
    told = {"app-id": "nightly", "app-port": "8000", "enabled": "true"}
    assert pods["metadata"]["annotations"] == {f"dapr.io/{name}": value for name, value in told.items()}
    sent = daca_ops("send", "Hi", "--actor", "user1", "--cluster", "kubernetes", "-n", PLANTED)
    assert sent.returncode == 0, sent.stderr


def test_rules_on_a_type_that_nobody_sets_end_where_they_change_nothing(
    talked: dict[str, dict[str, Any]],
) -> None:
    """As the course's own code publishes, in a topic that holds nothing else."""
    name = NAMES["dev"]
    pod = ("-n", name, "exec")
    auth = 'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli DEL user-chat'
    kubectl(*pod, "deploy/redis", "--", "sh", "-c", auth)
    kubectl("-n", name, "rollout", "restart", "deployment/chat-agent")  # its group is made anew
    settled(name)
    kubectl(*pod, "deploy/chat-agent", "-c", "chat-agent", "--", "python3", "-c", PUBLISH)
    assert paste_until_silent(name) == {(name, "event-type-never-published")}
