"""One workload whose pods ask for a sidecar, as it is declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.model.core.dapr import is_truthy
from dashboard.model.core.kubernetes import Json
from dashboard.model.core.manifests import name_of, namespace_of
from dashboard.model.core.redis_pod import is_redis

DAPR = "dapr.io/"
WORKLOADS = ("Deployment", "StatefulSet")
# What else makes pods. A cluster is asked for those whose pods can be mended: the spec of a Job and of a pod
# never changes, and a ReplicaSet is a Deployment's.
LISTED_WORKLOADS = ("DaemonSet", "CronJob")
OTHER_WORKLOADS = (*LISTED_WORKLOADS, "ReplicaSet", "Job", "Pod")
RUN_TO_AN_END = {"Job", "CronJob"}


@dataclass(frozen=True)
class App:
    """`hosts_actors` is None where that is not known: a manifest does not tell it."""

    item: Json
    hosts_actors: bool | None = None

    @property
    def annotations(self) -> Mapping[str, Any]:
        """Dapr's annotations of its pods by their names behind "dapr.io/"."""
        return dict(_annotations(template(self.item)))

    @property
    def app_id(self) -> str:
        """ "" where none is set: each pod then has its own name for one (dapr/dapr, pkg/injector)."""
        return str(self.annotations.get("app-id", "")).strip()

    @property
    def name(self) -> str:
        return self.app_id or name_of(self.item)

    @property
    def lasts(self) -> bool:
        """Whether its pods are there to stay."""
        return self.item.get("kind") not in RUN_TO_AN_END

    @property
    def replicas(self) -> int:
        return int(spec_of(self.item).get("replicas") or 1)


def kinds(*, live: bool) -> tuple[str, ...]:
    """The other kinds of workloads that a cluster (`live`), or a folder, is read for."""
    return LISTED_WORKLOADS if live else OTHER_WORKLOADS


def template(item: Json) -> Json:
    """A workload's pod template; a pod is its own."""
    if item.get("kind") == "Pod":
        return item
    holder: Json = item["spec"]["jobTemplate"] if item.get("kind") == "CronJob" else item
    found: Json = holder["spec"]["template"]
    return found


def _annotations(item: Json) -> Iterator[tuple[str, Any]]:
    told: Json = (item.get("metadata") or {}).get("annotations") or {}
    for name, value in told.items():
        if str(name).startswith(DAPR):
            yield str(name).removeprefix(DAPR), value


def annotation(item: Json, name: str) -> str:
    """One of Dapr's annotations ("app-id"), "" where it is not set."""
    return str(dict(_annotations(item)).get(name, ""))


def asks_for_a_sidecar(item: Json) -> bool:
    """Whether the injector gives its pods a sidecar."""
    return is_truthy(annotation(template(item), "enabled"))


def containers(item: Json) -> Sequence[Json]:
    """The containers of a workload's pods."""
    found: Sequence[Json] = template(item)["spec"]["containers"]
    return found


def ports(item: Json) -> list[Json]:
    """Every port that the containers of a workload declare."""
    return [port for container in containers(item) for port in container.get("ports") or ()]


def labels(item: Json) -> Mapping[str, str]:
    """Those of a workload's pods."""
    found: Mapping[str, str] = (template(item).get("metadata") or {}).get("labels") or {}
    return found


def made_by_others(objects: Iterable[Json], namespace: str) -> Iterator[Json]:
    """Labels of the pods that other kinds make, which Kubernetes does not bring, as a Rollout."""
    for item in objects:
        pod = spec_of(item).get("template") if namespace_of(item) == namespace else None
        metadata = pod.get("metadata") if isinstance(pod, Mapping) else None
        told = metadata.get("labels") if isinstance(metadata, Mapping) else None
        if isinstance(told, Mapping):
            yield dict(told)


def spec_of(item: Json) -> dict[str, Any]:
    return dict(item.get("spec") or {})


def runs_redis(item: Json) -> bool:
    """Whether a workload runs Redis; a Sentinel keeps no data, and a Job of its image is a client's."""
    return App(item).lasts and any(is_redis(each) and not _is_sentinel(each) for each in containers(item))


def _is_sentinel(container: Json) -> bool:
    words = (*(container.get("command") or ()), *(container.get("args") or ()))
    return any("--sentinel" in str(word) or "redis-sentinel" in str(word) for word in words)
