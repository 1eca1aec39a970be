"""How a namespace that is well is spoiled: a function for each kind of fault."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dashboard.model.core.readiness import AgentReadiness
from dashboard.model.doctor.conditions import AgentCondition, GroupBacklog
from tests.unit.dashboard.doctor.made_up import (
    Json,
    Spoil,
    Spoiled,
    store,
)


def annotate(ns: Spoiled, name: str, value: str | None) -> None:
    annotations: Json = ns.pod()["metadata"]["annotations"]
    annotations.pop(f"dapr.io/{name}")
    if value is not None:
        annotations[f"dapr.io/{name}"] = value


def on_the_workload(ns: Spoiled) -> None:
    """Dapr's annotations where they do nothing."""
    ns.the("Deployment", "chat-agent")["metadata"]["annotations"] = ns.pod()["metadata"].pop("annotations")


def secret_is(data: dict[str, str] | None) -> Spoil:
    def spoil(ns: Spoiled) -> None:
        ns.objects.remove(ns.the("Secret"))
        if data is not None:
            ns.objects.append(
                {"kind": "Secret", "metadata": {"name": "redis", "namespace": ns.name}, "data": data}
            )

    return spoil


def second(ns: Spoiled, kind: str, name: str) -> Json:
    """Another object like one that is there."""
    original = ns.the(kind, name)
    other: Json = {**original, "metadata": {**original["metadata"], "name": f"{name}-2"}}
    ns.objects.append(other)
    return other


def routes(ns: Spoiled) -> Json:
    found: Json = ns.the("Subscription")["spec"]["routes"]
    return found


def status(ns: Spoiled, **said: Any) -> None:
    ns.the("Pod")["status"]["containerStatuses"][0].update(said)


def says(**said: Any) -> Spoil:
    """The sidecar's metadata says something else."""
    return lambda ns: setattr(ns, "sidecar", replace(ns.sidecar, **said))  # type: ignore[type-var]


def stores(**said: Any) -> Spoil:
    """Redis says something else."""
    return lambda ns: setattr(ns, "store", replace(ns.store, **said))  # type: ignore[type-var]


def agent_says(readiness: AgentReadiness) -> Spoil:
    return lambda ns: setattr(ns, "agent", AgentCondition(readiness))


def is_silent(part: str, words: str = "It did not answer.") -> Spoil:
    def spoil(ns: Spoiled) -> None:
        ns.silent = {part: words}
        setattr(ns, part, None)

    return spoil


def mounts_components(ns: Spoiled) -> None:
    spec = ns.pod()["spec"]
    spec["volumes"] = [{"name": "c", "configMap": {"name": "dapr-components-dev"}}]
    spec["containers"][0]["volumeMounts"] = [{"name": "c", "mountPath": "/components"}]


def local_port(ns: Spoiled) -> None:
    ns.origin = "local"
    says(app_port=8001)(ns)


ELSEWHERE = "redis-master.prod.svc.cluster.local:6379"


def selects(ns: Spoiled, service: str, **labels: str) -> None:
    ns.the("Service", service)["spec"].update(selector=labels)


def waits(reason: str) -> Spoil:
    """The agent's container waits for that reason."""
    return lambda ns: status(ns, ready=False, state={"waiting": {"reason": reason}})


def wants(ns: Spoiled, pubsub: str) -> None:
    ns.the("Subscription")["spec"].update(pubsubname=pubsub)


def share_a_broker(well: Spoiled, ill: Spoiled) -> None:
    for ns in (well, ill):
        ns.set("daca-pubsub", "redisHost", "broker.example.com:6379")


def plant(path: str, value: object) -> Spoil:
    """Set one field of the agent's or Redis' pod template: "redis:spec.volumes"."""
    workload, _, fields = path.partition(":")

    def spoil(ns: Spoiled) -> None:
        *way, last = fields.split(".")
        found: Any = ns.pod(workload)
        for step in way:
            found = found[int(step) if step.isdigit() else step]
        found[last] = value

    return spoil


def as_root(ns: Spoiled) -> None:
    ns.pod()["spec"].pop("securityContext")


def pending(**said: Any) -> Spoil:
    waiting = GroupBacklog(stream="user-chat", group="chat-agent", count=3, idle_seconds=0.0, deliveries=1)
    return stores(pending=(replace(waiting, **said),))


def of_type(name: str) -> Spoil:
    """The actors' store is of another type."""
    return spec_of("statestore", type=name)


def spec_of(component: str, **said: object) -> Spoil:
    return lambda ns: ns.the("Component", component)["spec"].update(said)


def entries(ns: Spoiled) -> list[Json]:
    found: list[Json] = ns.the("Component", "statestore")["spec"]["metadata"]
    return found


def rename(ns: Spoiled, name: str, other: str) -> None:
    (entry,) = [entry for entry in entries(ns) if entry["name"] == name]
    entry["name"] = other


def dapr_of(ns: Spoiled) -> Json:
    found: Json = ns.pod()["metadata"]["annotations"]
    return found


def labels(ns: Spoiled) -> Json:
    ns.pod()["metadata"]["labels"] = dict(ns.pod()["metadata"]["labels"])
    found: Json = ns.pod()["metadata"]["labels"]
    return found


def container(ns: Spoiled) -> Json:
    found: Json = ns.pod()["spec"]["containers"][0]
    return found


def port(ns: Spoiled, service: str) -> Json:
    found: Json = ns.the("Service", service)["spec"]["ports"][0]
    return found


def policy(namespace: str) -> Json:
    """Nothing comes in."""
    spec = {"podSelector": {}, "policyTypes": ["Ingress"]}
    return {"kind": "NetworkPolicy", "metadata": {"name": "deny", "namespace": namespace}, "spec": spec}


def autoscaler(namespace: str) -> Json:
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "chat-agnt"}}
    metadata = {"name": "scaler", "namespace": namespace}
    return {"kind": "HorizontalPodAutoscaler", "metadata": metadata, "spec": spec}


def data_volume(ns: Spoiled) -> Json:
    (found,) = [volume for volume in ns.pod("redis")["spec"]["volumes"] if volume["name"] == "data"]
    found.pop("persistentVolumeClaim")
    volume: Json = found
    return volume


def redis_args(ns: Spoiled, *args: str) -> None:
    ns.pod("redis")["spec"]["containers"][0]["args"] = list(args)


def redis_config(ns: Spoiled, text: str) -> None:
    """Redis is configured by a file of a ConfigMap."""
    volumes = ns.pod("redis")["spec"].setdefault("volumes", [])
    volumes.append({"name": "config", "configMap": {"name": "redis-config"}})
    metadata = {"name": "redis-config", "namespace": ns.name}
    ns.objects.append({"kind": "ConfigMap", "metadata": metadata, "data": {"redis.conf": text}})


def redis_script(ns: Spoiled, text: str) -> None:
    """Redis is started by a shell."""
    ns.pod("redis")["spec"]["containers"][0]["command"] = ["sh", "-c", text]


def copies_of_redis(ns: Spoiled) -> None:
    workload = ns.the("StatefulSet")
    workload.update(kind="Deployment")
    workload["spec"].update(replicas=3)


def secret_of_the_agent(ns: Spoiled, data: dict[str, str]) -> None:
    metadata = {"name": "chat-agent-token", "namespace": ns.name}
    ns.objects.append({"kind": "Secret", "metadata": metadata, "data": data})


def in_files(kind: str, spec: Json) -> Spoil:
    """A file declares one more of Dapr's objects."""

    def spoil(ns: Spoiled) -> None:
        ns.origin = "files"
        declared(kind, spec)(ns)

    return spoil


def declared(kind: str, spec: Json) -> Spoil:
    """A cluster has one more of them."""

    def spoil(ns: Spoiled) -> None:
        metadata = {"name": "other", "namespace": ns.name}
        ns.objects.append(
            {"apiVersion": "dapr.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}
        )

    return spoil


def without_a_policy() -> Json:
    policies = {"retries": {"often": {"policy": "constant"}}}
    return {"policies": policies, "targets": {"apps": {"chat-agent": {"retry": "oftne"}}}}


def as_labels(ns: Spoiled) -> None:
    """Dapr's annotations where only labels are."""
    labels(ns).update(ns.pod()["metadata"].pop("annotations"))


def one_store(well: Spoiled, ill: Spoiled) -> None:
    well.store = ill.store = store("one")


def one_address(well: Spoiled, ill: Spoiled) -> None:
    for ns in (well, ill):
        ns.origin, ns.store = "files", None
        ns.set("statestore", "redisHost", "10.0.0.1:6379")
