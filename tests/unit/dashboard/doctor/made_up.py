"""A healthy namespace to spoil: what k8s/base declares, and parts that say they are well."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.gateways.manifest_files import read_folder
from dashboard.model.core.endpoints import Endpoint, RedisAddress
from dashboard.model.core.kubernetes import SecretKey
from dashboard.model.core.manifests import Manifests
from dashboard.model.core.sidecar import LoadedComponent, SidecarMetadata, Subscription
from dashboard.model.doctor.conditions import AgentCondition, StoreCondition
from dashboard.model.doctor.report import DoctorReport
from dashboard.services.doctor.checkup import judge
from dashboard.services.doctor.evidence import Evidence, Origin

BASE = Path(__file__).parents[4] / "k8s" / "base"
Json = dict[str, Any]
DECLARED: list[Json] = [dict(item) for item in read_folder(BASE).objects]


@dataclass
class Spoiled:
    """One namespace, to change at will before it is looked at."""

    name: str = "dev"
    origin: Origin = "kubernetes"
    objects: list[Json] = field(default_factory=list)
    agent: AgentCondition | None = None
    sidecar: SidecarMetadata | None = None
    store: StoreCondition | None = None
    way: str = ""
    silent: dict[str, str] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    last_words: list[str] = field(default_factory=list)

    def the(self, kind: str, name: str = "") -> Json:
        """The object of that kind, to change."""
        return next(
            item for item in self.objects if item["kind"] == kind and name in {"", item["metadata"]["name"]}
        )

    def set(self, component: str, field_name: str, value: Any) -> None:
        """Give a Component's field a value, or take it away with None."""
        metadata: list[Json] = self.the("Component", component)["spec"]["metadata"]
        metadata[:] = [entry for entry in metadata if entry["name"] != field_name]
        if value is not None:
            metadata.append({"name": field_name, "value": value})

    def pod(self, name: str = "chat-agent") -> Json:
        """The workload's pod template."""
        kind = "StatefulSet" if name == "redis" else "Deployment"
        template: Json = self.the(kind, name)["spec"]["template"]
        return template

    def evidence(self) -> Evidence:
        address = RedisAddress(
            host="redis-master", port=6379, namespace=self.name, secret=SecretKey("redis", "password")
        )
        return Evidence(
            namespace=self.name,
            origin=self.origin,
            manifests=Manifests(objects=tuple(self.objects), unread=self.unread),
            endpoint=Endpoint(
                name=self.name,
                protected=False,
                agent_url="http://agent:8000",
                sidecar_url="http://sidecar:3500",
                redis=address,
            ),
            known=frozenset({"prod", "dev"}),
            told_agent=self.agent,
            told_sidecars=(self.sidecar,) if self.sidecar else None,
            told_store=self.store,
            told_way=self.way,
            silent=self.silent,
            last_words=self.last_words,
        )


Spoil = Callable[[Spoiled], object]


def service_of_dapr(objects: list[Json], name: str) -> Json:
    """What Dapr's operator adds for each app: its ports are the sidecar's."""
    (workload,) = [item for item in objects if item["kind"] == "Deployment"]
    ports = {80: "dapr-http", 50001: "dapr-grpc", 50002: "dapr-internal", 9090: "dapr-metrics"}
    return {
        "kind": "Service",
        "metadata": {
            "name": "chat-agent-dapr",
            "namespace": name,
            "annotations": {"dapr.io/app-id": "chat-agent"},
        },
        "spec": {
            "selector": workload["spec"]["selector"]["matchLabels"],
            "ports": [{"name": n, "port": p, "targetPort": 3500 if p == 80 else p} for p, n in ports.items()],
        },
    }


def healthy(name: str = "dev", run_id: str = "") -> Spoiled:
    """Nothing is wrong with it."""
    objects = [copy.deepcopy(item) for item in DECLARED if item["kind"] != "Kustomization"]
    for item in objects:
        item["metadata"]["namespace"] = name
        if item["kind"] == "StatefulSet":
            volumes: list[Json] = item["spec"]["template"]["spec"]["volumes"]
            (data,) = [volume for volume in volumes if volume["name"] == "data"]
            data.pop("emptyDir")
            data["persistentVolumeClaim"] = {"claimName": "redis"}
    objects.append(secret(name, {"redis-password": "set"}))
    objects.append(service_of_dapr(objects, name))
    objects.append(running_pod(objects, name))
    objects.append(control_plane("1.18.1"))
    objects.append(
        {
            "kind": "Configuration",
            "metadata": {"name": "daprsystem", "namespace": "dapr-system"},
            "spec": {"mtls": {"enabled": True}},
        }
    )
    sidecar = SidecarMetadata(
        version="1.18.1",
        placement_connected=True,
        active_actors={"ChatAgent": 1},
        subscriptions=(Subscription("daca-pubsub", "user-chat", ("/subscribe",)),),
        components=(
            LoadedComponent("statestore", "state.redis"),
            LoadedComponent("daca-pubsub", "pubsub.redis"),
        ),
        app_id="chat-agent",
        app_port=8000,
    )
    return Spoiled(
        name,
        objects=objects,
        agent=AgentCondition(routes=frozenset({"/chat/{actor_id}", "/subscribe"}), clock=0.0),
        sidecar=sidecar,
        store=store(run_id or f"run-of-{name}"),
    )


def store(run_id: str) -> StoreCondition:
    return StoreCondition(
        run_id=run_id,
        database=0,
        used_bytes=1_000_000,
        limit_bytes=0,
        policy="noeviction",
        evicted=0,
        append_only=True,
        save="",
        clock=0.0,
        groups=frozenset({("user-chat", "chat-agent")}),
        apps={"chat-agent": "chat-agent||ChatAgent||user1||history-user1"},
        event_types={"user-chat": frozenset({"ConversationUpdated"})},
    )


def secret(namespace: str, data: dict[str, str]) -> Json:
    return {"kind": "Secret", "metadata": {"name": "redis", "namespace": namespace}, "data": data}


def control_plane(version: str) -> Json:
    image = f"ghcr.io/dapr/operator:{version}"
    return {
        "kind": "Deployment",
        "metadata": {"name": "dapr-operator", "namespace": "dapr-system"},
        "spec": {
            "template": {"metadata": {}, "spec": {"containers": [{"name": "operator", "image": image}]}}
        },
    }


def running_pod(objects: list[Json], namespace: str) -> Json:
    """A pod of the agent as the injector and the kubelet leave it."""
    template = next(item for item in objects if item["kind"] == "Deployment")["spec"]["template"]
    names = ("chat-agent", "daprd")
    state = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
    statuses = [{"name": n, "ready": True, "restartCount": 0, "image": n, "state": state} for n in names]
    return {
        "kind": "Pod",
        "metadata": {**copy.deepcopy(template["metadata"]), "name": "chat-agent-1", "namespace": namespace},
        "spec": {"containers": [{"name": name, "image": name} for name in names]},
        "status": {
            "containerStatuses": statuses,
            "conditions": [{"type": "PodScheduled", "status": "True"}],
        },
    }


def look(*namespaces: Spoiled) -> DoctorReport:
    """Every rule on these namespaces."""
    return judge([each.evidence() for each in namespaces], cluster="test", started_at=0.0)


def rules(report: DoctorReport) -> set[str]:
    return {finding.rule for finding in report.findings}


def second_store(ns: Spoiled) -> Json:
    """Another actor state store like the one that is there."""
    there = ns.the("Component", "statestore")
    return {**there, "metadata": {**there["metadata"], "name": "statestore-2"}}
