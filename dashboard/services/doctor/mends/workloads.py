"""Mends of workloads: of their containers, annotations and volumes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.model.core.kubernetes import Json
from dashboard.model.core.manifests import name_of
from dashboard.services.doctor.app import DAPR, App, labels, spec_of, template
from dashboard.services.doctor.evidence import Evidence


def edit(evidence: Evidence, item: Json) -> tuple[str, ...]:
    """The command that opens an object, where nobody but its reader knows the value."""
    return (evidence.edit(str(item["kind"]), name_of(item)),)


def restarted(evidence: Evidence, *items: Json) -> str:
    """The command that makes the pods of workloads anew, "" where there are none."""
    lasting = [item for item in items if App(item).lasts]  # the others start anew by themselves
    names = " ".join(f"{str(item['kind']).lower()}/{name_of(item)}" for item in lasting)
    return evidence.kubectl(f"rollout restart {names}") if names else ""


def in_pods(evidence: Evidence, item: Json, change: Json) -> str:
    """The command that changes a workload's pod template: entries of its lists by their names."""
    return evidence.patch(str(item["kind"]), name_of(item), of_pods(item, change), "strategic")


def of_pods(item: Json, change: Json) -> Json:
    """A change of a workload's pod template as one of the workload."""
    spec = {"spec": {"template": change}}
    return {"spec": {"jobTemplate": spec}} if item["kind"] == "CronJob" else spec


def in_container(evidence: Evidence, item: Json, container: Json, **change: Any) -> tuple[str, ...]:
    """The command that changes one container of a workload's pods."""
    return (in_pods(evidence, item, {"spec": {"containers": [{"name": container.get("name"), **change}]}}),)


def annotate(evidence: Evidence, item: Json, name: str, value: str | None) -> tuple[str, ...]:
    """The command that sets one of Dapr's annotations on a workload's pods, or takes it away."""
    return annotated(evidence, item, {f"{DAPR}{name}": value})


def annotated(evidence: Evidence, item: Json, values: Mapping[str, str | None]) -> tuple[str, ...]:
    """The same for annotations of any name."""
    change = of_pods(item, {"metadata": {"annotations": dict(values)}})
    return (evidence.patch(str(item["kind"]), name_of(item), change),)


def renamed(evidence: Evidence, item: Json, old: str, new: str) -> tuple[str, ...]:
    """An annotation of its pods under another name."""
    told = template(item)["metadata"]["annotations"][old]
    return annotated(evidence, item, {old: None, new: str(told)})


def from_labels(evidence: Evidence, item: Json) -> tuple[str, ...]:
    """Dapr's annotations from the labels of its pods to theirs, where it is not selected by them."""
    told = {name: str(value) for name, value in labels(item).items() if name.startswith(DAPR)}
    if told.keys() & ((spec_of(item).get("selector") or {}).get("matchLabels") or {}).keys():
        return edit(evidence, item)
    change = of_pods(item, {"metadata": {"labels": dict.fromkeys(told), "annotations": told}})
    return (evidence.patch(str(item["kind"]), name_of(item), change),)


def moved(evidence: Evidence, item: Json) -> tuple[str, ...]:
    """Dapr's annotations from a workload to its pods."""
    told = {
        str(name): str(value)
        for name, value in (item["metadata"].get("annotations") or {}).items()
        if str(name).startswith(DAPR)
    }
    change = {
        "metadata": {"annotations": dict.fromkeys(told)},
        **of_pods(item, {"metadata": {"annotations": told}}),
    }
    return (evidence.patch(str(item["kind"]), name_of(item), change),)


def without_volume(evidence: Evidence, item: Json, volume: str, mounts: Iterable[tuple[str, str]]) -> str:
    """The command that takes a volume away from a workload's pods; `mounts` are (container, path)."""
    gone = {"$patch": "delete"}
    containers = [{"name": name, "volumeMounts": [{"mountPath": path, **gone}]} for name, path in mounts]
    return in_pods(
        evidence, item, {"spec": {"volumes": [{"name": volume, **gone}], "containers": containers}}
    )
