"""What of Kubernetes' objects is of interest, read from their JSON. Pure.

Fields: kubernetes.io/docs/reference; annotations: docs.dapr.io, "Dapr arguments and annotations".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.model.core.dapr import Metadata, is_truthy
from dashboard.model.core.redis_pod import ends_with_pod

Json = Mapping[str, Any]
SIDECAR = "daprd"
KUBERNETES_SECRETS = "kubernetes"


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A Deployment or StatefulSet whose pods have an app-id."""

    namespace: str
    name: str
    kind: str
    app_id: str
    app_port: int | None
    labels: Mapping[str, str]
    replicas: int
    ready: int


@dataclass(frozen=True, kw_only=True)
class Service:
    """`ports` maps each port's number to its target (a number or a name, as text).

    `of_dapr`: the operator made it for the sidecars (dapr/dapr, pkg/operator/handlers/dapr_handler.go).
    """

    namespace: str
    name: str
    selector: Mapping[str, str]
    ports: Mapping[int, str]
    of_dapr: bool = False


@dataclass(frozen=True, kw_only=True)
class Pod:
    """`reasons` are why its containers wait or ended, as the kubelet words them.

    `ready` and `running` are false while it is being deleted; `dapr` is its sidecar's version, by the image.
    `containers` are those that run as long as it, `restarted` those with a life before this one. `kept_in` is
    what its Redis keeps data in, where that ends with the pod: "an emptyDir", "no volume".
    """

    namespace: str
    name: str
    labels: Mapping[str, str]
    app_id: str
    ready: bool
    restarts: int
    reasons: tuple[str, ...]
    ports: Mapping[str, int] = field(default_factory=dict)
    running: bool = False
    dapr: str = ""
    containers: tuple[str, ...] = ()
    restarted: frozenset[str] = frozenset()
    kept_in: str = ""


@dataclass(frozen=True)
class SecretKey:
    """Where a value is kept."""

    name: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Component:
    """A Dapr Component; a value is a text, or where the secret that holds it is.

    `secret_store` is where Dapr looks for its secrets: on Kubernetes in Kubernetes' own where it names none
    (docs.dapr.io: "How-To: Reference secrets in components").
    """

    namespace: str
    name: str
    type: str
    metadata: Mapping[str, str | SecretKey] = field(repr=False)  # a password may be among it
    scopes: tuple[str, ...]
    secret_store: str = KUBERNETES_SECRETS


def _meta(item: Json) -> Json:
    found: Json = item.get("metadata") or {}
    return found


def mapping(value: Any) -> Json:
    """What is one, and nothing of all else: for places where a file may hold anything."""
    return value if isinstance(value, Mapping) else {}


def workload(item: Json) -> Workload | None:
    """None where its pods have no Dapr app-id."""
    template = item["spec"]["template"]
    annotations = _meta(template).get("annotations") or {}
    app_id = annotations.get("dapr.io/app-id")
    if not app_id:
        return None
    port = str(annotations.get("dapr.io/app-port", ""))
    status = item.get("status") or {}
    return Workload(
        namespace=_meta(item)["namespace"],
        name=_meta(item)["name"],
        kind="StatefulSet" if "serviceName" in item["spec"] else "Deployment",
        app_id=app_id,
        app_port=int(port) if port.isdigit() else None,
        labels=_meta(template).get("labels") or {},
        replicas=int(item["spec"].get("replicas", 1)),
        ready=int(status.get("readyReplicas") or 0),
    )


def service(item: Json) -> Service:
    spec = item.get("spec") or {}
    return Service(
        namespace=_meta(item)["namespace"],
        name=_meta(item)["name"],
        selector=spec.get("selector") or {},
        ports={int(p["port"]): str(p.get("targetPort") or p["port"]) for p in spec.get("ports") or ()},
        of_dapr="dapr.io/app-id" in (_meta(item).get("annotations") or {})
        or _meta(item)["name"].endswith("-dapr"),
    )


def pod(item: Json) -> Pod:
    status = item.get("status") or {}
    containers = [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
    conditions = {c["type"]: c["status"] for c in status.get("conditions") or ()}
    specs = [*(item["spec"].get("initContainers") or ()), *(item["spec"].get("containers") or ())]
    ports = [p for c in specs for p in c.get("ports") or ()]
    sidecar = next((c.get("image", "") for c in specs if c["name"] == SIDECAR), "")
    staying = [c["name"] for c in item["spec"].get("initContainers") or () if "restartPolicy" in c]
    stays = "deletionTimestamp" not in _meta(item)
    return Pod(
        namespace=_meta(item)["namespace"],
        name=_meta(item)["name"],
        labels=_meta(item).get("labels") or {},
        app_id=(_meta(item).get("annotations") or {}).get("dapr.io/app-id", ""),
        ready=stays and conditions.get("Ready") == "True",
        restarts=sum(int(c.get("restartCount", 0)) for c in containers),
        reasons=tuple(dict.fromkeys(filter(None, map(_reason, containers)))),
        ports={p["name"]: int(p["containerPort"]) for p in ports if "name" in p},
        running=stays and status.get("phase") == "Running",
        dapr=sidecar.partition("@")[0].rpartition("/")[2].partition(":")[2],
        containers=(*(c["name"] for c in item["spec"].get("containers") or ()), *staying),
        restarted=frozenset(c["name"] for c in containers if (c.get("lastState") or {}).get("terminated")),
        kept_in=ends_with_pod(item["spec"]),
    )


def _reason(status: Json) -> str:
    state = status.get("state") or {}
    waiting = state.get("waiting") or {}
    ended = state.get("terminated") or {}
    words = waiting.get("reason") or (ended.get("reason") if ended.get("exitCode") else "")
    if not words or words in {"ContainerCreating", "PodInitializing"}:
        return f"{status['name']} is starting" if words else ""
    return f"{status['name']}: {words}"


def component(item: Json) -> Component:
    spec = item.get("spec") or {}
    return Component(
        namespace=_meta(item)["namespace"],
        name=_meta(item)["name"],
        type=str(spec.get("type") or ""),
        metadata=Metadata(
            (field["name"], _value(field))
            for field in spec.get("metadata") or ()
            if isinstance(field, Mapping) and isinstance(field.get("name"), str)
        ),
        scopes=tuple(map(str, item.get("scopes") or ())),
        secret_store=str(mapping(item.get("auth")).get("secretStore") or KUBERNETES_SECRETS),
    )


def _value(entry: Json) -> str | SecretKey:
    secret = entry.get("secretKeyRef")
    if secret:
        return SecretKey(secret["name"], secret.get("key", secret["name"]))
    value = entry.get("value")
    return "" if value is None else str(value)


def selects(chosen: Service, labels: Mapping[str, str]) -> bool:
    """Whether a Service with a selector selects pods with these labels."""
    return bool(chosen.selector) and chosen.selector.items() <= labels.items()


def is_actor_store(found: Component) -> bool:
    """Whether daprd would keep actors in it (docs.dapr.io: actorStateStore)."""
    return found.type == "state.redis" and is_truthy(found.metadata.get("actorStateStore", ""))
