"""Containers of the agent and its Redis: limits, users, images, and what Redis is told to keep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dashboard.model.core import kubernetes as objects
from dashboard.model.core.kubernetes import Json
from dashboard.model.core.manifests import name_of
from dashboard.model.core.redis_pod import DATA, data_volume, is_redis
from dashboard.services.doctor.app import (
    annotation,
    containers,
    labels,
    runs_redis,
    spec_of,
    template,
)
from dashboard.services.doctor.evidence import Evidence, named
from dashboard.services.doctor.mends.redis import config_maps, on_claim, starts_anew, told
from dashboard.services.doctor.mends.workloads import edit, in_container, in_pods
from dashboard.services.doctor.rule import KUBERNETES, Seen, rule
from dashboard.services.doctor.rules.services import redis_host

REDIS = "https://redis.io/docs/latest/"
PERSISTENCE = f"{REDIS}operate/oss_and_stack/management/persistence/"
EVICTION = f"{REDIS}develop/reference/eviction/"
MEMORY = "256Mi"
VOLUMES = "https://kubernetes.io/docs/concepts/storage/persistent-volumes/"


def _of_ours(evidence: Evidence) -> Iterator[tuple[Json, Json]]:
    """Containers that are declared for the agent and its Redis; the sidecar is the injector's."""
    for item in evidence.workloads:
        if annotation(template(item), "app-id") == evidence.app_id or runs_redis(item):
            for container in containers(item):
                yield item, container


@rule(
    "no-memory-limit", "warning", on=KUBERNETES,
    docs="https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    why="A container without a memory limit can take the whole node with it.",
)  # fmt: skip
def no_limit(evidence: Evidence) -> Iterable[Seen]:
    for item, container in _of_ours(evidence):
        limits = (container.get("resources") or {}).get("limits") or {}
        if "memory" not in limits:
            name = container.get("name", "")
            yield Seen(
                object=named(item),
                seen=f"Container {name} has no resources.limits.memory.",
                fix=f"Set requests and a memory limit, as {MEMORY}.{starts_anew(evidence, item)}",
                commands=in_container(evidence, item, container, resources={"limits": {"memory": MEMORY}}),
            )


@rule(
    "runs-as-root", "warning", on=KUBERNETES,
    docs="https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
    why="What breaks out of a container that runs as root is root on the node.",
)  # fmt: skip
def root(evidence: Evidence) -> Iterable[Seen]:
    for item, container in _of_ours(evidence):
        whole = template(item)["spec"].get("securityContext") or {}
        said = {**whole, **(container.get("securityContext") or {})}
        if not said.get("runAsNonRoot") and not said.get("runAsUser"):
            yield Seen(
                object=named(item),
                seen=f"Container {container.get('name', '')} sets neither runAsNonRoot nor runAsUser.",
                fix="Set securityContext.runAsNonRoot to true, and runAsUser where the image names none:"
                f" {_user(container)} here, or the one that its files belong to."
                + starts_anew(evidence, item),
                commands=_unprivileged(evidence, item, container),
            )


def _user(container: Json) -> int:
    """Of Redis' own image; for others any but root."""
    return 999 if is_redis(container) else 10001


def _unprivileged(evidence: Evidence, item: Json, container: Json) -> tuple[str, ...]:
    """Volumes belong to the same group: what is there was written as root."""
    user = _user(container)
    inside = {"name": container.get("name"), "securityContext": {"runAsNonRoot": True, "runAsUser": user}}
    pod = {"containers": [inside], "securityContext": {"fsGroup": user}}
    return (in_pods(evidence, item, {"spec": pod}),)


@rule(
    "image-not-pinned", "info", on=KUBERNETES,
    docs="https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting",
    why="A pod that is made anew may run another program than the one beside it.",
)  # fmt: skip
def not_pinned(evidence: Evidence) -> Iterable[Seen]:
    for item, container in _of_ours(evidence):
        image = str(container.get("image", ""))
        tag = image.rpartition("/")[2].partition("@")[0].partition(":")[2]
        if container.get("imagePullPolicy") == "Always" and "@" not in image and tag in {"", "latest"}:
            yield Seen(
                object=named(item),
                seen=f"Container {container.get('name', '')} pulls {image} each time.",
                fix="Name a version, or a digest; with IfNotPresent a node keeps the one that it has.",
                commands=in_container(evidence, item, container, imagePullPolicy="IfNotPresent"),
            )


@rule(
    "store-without-volume", "warning", on=KUBERNETES, docs=VOLUMES, each="redis_workloads",
    why="A container's own files end with it: a restart of Redis forgets every actor.",
)  # fmt: skip
def without_volume(evidence: Evidence, item: Json) -> Iterable[Seen]:
    if _data_volume(item) is None:
        yield Seen(
            object=named(item),
            seen=f"It runs Redis and mounts no volume at {DATA}.",
            fix=f"Mount a claim at {DATA}, of the cluster's default StorageClass."
            + starts_anew(evidence, item),
            commands=on_claim(evidence, item),
        )


@rule(
    "store-on-empty-dir", "info", on=KUBERNETES, docs=VOLUMES, each="redis_workloads",
    why="An emptyDir ends with its pod: when that is moved or deleted, every actor is forgotten.",
)  # fmt: skip
def on_empty_dir(evidence: Evidence, item: Json) -> Iterable[Seen]:
    volume = _data_volume(item)
    if volume is not None and "emptyDir" in volume:
        yield Seen(
            object=named(item),
            seen=f"Redis keeps {DATA} in an emptyDir.",
            fix="Give it a volume claim where the state is worth keeping. Redis then starts anew, and empty, "
            "as after any end of its pod.",
            commands=on_claim(evidence, item, str(volume["name"])),
        )


def _data_volume(item: Json) -> Mapping[str, Any] | None:
    claims = ({"name": name_of(claim)} for claim in spec_of(item).get("volumeClaimTemplates") or ())
    return data_volume(template(item)["spec"], claims)


def _told(evidence: Evidence, item: Json, name: str) -> str:
    """A setting of Redis: of its arguments, else of a ConfigMap that it mounts; "" where neither has it."""
    words = [
        str(word)
        for container in containers(item)
        if is_redis(container)
        for word in (*(container.get("command") or ()), *(container.get("args") or ()))
    ]
    said = _said(re.sub(r"(^|\s)--", "\n", " ".join(words)), name)
    if said:
        return said
    maps = config_maps(evidence, item)
    return _said("\n".join(str(text) for held in maps for text in (held.get("data") or {}).values()), name)


def _said(settings: str, name: str) -> str:
    found = re.findall(rf"^\s*{name}\s+\"?(\S+?)\"?\s*$", settings.lower(), flags=re.MULTILINE)
    return str(found[-1]) if found else ""


def _serves_a_component(evidence: Evidence, item: Json) -> bool:
    """Whether a Service that leads to this Redis is named by a Component."""
    hosts = {redis_host(found)[0].partition(".")[0] for found in evidence.redis_components}
    services = (objects.service(each) for each in evidence.services)
    return any(s.name in hosts and objects.selects(s, labels(item)) for s in services)


@rule(
    "store-told-to-evict", "error", on=KUBERNETES, docs=EVICTION, each="redis_workloads",
    why="A Redis that evicts keys to make room deletes histories and events that were acknowledged.",
)  # fmt: skip
def told_to_evict(evidence: Evidence, item: Json) -> Iterable[Seen]:
    ours = _serves_a_component(evidence, item)
    policy = _told(evidence, item, "maxmemory-policy")
    if policy.startswith("allkeys"):
        yield Seen(
            object=named(item),
            seen=f"maxmemory-policy is {policy}.",
            fix="Set it to noeviction: a write that does not fit then fails, and can be seen."
            + starts_anew(evidence, item),
            commands=told(evidence, item, "maxmemory-policy", "noeviction"),
            severity=None if ours else "info",  # a cache of somebody's may
        )


@rule(
    "store-told-to-forget", "warning", on=KUBERNETES, docs=PERSISTENCE, each="redis_workloads",
    why="A Redis that writes nothing to disk forgets every actor when it restarts.",
)  # fmt: skip
def told_to_forget(evidence: Evidence, item: Json) -> Iterable[Seen]:
    if _told(evidence, item, "appendonly") == "no":
        yield Seen(
            object=named(item),
            seen="appendonly is no.",
            fix=f"Turn the append-only file on.{starts_anew(evidence, item)}",
            commands=told(evidence, item, "appendonly", "yes"),
        )


@rule(
    "store-replicated-by-copies", "error", on=KUBERNETES, each="redis_workloads",
    docs="https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/",
    why="Copies of Redis behind one Service are servers of their own: each holds a part of the state.",
)  # fmt: skip
def several(evidence: Evidence, item: Json) -> Iterable[Seen]:
    replicas = int(spec_of(item).get("replicas") or 1)
    plain = item.get("kind") == "Deployment"
    if replicas > 1 and plain:
        kind = str(item["kind"]).lower()
        yield Seen(
            object=named(item),
            seen=f"It runs Redis in {replicas} replicas.",
            fix="Run one, or a replicated Redis by its operator.",
            commands=(evidence.kubectl(f"scale {kind} {name_of(item)} --replicas=1"),)
            if evidence.origin == "kubernetes"
            else edit(evidence, item),
        )
