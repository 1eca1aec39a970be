"""Mends of Services and of what leads to a port: selectors, target ports, hosts, probes, autoscalers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from dashboard.model.core.kubernetes import Component, Json
from dashboard.model.core.manifests import name_of
from dashboard.services.doctor.app import annotation, labels, ports, spec_of, template
from dashboard.services.doctor.evidence import Evidence, named
from dashboard.services.doctor.mends.components import apply, redis_address, set_entry, workloads_known
from dashboard.services.doctor.mends.workloads import edit, in_container

APP_PORT = "8000"


def meant_port(declared: Iterable[Json], wanted: str, besides: Iterable[str] = ()) -> str:
    """The port, by number or name, that was probably meant among those of a container; "" where none was."""
    held = list(declared)
    names = [str(port["name"]) for port in held if port.get("name")]
    numbers = [str(port.get("containerPort")) for port in held]
    close = get_close_matches(wanted, names, 1)
    if close:
        return close[0]
    likely = [number for number in besides if number in numbers]
    return likely[0] if likely else numbers[0] if len(numbers) == 1 else ""


def as_port(port: str) -> int | str:
    """A port as an object holds it."""
    return int(port) if port.isdigit() else port


def written(labels_: Mapping[str, str]) -> str:
    """Labels as one text."""
    return ",".join(f"{key}={value}" for key, value in labels_.items())


def as_meant(meant: str) -> str:
    """What is meant, behind words that say what to write."""
    return f", as {meant}" if meant else ""


def selector_of(item: Json) -> dict[str, str]:
    """What a Service selects a workload's pods by."""
    return dict((spec_of(item).get("selector") or {}).get("matchLabels") or labels(item))


def select(evidence: Evidence, service: Json, item: Json) -> tuple[str, ...]:
    """The command that lets a Service select a workload's pods, and by nothing else."""
    change = {**dict.fromkeys(spec_of(service).get("selector") or {}), **selector_of(item)}
    return (evidence.patch("Service", name_of(service), {"spec": {"selector": change}}),)


def serve(evidence: Evidence, item: Json, name: str, port: str, target: str = "") -> tuple[str, ...]:
    """The command that declares a Service of this name for a workload's pods."""
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": evidence.namespace},
        "spec": {
            "selector": selector_of(item),
            "ports": [{"port": int(port), "targetPort": as_port(target or port)}],
        },
    }
    return (apply(evidence, service, named(item)),)


def port_of(item: Json, wanted: str = "") -> str:
    """The port that a workload's app listens on, as its pods say."""
    open_ports = [str(port["containerPort"]) for port in ports(item)]
    return wanted if wanted.isdigit() else open_ports[0] if open_ports else APP_PORT


def rehosted(evidence: Evidence, found: Component, name: str, port: str) -> tuple[str, ...]:
    """The Redis of this namespace as its host, or a Service of that name for it."""
    address = redis_address(evidence, name)
    if address:
        return set_entry(evidence, found, "redisHost", address)
    servers = evidence.redis_workloads if workloads_known(evidence) else ()
    if name and len(servers) == 1 and port.isdigit():
        return serve(evidence, servers[0], name, port, port_of(servers[0]))
    return (evidence.edit("Component", found.name),)


def target_of(workload: Json, port: int, target: str) -> str:
    """The port of a workload that a Service's port was probably meant to lead to, not to `target`; or ""."""
    likely = (annotation(template(workload), "app-port"), str(port))
    return meant_port(ports(workload), target, likely)


def retargeted(evidence: Evidence, item: Json, workload: Json, port: int, target: str) -> tuple[str, ...]:
    """The command that lets one port of a Service lead to a port that its pods have."""
    meant = target_of(workload, port, target)
    if not meant:
        return edit(evidence, item)
    at = [int(each["port"]) for each in spec_of(item).get("ports") or ()].index(port)
    path = f"/spec/ports/{at}"
    test = {"op": "test", "path": f"{path}/port", "value": port}
    new = {"op": "add", "path": f"{path}/targetPort", "value": as_port(meant)}
    return (evidence.patch("Service", name_of(item), [test, new], "json"),)


def probes(container: Json) -> Iterator[tuple[str, str, str]]:
    """(probe, way, port)."""
    for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
        probe: Any = container.get(kind) or {}
        for way in ("httpGet", "tcpSocket", "grpc"):
            port = (probe.get(way) or {}).get("port")
            if port is not None and str(port) not in {"3500", "3501"}:  # the sidecar's own
                yield kind, way, str(port)


def reprobed(
    evidence: Evidence, item: Json, container: Json, kind: str, way: str, port: str
) -> tuple[str, ...]:
    """The command that lets a probe ask a port that its container has."""
    meant = meant_port(container.get("ports") or (), port)
    if not meant:
        return edit(evidence, item)
    return in_container(evidence, item, container, **{kind: {way: {"port": as_port(meant)}}})


def rescaled(evidence: Evidence, item: Json, wanted: str, there: list[str]) -> tuple[str, ...]:
    """The command that gives an autoscaler the workload ("Kind/name") that it was probably meant for."""
    meant = get_close_matches(wanted, there, 1)
    if not meant:
        return edit(evidence, item)
    kind, _, name = meant[0].partition("/")
    target = {"apiVersion": "apps/v1", "kind": kind, "name": name}
    return (evidence.patch("HorizontalPodAutoscaler", name_of(item), {"spec": {"scaleTargetRef": target}}),)
