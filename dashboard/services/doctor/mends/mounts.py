"""Mends of Components that are mounted into a pod as files: declared, and the volume taken away."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.model.core.kubernetes import Json
from dashboard.services.doctor.app import containers, template
from dashboard.services.doctor.evidence import Evidence
from dashboard.services.doctor.mends.workloads import without_volume


def of_components(item: Json) -> Iterator[tuple[Json, str]]:
    """Each ConfigMap's volume that is named after Components, with the path where a container has it."""
    for volume, _, path in _all(item):
        yield volume, path


def _all(item: Json) -> Iterator[tuple[Json, str, str]]:
    volumes = {v["name"]: v for v in template(item)["spec"].get("volumes") or () if v.get("configMap")}
    for container in containers(item):
        for mount in container.get("volumeMounts") or ():
            volume = volumes.get(mount["name"])
            if volume and "component" in f"{volume['configMap'].get('name', '')}{mount['mountPath']}".lower():
                yield volume, str(container.get("name")), str(mount["mountPath"])


def applied(evidence: Evidence, item: Json) -> tuple[str, ...]:
    """The commands that declare what the ConfigMaps hold; what is declared already is left as it is."""
    text = 'go-template={{range .data}}{{.}}{{"\\n---\\n"}}{{end}}'
    names = dict.fromkeys(volume["configMap"].get("name", "") for volume, _ in of_components(item))
    create = evidence.kubectl("create -f -")
    reads = (evidence.kubectl(f"get configmap {name} -o '{text}'") for name in names)
    return tuple(f"{read} | {create}" for read in reads if read)


def taken_away(evidence: Evidence, item: Json) -> tuple[str, ...]:
    """The commands that take the volumes away."""
    mounted: dict[str, list[tuple[str, str]]] = {}
    for volume, container, path in _all(item):
        mounted.setdefault(volume["name"], []).append((container, path))
    return tuple(without_volume(evidence, item, name, at) for name, at in mounted.items())
