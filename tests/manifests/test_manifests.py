"""Every kustomization builds, fits the schemas of Kubernetes and Dapr, and keeps what hardening asks for."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.manifests.tools import program, schemas

ROOT = Path(__file__).parents[2]
COMBINATIONS = ROOT / "tests" / "manifests" / "combinations"
FOLDERS = sorted(
    file.parent
    for where in (ROOT / "k8s", COMBINATIONS)
    for file in where.rglob("kustomization.yaml")
    if "components" not in file.relative_to(ROOT).parts
)
NAMES = [str(folder.relative_to(ROOT)) for folder in FOLDERS]
# What a Service account's token is for: only the dashboard asks the API server.
MAY_HAVE_A_TOKEN = {"daca-ops"}
Json = dict[str, Any]


def build(folder: Path) -> str:
    command: list[Path | str] = [
        program("kustomize"),
        "build",
        "--load-restrictor",
        "LoadRestrictionsNone",
        folder,
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def objects(folder: Path) -> list[Json]:
    return [item for item in yaml.safe_load_all(build(folder)) if item]


def check(text: str) -> subprocess.CompletedProcess[str]:
    where = f"{schemas()}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
    command: list[Path | str] = [
        program("kubeconform"),
        "-strict",
        "-summary",
        "-schema-location",
        where,
        "-",
    ]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=120, check=False)


def pods(folder: Path) -> dict[str, Json]:
    """The pod templates, by the workload's name."""
    return {
        item["metadata"]["name"]: item["spec"]["template"]["spec"]
        for item in objects(folder)
        if item["kind"] in {"Deployment", "StatefulSet"}
    }


def test_no_component_is_left_out() -> None:
    """Each is built by some folder here."""
    named = "".join(f.read_text() for folder in FOLDERS for f in folder.glob("kustomization.yaml"))
    for component in (ROOT / "k8s" / "components").iterdir():
        assert f"components/{component.name}" in named


@pytest.mark.timeout(900)
@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_it_builds_and_fits_the_schemas(folder: Path) -> None:
    ran = check(build(folder))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Skipped: 0" in ran.stdout


@pytest.mark.parametrize(
    "fault", [("replicas: 1", "replicas: many"), ("routes:", "roots:"), ("secretKeyRef:", "secretKeyRefs:")]
)
def test_a_fault_does_not_fit(fault: tuple[str, str]) -> None:
    text = build(ROOT / "k8s" / "overlays" / "dev")
    assert fault[0] in text
    assert check(text.replace(*fault)).returncode != 0


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_every_pod_is_hardened(folder: Path) -> None:
    for name, pod in pods(folder).items():
        context = pod["securityContext"]
        assert context["runAsNonRoot"] is True, name
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}, name
        if name not in MAY_HAVE_A_TOKEN:
            assert pod["automountServiceAccountToken"] is False, name
        for container in [*pod.get("initContainers", ()), *pod["containers"]]:
            assert re.search(r":(?!latest$)[\w.-]+$|@sha256:", container["image"])
            own = container["securityContext"]
            assert own["allowPrivilegeEscalation"] is False
            assert own["readOnlyRootFilesystem"] is True
            assert own["capabilities"] == {"drop": ["ALL"]}
            assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
            assert "memory" in container["resources"]["limits"]
            assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_no_password_and_no_secret_is_in_a_manifest(folder: Path) -> None:
    for item in objects(folder):
        assert item["kind"] != "Secret"
        for entry in (item.get("spec") or {}).get("metadata", ()) if item["kind"] == "Component" else ():
            if "password" in entry["name"].lower():
                assert "secretKeyRef" in entry


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_what_is_named_is_there(folder: Path) -> None:
    """Services select pods, subscriptions name a pub/sub, and no wildcard is granted."""
    found = objects(folder)
    labels = [
        i["spec"]["template"]["metadata"]["labels"]
        for i in found
        if i["kind"] in {"Deployment", "StatefulSet"}
    ]
    components = {i["metadata"]["name"] for i in found if i["kind"] == "Component"}
    for item in found:
        if item["kind"] == "Service":
            assert any(item["spec"]["selector"].items() <= label.items() for label in labels)
        if item["kind"] == "Subscription":
            assert item["spec"]["pubsubname"] in components
        if item["kind"] in {"Role", "ClusterRole"}:
            assert not re.search(r"\*|\bcreate\b.*secrets", yaml.safe_dump(item["rules"]))


@pytest.mark.parametrize(
    "folder", [folder for folder in FOLDERS if folder.name != "base"], ids=lambda folder: folder.name
)
def test_every_object_has_its_namespace(folder: Path) -> None:
    """Else `kubectl apply -k` would put it wherever the reader's context points: the base alone has none."""
    for item in objects(folder):
        of_the_cluster = item["kind"] == "Namespace" or item["kind"].startswith("Cluster")
        assert of_the_cluster or item["metadata"].get("namespace"), item["kind"]


def test_the_readme_names_every_right_and_component() -> None:
    said = (ROOT / "k8s" / "README.md").read_text()
    rights = said.partition("## Rights")[2].partition("## Pod")[0]
    rows = [line for line in rights.splitlines() if line.startswith("| `")]
    role = next(item for item in objects(ROOT / "k8s" / "overlays" / "prod") if item["kind"] == "Role")
    for rule in role["rules"]:
        for resource in rule["resources"]:
            words = {f"`{word}`" for word in (*rule["verbs"], *map(_unhashed, rule.get("resourceNames", ())))}
            assert any(resource in row and all(word in row for word in words) for row in rows), rule
    for component in (ROOT / "k8s" / "components").iterdir():
        assert f"| `{component.name}` |" in said


def _unhashed(name: str) -> str:
    """Without what kustomize puts behind the name of a ConfigMap that it makes."""
    return re.sub(r"-[0-9a-z]{10}$", "", name)


def test_the_role_reads_the_config_map_that_redis_mounts() -> None:
    """It is found by its name, which is another one for each content."""
    found = objects(ROOT / "k8s" / "overlays" / "prod")
    role = next(item for item in found if item["kind"] == "Role")
    (names,) = (rule["resourceNames"] for rule in role["rules"] if rule["resources"] == ["configmaps"])
    redis = next(item for item in found if item["kind"] == "StatefulSet")
    volumes = redis["spec"]["template"]["spec"]["volumes"]
    assert names == [volume["configMap"]["name"] for volume in volumes if "configMap" in volume]


def test_the_dashboard_may_change_nothing() -> None:
    """Calls through the proxy of one Service are the only `create`; a port is forwarded by people alone."""
    found = [*objects(ROOT / "k8s"), *objects(COMBINATIONS / "whole-dashboard")]
    bound = {item["roleRef"]["name"] for item in found if item["kind"].endswith("RoleBinding")}
    assert bound == {"daca-ops", "daca-ops-find-namespaces"}
    for item in found:
        if item["kind"] in {"Role", "ClusterRole"} and item["metadata"]["name"] in bound:
            for rule in item["rules"]:
                beyond = set(rule["verbs"]) - {"get", "list", "watch"}
                assert not beyond or (beyond, rule["resources"]) == ({"create"}, ["services/proxy"])


def test_a_claim_keeps_the_data_where_it_is_asked_for() -> None:
    found = objects(COMBINATIONS / "all-components")
    redis = next(item for item in found if item["kind"] == "StatefulSet")
    assert [c["metadata"]["name"] for c in redis["spec"]["volumeClaimTemplates"]] == ["data"]
    assert "data" not in [volume["name"] for volume in redis["spec"]["template"]["spec"]["volumes"]]


def test_a_managed_redis_leaves_none_of_ours() -> None:
    found = objects(COMBINATIONS / "managed-redis")
    assert {i["metadata"]["name"] for i in found if i["kind"] in {"StatefulSet", "Service"}} == {"chat-agent"}
    hosts = [i["spec"]["metadata"][0]["value"] for i in found if i["kind"] == "Component"]
    assert hosts == ["redis.example.com:6379"] * 2


def test_no_call_of_an_actor_is_repeated() -> None:
    """A turn may be stored though its answer was lost; only an Idempotency-Key makes a second call safe."""
    (policy,) = [i["spec"] for i in objects(COMBINATIONS / "all-components") if i["kind"] == "Resiliency"]
    target = policy["targets"]["actors"]["ChatAgent"]
    assert policy["policies"]["retries"][target.pop("retry")]["maxRetries"] == 0
    assert target == {}


def test_a_fourth_namespace_is_three_lines() -> None:
    folder = COMBINATIONS / "fourth"
    assert len((folder / "kustomization.yaml").read_text().splitlines()) == 3
    spaces = {i["metadata"].get("namespace") for i in objects(folder) if i["kind"] != "Namespace"}
    assert spaces == {"fourth"}


def test_an_image_can_be_pinned_by_digest(tmp_path: Path) -> None:
    digest = f"sha256:{'0' * 64}"
    relative = Path("../" * len(tmp_path.parts[1:])) / str(ROOT / "k8s" / "overlays" / "dev").lstrip("/")
    images = {"name": "docker.io/library/chat-agent", "digest": digest}
    text = yaml.safe_dump({"resources": [str(relative)], "images": [images]})
    (tmp_path / "kustomization.yaml").write_text(text)
    assert pods(tmp_path)["chat-agent"]["containers"][0]["image"].endswith(f"@{digest}")
