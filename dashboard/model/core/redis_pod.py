"""What runs Redis among pods, and where it keeps its data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

DATA = "/data"  # the images' own (hub.docker.com/_/redis: "Start with persistent storage")
_Json = Mapping[str, Any]
_IMAGES = {"redis", "valkey", "redis-stack-server"}


def is_redis(container: _Json) -> bool:
    """Whether a container runs Redis, by its image."""
    image = str(container.get("image", "")).rpartition("/")[2].partition("@")[0].partition(":")[0]
    return image in _IMAGES


def data_volume(pod: _Json, claims: Iterable[_Json] = ()) -> _Json | None:
    """The volume at Redis' data folder: one of the pod, or of its workload's `claims`; None without one."""
    volumes = {volume["name"]: volume for volume in (*(pod.get("volumes") or ()), *claims)}
    redis = filter(is_redis, pod.get("containers") or ())
    mounts = [mount for container in redis for mount in container.get("volumeMounts") or ()]
    at = next((m for m in mounts if str(m.get("mountPath", "")).rstrip("/").startswith(DATA)), None)
    return volumes.get(at["name"]) if at else None


def mounted_maps(pod: _Json) -> set[str]:
    """The names of the ConfigMaps that a pod mounts."""
    volumes = pod.get("volumes") or ()
    projected = (each for v in volumes for each in (v.get("projected") or {}).get("sources") or ())
    named = ((each.get("configMap") or {}).get("name") for each in (*volumes, *projected))
    return {str(name) for name in named if name}


def ends_with_pod(pod: _Json) -> str:
    """What its Redis keeps data in that ends with the pod, "an emptyDir" or "no volume"; "" without."""
    if not any(map(is_redis, pod.get("containers") or ())):
        return ""
    volume = data_volume(pod)
    return "no volume" if volume is None else "an emptyDir" if "emptyDir" in volume else ""
