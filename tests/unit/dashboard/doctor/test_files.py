"""`doctor -f` on the project's own manifests with one thing changed: what is found, and what stays quiet."""

from __future__ import annotations

import copy
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboard.model.doctor.report import DoctorReport
from dashboard.services.doctor.checkup import UNREAD, check_folder
from tests.unit.dashboard.doctor.made_up import Json, Spoil, Spoiled, healthy
from tests.unit.dashboard.doctor.planted import FAULTS
from tests.unit.dashboard.doctor.spoils import (
    annotate,
    dapr_of,
    data_volume,
    entries,
    of_type,
    redis_args,
    rename,
    spec_of,
    wants,
)


def written(folder: Path, *namespaces: Spoiled) -> DoctorReport:
    """What the doctor says of these namespaces as files."""
    for ns in namespaces:
        declared = [item for item in ns.objects if item["kind"] not in {"Pod"} and _is_ours(item)]
        (folder / f"{ns.name}.yaml").write_text(yaml.safe_dump_all(copy.deepcopy(declared)))
    return check_folder(folder)


def _is_ours(item: Json) -> bool:
    return bool(item["metadata"].get("namespace") != "dapr-system")


def spoiled(spoil: Spoil, name: str = "dev") -> Spoiled:
    ns = healthy(name)
    spoil(ns)
    return ns


def set_host(component: str, host: str, **more: Any) -> Spoil:
    def spoil(ns: Spoiled) -> None:
        ns.set(component, "redisHost", host)
        for field, value in more.items():
            ns.set(component, field, value)

    return spoil


def without_app_ids(ns: Spoiled) -> None:
    annotate(ns, "app-id", None)
    second = copy.deepcopy(ns.the("Deployment", "chat-agent"))
    second["metadata"]["name"] = "other"
    ns.objects.append(second)


def a_client(ns: Spoiled) -> None:
    client = copy.deepcopy(ns.the("Deployment", "chat-agent"))
    client["metadata"]["name"] = "client"
    for labels in (
        client["spec"]["selector"]["matchLabels"],
        client["spec"]["template"]["metadata"]["labels"],
    ):
        labels["app.kubernetes.io/name"] = "client"
    annotations = client["spec"]["template"]["metadata"]["annotations"]
    annotations["dapr.io/app-id"] = "client"
    annotations.pop("dapr.io/app-port")
    client["spec"]["template"]["spec"]["containers"][0]["ports"] = []
    client["spec"]["template"]["spec"]["containers"][0].pop("livenessProbe", None)
    client["spec"]["template"]["spec"]["containers"][0].pop("readinessProbe", None)
    client["spec"]["template"]["spec"]["containers"][0].pop("startupProbe", None)
    ns.objects.append(client)


def plain_store(ns: Spoiled) -> None:
    """No app here hosts actors, and nobody marks the store."""
    annotate(ns, "app-id", "shop")
    ns.set("statestore", "actorStateStore", None)
    for kind in ("Component", "Subscription"):
        for item in ns.objects:
            if item["kind"] == kind:
                item["scopes"] = ["shop"]
    ns.the("Deployment")["metadata"]["name"] = "shop"
    ns.the("Service", "chat-agent")["metadata"]["name"] = "shop"


def another_topic(ns: Spoiled) -> None:
    ns.the("Subscription")["spec"]["pubsubname"] = "orders"


def keyless(ns: Spoiled) -> None:
    (entry,) = [entry for entry in entries(ns) if entry["name"] == "redisPassword"]
    entry["name"] = "redispassword"


QUIET: dict[str, Spoil] = {
    "enabled yes": lambda ns: annotate(ns, "enabled", "yes"),
    "enabled True": lambda ns: annotate(ns, "enabled", "True"),
    "enabled with a blank": lambda ns: annotate(ns, "enabled", "true "),
    "actors yes": lambda ns: ns.set("statestore", "actorStateStore", "yes"),
    "another case": lambda ns: rename(ns, "actorStateStore", "actorStatestore"),
    "password in lower case": keyless,
    "a client without a port": a_client,
    "a plain store": plain_store,
    "a Component elsewhere": another_topic,
    "one app, its Redis in a namespace of its own": set_host("statestore", "redis.redis.svc:6379"),
}


@pytest.mark.parametrize("spoil", QUIET.values(), ids=QUIET)
def test_what_is_well_stays_quiet(spoil: Spoil, tmp_path: Path) -> None:
    assert written(tmp_path, spoiled(spoil)).findings == ()


def test_two_workloads_without_an_app_id_share_none(tmp_path: Path) -> None:
    found = {finding.rule for finding in written(tmp_path, spoiled(without_app_ids)).findings}
    assert "app-id-twice" not in found


@pytest.mark.parametrize(
    ("prod", "dev"),
    [
        (
            set_host("statestore", "redis.shared.svc:6379"),
            set_host("statestore", "redis.shared.svc:6379", redisDB="1"),
        ),
        (
            set_host("daca-pubsub", "redis.shared.svc:6379", consumerID="{namespace}"),
            set_host("daca-pubsub", "redis.shared.svc:6379", consumerID="{namespace}"),
        ),
    ],
)
def test_what_only_looks_shared_is_quiet(prod: Spoil, dev: Spoil, tmp_path: Path) -> None:
    assert written(tmp_path, spoiled(prod, "prod"), spoiled(dev)).findings == ()


def test_one_database_for_two_namespaces_is_found(tmp_path: Path) -> None:
    both = set_host("statestore", "redis.shared.svc:6379")
    report = written(tmp_path, spoiled(both, "prod"), spoiled(both))
    assert {(found.rule, found.severity) for found in report.findings} == {("store-shared", "error")}


def put(kind: str, name: str, **said: Any) -> Spoil:
    return lambda ns: ns.the(kind, name).update(said)


FOUND: dict[str, tuple[str, Callable[[Spoiled], object]]] = {
    "app-id removed": ("app-id-missing", lambda ns: annotate(ns, "app-id", None)),
    "unknown annotation": ("annotation-unknown", lambda ns: dapr_of(ns).update({"dapr.io/app-prot": "1"})),
    "a number": ("annotation-not-text", lambda ns: dapr_of(ns).update({"dapr.io/app-port": 8000})),
    "a type": ("component-type", of_type("state.reddis")),
    "a version": ("component-type", spec_of("statestore", version="v9")),
    "an api": ("component-api-version", put("Component", "statestore", apiVersion="dapr.io/v1")),
    "a name": ("component-metadata", lambda ns: rename(ns, "redisHost", "redisHst")),
    "a host": ("redis-host-not-there", set_host("statestore", "redis-mastr:6379")),
    "this pod": ("redis-host-not-there", set_host("statestore", "localhost:6379")),
    "no port": ("redis-host-not-there", set_host("statestore", "redis-master")),
    "twice": ("component-twice", lambda ns: ns.objects.append(copy.deepcopy(ns.the("Component")))),
    "a vault": ("secret-store-missing", put("Component", "statestore", auth={"secretStore": "vault"})),
    "a config": ("configuration-missing", lambda ns: dapr_of(ns).update({"dapr.io/config": "chat-agnt"})),
    "evicts": ("store-told-to-evict", lambda ns: redis_args(ns, "--maxmemory-policy", "allkeys-lru")),
    "forgets": ("store-told-to-forget", lambda ns: redis_args(ns, "--appendonly", "no")),
    "empty": ("store-on-empty-dir", lambda ns: data_volume(ns).update(emptyDir={})),
    "v1": ("subscription-fields", put("Subscription", "", apiVersion="dapr.io/v1alpha1")),
    "dava": ("subscription-pubsub-missing", lambda ns: wants(ns, "dava-pubsub")),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "spoil"), FOUND.values(), ids=FOUND)
def test_what_is_wrong_in_a_file_is_found_with_its_line(rule: str, spoil: Spoil, tmp_path: Path) -> None:
    report = written(tmp_path, spoiled(spoil))
    found = [finding for finding in report.findings if finding.rule == rule]
    assert found, {finding.rule for finding in report.findings}
    assert found[0].source.startswith(str(tmp_path / "dev.yaml"))
    assert all(found[0].commands)


def test_a_whole_object_is_written_beside_the_others_once(tmp_path: Path) -> None:
    report = written(tmp_path, spoiled(lambda ns: ns.objects.remove(ns.the("Service", "chat-agent"))))
    (finding,) = report.findings
    for status in (0, 1):  # the second time it is there, and is left as it is
        ran = subprocess.run(["bash", "-c", *finding.commands], capture_output=True, check=False)
        assert (ran.returncode, check_folder(tmp_path).findings) == (status, ())


@pytest.mark.parametrize("spoil", [spoil for _, spoil in FAULTS])
def test_a_file_is_changed_where_it_is_and_no_cluster(spoil: Spoil, tmp_path: Path) -> None:
    for finding in written(tmp_path, spoiled(spoil)).findings:
        words = " ".join((*finding.commands, finding.fix))
        assert "kubectl" not in words
        assert not finding.source or finding.commands
        assert str(tmp_path) in words or not finding.source


def test_one_objects_fault_silences_no_rule_for_its_neighbours(tmp_path: Path) -> None:
    ns = spoiled(lambda ns: ns.set("statestore", "actorStateStore", "no"))
    entries(ns).append({"value": "x"})
    ns.objects.append({"apiVersion": "dapr.io/v1alpha1", "kind": "Component", "metadata": {}, "spec": {}})
    report = written(tmp_path, ns)
    assert {"actor-state-store-not-true", "component-metadata"} <= {found.rule for found in report.findings}
    (left,) = [left for left in report.not_checked if left.rule == UNREAD]
    assert "metadata.name of this Component is missing" in left.reason
    assert left.reason.startswith(f"{tmp_path / 'dev.yaml'}:")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"kind: Pod\n\tmetadata: {}\n", "no YAML"),
        (b"{{- if .Values.redis }}\nkind: Component\n{{- end }}\n", "template"),
        ("kind: Pod\n".encode("utf-16"), "UTF-16"),
        (b"kind: P\xe9\n", "not UTF-8"),
        (b"<<<<<<< HEAD\nkind: Pod\n=======\n>>>>>>> other\n", "merge conflict"),
        (
            b"kind: Component\napiVersion: dapr.io/v1alpha1\nmetadata: {name: a}\nspec: {type: '${TYPE}'}\n",
            "not rendered",
        ),
        (b"kind: Component\nmetadata: [a]\n", "metadata of this Component is no mapping"),
        (
            b"kind: StatefulSet\nmetadata: {name: a}\nspec: {template: {spec: {containers: 3}}}\n",
            "spec.template.spec.containers of this StatefulSet is no list",
        ),
        (b"kind: Component\nmetadata: {name: a}\nspec: {type: [1]}\n", "type of this Component is no text"),
        (b"kind: Service\nmetadata: {name: a}\nspec: {selector: [x]}\n", "this Service is no mapping"),
    ],
)  # fmt: skip
def test_a_file_that_says_nothing_is_named_with_its_reason(
    content: bytes, words: str, tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_bytes(content)
    reasons = [left.reason for left in check_folder(tmp_path).not_checked if left.rule == UNREAD]
    assert any(words in reason and "a.yaml" in reason for reason in reasons), reasons


def test_a_key_that_is_there_twice_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Pod\nmetadata:\n  name: a\n  name: b\n")
    (found,) = check_folder(tmp_path).findings
    assert (found.rule, found.source) == ("key-twice", f"{tmp_path / 'a.yaml'}:4")


def test_a_patch_is_no_workload(tmp_path: Path) -> None:
    patch = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "chat-agent", "namespace": "dev"},
    }
    (tmp_path / "patch.yaml").write_text(yaml.safe_dump({**patch, "spec": {"replicas": 3}}))
    ns = spoiled(lambda ns: ns.objects.remove(ns.the("Service", "chat-agent")))
    report = written(tmp_path, ns)
    assert {found.rule for found in report.findings} == {"service-missing"}


def test_a_cluster_wide_object_makes_no_namespace(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: dev}\n")
    assert written(tmp_path, healthy()).namespaces == ("dev",)


def test_folders_that_declare_the_same_are_setups_of_their_own(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, healthy())
    assert check_folder(tmp_path).findings == ()
