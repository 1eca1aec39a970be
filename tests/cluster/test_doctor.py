"""The doctor on a real cluster: prod and dev are well; what is planted in a namespace of its own is found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from dashboard.model.doctor.report import DoctorReport
from dashboard.services.core import commands
from dashboard.services.core.workspace import Workspace
from dashboard.services.doctor import checkup
from tests.cluster.conftest import K8S, daca_ops, kubectl
from tests.cluster.deployed import base_in
from tests.cluster.test_commands import run
from tests.stack.waiting import wait_until

SICK = "sick"
pytestmark = pytest.mark.timeout(400)


def look(workspace: Workspace, *names: str) -> DoctorReport:
    return checkup.check(workspace, checkup.endpoints(workspace, names))


TOLD = "store-on-empty-dir"  # the base's Redis is on one, and the doctor says so


def found(workspace: Workspace, *names: str) -> set[tuple[str, str]]:
    return {(each.rule, each.namespace) for each in look(workspace, *names).findings if each.rule != TOLD}


def patch(kind: str, name: str, change: object) -> None:
    words = ("patch", kind, name, "--type", "merge", "-p", json.dumps(change))
    kubectl("-n", SICK, *words)


@pytest.fixture(scope="module")
def sick(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A namespace of its own, well at first, and deleted afterwards."""
    with base_in(SICK, tmp_path_factory.mktemp("sick")):
        wait_until(lambda: SICK in {p.name for p in workspace.endpoints()}, seconds=60)
        wait_until(lambda: not found(workspace, SICK), seconds=90, what="it is well")
        yield SICK


def test_a_healthy_cluster_has_no_finding_and_all_is_checked(workspace: Workspace) -> None:
    wait_until(lambda: not found(workspace, "prod", "dev"), seconds=90, what="prod and dev are well")
    report = look(workspace, "prod", "dev")
    assert report.not_checked == ()
    assert [(each.rule, each.namespace) for each in report.findings] == [(TOLD, "prod"), (TOLD, "dev")]


def component(name: str, field: str, value: str) -> object:
    """The whole list of a Component's fields with one more: a merge replaces lists."""
    found = json.loads(kubectl("-n", SICK, "get", "components.dapr.io", name, "-o", "json"))
    fields = [entry for entry in found["spec"]["metadata"] if entry["name"] != field]
    return {"spec": {"metadata": [*fields, {"name": field, "value": value}]}}


def in_pod(change: object) -> object:
    return {"spec": {"template": change}}


def container(**change: object) -> object:
    return in_pod({"spec": {"containers": [{"name": "chat-agent", **change}]}})


def annotate(name: str, value: str | None) -> object:
    return in_pod({"metadata": {"annotations": {f"dapr.io/{name}": value}}})


def strategic(kind: str, name: str, change: object) -> None:
    kubectl("-n", SICK, "patch", kind, name, "-p", json.dumps(change))


def second_workload() -> None:
    item = json.loads(kubectl("-n", SICK, "get", "deployment", "chat-agent", "-o", "json"))
    item["metadata"] = {"name": "chat-agent-2", "namespace": SICK}
    item["spec"]["replicas"] = 0
    kubectl("apply", "-f", "-", stdin=json.dumps(item))


def bare_redis() -> None:
    """Redis as the course deploys it: without a volume."""
    kubectl("-n", SICK, "create", "deployment", "redis", "--image", "docker.io/library/redis:6")


def subscribe_to(pubsub: str) -> None:
    patch("subscriptions.dapr.io", "message-subscription", {"spec": {"pubsubname": pubsub}})


def lead_nowhere() -> None:
    patch("service", "chat-agent", {"spec": {"selector": {"app": "none"}}})


def broker(field: str, value: str) -> Callable[[], None]:
    """The pub/sub gets another value."""
    return lambda: patch("components.dapr.io", "daca-pubsub", component("daca-pubsub", field, value))


def agent(change: object) -> Callable[[], None]:
    """The agent's Deployment is changed; a strategic merge finds its container by the name."""
    return lambda: strategic("deployment", "chat-agent", change)


def rename() -> None:
    """Nothing is left there under the agent's app-id."""
    kubectl("-n", SICK, "delete", "deployment", "chat-agent-2", "--ignore-not-found")
    agent(annotate("enabled", "true"))()
    agent(annotate("app-id", "chat-agnet"))()


def say_it_was_asked_for() -> None:
    """A pod without a sidecar says that it wants one, as if the injector had been away when it was made."""
    label = "app.kubernetes.io/name=chat-agent"

    def bare() -> list[str]:
        pods = json.loads(kubectl("-n", SICK, "get", "pods", "-l", label, "-o", "json"))["items"]
        return [p["metadata"]["name"] for p in pods if len(p["spec"]["containers"]) == 1]

    wait_until(bare, seconds=60, what="a pod without a sidecar")
    kubectl("-n", SICK, "annotate", "pod", *bare(), "dapr.io/enabled=true", "--overwrite")


MOUNTED = in_pod(
    {
        "spec": {
            "volumes": [{"name": "c", "configMap": {"name": "dapr-components", "optional": True}}],
            "containers": [
                {"name": "chat-agent", "volumeMounts": [{"name": "c", "mountPath": "/components"}]}
            ],
        }
    }
)
NO_MTLS = {"enabled": False, "sentryAddress": "sentry:443", "controlPlaneTrustDomain": "cluster.local"}
ENDS = ["sh", "-c", "echo it ends here; exit 3"]
FAULTS: list[tuple[str, Callable[[], None]]] = [
    ("subscription-pubsub-missing", lambda: subscribe_to("dava-pubsub")),
    ("service-missing", lead_nowhere),
    ("service-selects-nothing", lead_nowhere),
    ("secret-missing", lambda: patch("secret", "redis", {"data": {"redis-password": None}})),
    ("redis-host-elsewhere", broker("redisHost", "redis-master.prod.svc:6379")),
    ("redis-password-plain", broker("redisPassword", "secret")),
    ("app-port-wrong", agent(annotate("app-port", "8080"))),
    ("app-id-twice", second_workload),
    ("store-without-volume", bare_redis),
    ("runs-as-root", agent(in_pod({"spec": {"securityContext": None}}))),
    ("components-in-config-map", agent(MOUNTED)),
    (
        "mtls-off",
        lambda: patch("configurations.dapr.io", "chat-agent", {"spec": {"mtls": NO_MTLS}}),
    ),
    ("probe-failing", agent(container(readinessProbe={"httpGet": {"path": "/none"}}))),
    ("no-memory-limit", agent(container(resources={"limits": None}))),
    ("image-not-pulled", agent(container(image="localhost:1/none:none"))),
    ("crash-loop", agent(container(image="chat-agent:dev", command=ENDS))),
    ("sidecar-not-asked-for", agent(annotate("enabled", "no"))),
    ("sidecar-not-injected", say_it_was_asked_for),
    ("pod-not-scheduled", agent(in_pod({"spec": {"nodeSelector": {"none": "none"}}}))),
    ("app-id-wrong", rename),
]


def test_the_command_of_a_fix_mends_what_was_found(workspace: Workspace, sick: str) -> None:
    for setting in ("maxmemory 1gb", "maxmemory-policy allkeys-lru"):
        run(commands.redis_cli(workspace.endpoint(sick), f"CONFIG SET {setting}"))
    (evicts,) = (each for each in look(workspace, sick).findings if each.rule == "store-evicts")
    run(*evicts.commands)
    assert not found(workspace, sick)


@pytest.mark.parametrize(("rule", "plant"), FAULTS, ids=[rule for rule, _ in FAULTS])
def test_a_planted_fault_is_found_where_it_is(
    workspace: Workspace, sick: str, rule: str, plant: Callable[[], object]
) -> None:
    """Faults add up: the namespace is thrown away in the end."""
    plant()
    wait_until(lambda: (rule, sick) in found(workspace, "prod", sick), seconds=120, what=rule)
    if rule == "crash-loop":
        seen = [f.seen for f in look(workspace, sick).findings if f.rule == rule]
        assert any("exit code 3" in said and "it ends here" in said for said in seen)
    assert not [name for _, name in found(workspace, "prod", sick) if name != sick]


def test_a_control_plane_of_another_version_is_found(workspace: Workspace, cluster: None) -> None:
    """A rollout that is paused changes what is declared and no pod."""
    operator = ("-n", "dapr-system", "deployment/dapr-operator")
    image = kubectl("get", *operator, "-o", "jsonpath={.spec.template.spec.containers[0].image}")
    kubectl("rollout", "pause", *operator)
    try:
        kubectl("set", "image", *operator, "*=localhost/operator:1.0.0")
        assert ("sidecar-version", "prod") in found(workspace, "prod")
    finally:
        kubectl("set", "image", *operator, f"*={image}")
        kubectl("rollout", "resume", *operator)
    assert not found(workspace, "prod")


def test_the_command_tells_by_its_exit_status(workspace: Workspace, sick: str) -> None:
    words = ("doctor", "--cluster", "kubernetes", "--json")
    well = daca_ops(*words, "-n", "prod")
    assert (well.returncode, [each["rule"] for each in json.loads(well.stdout)["findings"]]) == (0, [TOLD])
    ill = daca_ops(*words, "-n", sick)
    assert ill.returncode == 1
    assert "kubectl -n sick" in " ".join(json.loads(ill.stdout)["findings"][0]["commands"])


def test_the_manifests_before_they_are_applied_have_no_finding() -> None:
    assert daca_ops("doctor", "-f", str(K8S)).returncode == 0
