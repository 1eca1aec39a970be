"""The shapes that the objects we look at must have: where a mapping, a list or a text has to be."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from dashboard.model.core.kubernetes import Json


def _as_text(value: object) -> object:
    """YAML reads `on` or `1` where a text is meant; the rules name that themselves."""
    return str(value) if isinstance(value, (bool, int, float)) else value


_Text = Annotated[str, BeforeValidator(_as_text)]
_Texts = list[_Text] | None
_Objects = list[dict[_Text, Any]] | None
_Mapped = dict[_Text, Any] | None
_Labels = dict[_Text, _Text | None] | None


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class _Metadata(_Shape):
    name: Annotated[str, Field(min_length=1)]
    namespace: _Text | None = None
    labels: _Labels = None
    annotations: _Mapped = None


class _PodMetadata(_Shape):
    labels: _Labels = None
    annotations: _Mapped = None


class _Reference(_Shape):
    name: _Text
    key: _Text | None = None


class _Source(_Shape):
    secret: _Reference | None = Field(None, alias="secretKeyRef")
    config_map: _Reference | None = Field(None, alias="configMapKeyRef")


class _Variable(_Shape):
    name: _Text
    value_from: _Source | None = Field(None, alias="valueFrom")


class _ContainerPort(_Shape):
    number: int = Field(alias="containerPort")
    name: _Text | None = None


class _Named(_Shape):
    name: _Text


class _Volume(_Named):
    config_map: _Reference | None = Field(None, alias="configMap")


class _Probe(_Shape):
    http: _Mapped = Field(None, alias="httpGet")
    tcp: _Mapped = Field(None, alias="tcpSocket")


class _Resources(_Shape):
    limits: _Mapped = None
    requests: _Mapped = None


class _Container(_Shape):
    name: _Text | None = None
    image: _Text | None = None
    args: _Texts = None
    command: _Texts = None
    env: list[_Variable] | None = None
    env_from: _Objects = Field(None, alias="envFrom")
    ports: list[_ContainerPort] | None = None
    volume_mounts: list[_Named] | None = Field(None, alias="volumeMounts")
    resources: _Resources | None = None
    startup: _Probe | None = Field(None, alias="startupProbe")
    liveness: _Probe | None = Field(None, alias="livenessProbe")
    readiness: _Probe | None = Field(None, alias="readinessProbe")
    security: _Mapped = Field(None, alias="securityContext")


class _PodSpec(_Shape):
    containers: list[_Container] | None = None
    init_containers: list[_Container] | None = Field(None, alias="initContainers")
    volumes: list[_Volume] | None = None
    security: _Mapped = Field(None, alias="securityContext")


class _Template(_Shape):
    metadata: _PodMetadata | None = None
    spec: _PodSpec | None = None


class _Selector(_Shape):
    match_labels: _Labels = Field(None, alias="matchLabels")
    match_expressions: _Objects = Field(None, alias="matchExpressions")


class _Claim(_Shape):
    metadata: _Named


class _WorkloadSpec(_Shape):
    template: _Template | None = None
    selector: _Selector | None = None
    replicas: int | None = None
    claims: list[_Claim] | None = Field(None, alias="volumeClaimTemplates")


class _Entry(_Shape):
    name: _Text | None = None
    secret: _Reference | None = Field(None, alias="secretKeyRef")


class _ComponentSpec(_Shape):
    type: _Text | None = None
    version: _Text | None = None
    metadata: list[_Entry] | None = None


class _Routes(_Shape):
    rules: _Objects = None
    default: _Text | None = None


class _SubscriptionSpec(_Shape):
    pubsubname: _Text | None = None
    topic: _Text | None = None
    routes: _Routes | None = None


class _ServicePort(_Shape):
    port: int
    name: _Text | None = None
    target: _Text | None = Field(None, alias="targetPort")


class _ServiceSpec(_Shape):
    selector: _Labels = None
    ports: list[_ServicePort] | None = None


class _PolicySpec(_Shape):
    pod_selector: _Selector | None = Field(None, alias="podSelector")
    policy_types: _Texts = Field(None, alias="policyTypes")
    ingress: _Objects = None
    egress: _Objects = None


class _AutoscalerSpec(_Shape):
    target: _Mapped = Field(None, alias="scaleTargetRef")


class _Object(_Shape):
    """An object of which no more than its name is looked at."""

    metadata: _Metadata
    spec: _Mapped = None


class _Workload(_Object):
    spec: _WorkloadSpec | None = None  # type: ignore[assignment]


class _JobTemplate(_Shape):
    spec: _WorkloadSpec | None = None


class _CronJobSpec(_Shape):
    template: _JobTemplate | None = Field(None, alias="jobTemplate")


class _CronJob(_Object):
    spec: _CronJobSpec | None = None  # type: ignore[assignment]


class _Pod(_Object):
    spec: _PodSpec | None = None  # type: ignore[assignment]


class _Scoped(_Object):
    scopes: _Texts = None


class _Component(_Scoped):
    auth: _Mapped = None
    spec: _ComponentSpec | None = None  # type: ignore[assignment]


class _Subscription(_Scoped):
    spec: _SubscriptionSpec | None = None  # type: ignore[assignment]


class _Service(_Object):
    spec: _ServiceSpec | None = None  # type: ignore[assignment]


class _Policy(_Object):
    spec: _PolicySpec | None = None  # type: ignore[assignment]


class _Autoscaler(_Object):
    spec: _AutoscalerSpec | None = None  # type: ignore[assignment]


class _Data(_Object):
    data: _Mapped = None
    string_data: _Mapped = Field(None, alias="stringData")


_SHAPES: dict[str, type[_Object]] = {
    "Component": _Component,
    "Configuration": _Object,
    "ConfigMap": _Data,
    "CronJob": _CronJob,
    "DaemonSet": _Workload,
    "Deployment": _Workload,
    "HorizontalPodAutoscaler": _Autoscaler,
    "Job": _Workload,
    "NetworkPolicy": _Policy,
    "Pod": _Pod,
    "ReplicaSet": _Workload,
    "Secret": _Data,
    "Service": _Service,
    "StatefulSet": _Workload,
    "Subscription": _Subscription,
}


_WORDS = {
    "missing": "is missing",
    "string_too_short": "is empty",
    "string_type": "is no text",
    "list_type": "is no list",
    "dict_type": "is no mapping",
    "model_type": "is no mapping",
    "int_parsing": "is no number",
    "int_type": "is no number",
}


def is_looked_at(kind: str) -> bool:
    """Whether a rule reads objects of this kind; others have forms of their own."""
    return kind in _SHAPES


def misshapen(item: Json) -> str:
    """Where an object has not the shape of its kind, and how; "" where it has."""
    try:
        _SHAPES.get(item["kind"], _Object).model_validate(item)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        at = ".".join(str(part) for part in first["loc"])
        return f"The {at} of this {item['kind']} {_WORDS.get(first['type'], 'has the wrong form')}."
    return ""
