"""Services, probes and policies: whether connections find their way to a port that is open."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dashboard.model.core import kubernetes as objects
from dashboard.model.core.kubernetes import Component, Json, Service
from dashboard.model.core.manifests import name_of
from dashboard.services.doctor.app import (
    App,
    asks_for_a_sidecar,
    containers,
    labels,
    made_by_others,
    ports,
    runs_redis,
    spec_of,
)
from dashboard.services.doctor.evidence import Evidence, named
from dashboard.services.doctor.mends.components import set_entry
from dashboard.services.doctor.mends.services import (
    as_meant,
    meant_port,
    port_of,
    probes,
    rehosted,
    reprobed,
    rescaled,
    retargeted,
    select,
    selector_of,
    serve,
    target_of,
    written,
)
from dashboard.services.doctor.mends.workloads import edit
from dashboard.services.doctor.rule import KUBERNETES, Seen, rule
from dashboard.services.doctor.rules.components import NAMESPACED
from dashboard.services.doctor.unknown import UnknownError

SERVICES = "https://kubernetes.io/docs/concepts/services-networking/service/"
PROBES = (
    "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"
)
# What stands in for a value until somebody puts it there.
_PLACEHOLDER = re.compile(r"[${}<>%]|^__|^[A-Z][A-Z0-9_]{3,}$|^(?i:your|replace)[-_]")
# What the injector's container opens, by number and by name (dapr/dapr, pkg/injector).
SIDECAR_PORTS = {"3500", "50001", "50002", "9090"} | {
    f"dapr-{n}" for n in ("http", "grpc", "internal", "metrics")
}
LOOPBACK = {"localhost", "127.0.0.1", "0.0.0.0", "::1", "[::1]"}
# Labels that many workloads share.
_SHARED = re.compile(r"(^|/)(part-of|instance|managed-by|component|version|tier|release|env|environment)$")


def redis_hosts(found: Component) -> list[tuple[str, str]]:
    """Host and port ("" where none) of each server that a Component on Redis names."""
    value = found.metadata.get("redisHost", "")
    names = value.split(",") if isinstance(value, str) else []
    return [_host_and_port(name.strip()) for name in names if name.strip()]


def redis_host(found: Component) -> tuple[str, str]:
    """Those of the first; "" where it names none."""
    return next(iter(redis_hosts(found)), ("", ""))


def _host_and_port(name: str) -> tuple[str, str]:
    if name.startswith("["):
        host, _, rest = name[1:].partition("]")
        return host, rest.removeprefix(":")
    host, _, port = name.rpartition(":") if name.count(":") == 1 else (name, "", "")
    return host, port


def _services(evidence: Evidence) -> list[tuple[Json, Service]]:
    return [(item, objects.service(item)) for item in evidence.of("Service")]


def _local_service(evidence: Evidence, host: str) -> str:
    """The Service of this namespace that a host name means, "" where it is elsewhere or no Service's."""
    name, *rest = host.split(".")
    inside = not rest or (rest[0] == evidence.namespace and (len(rest) == 1 or rest[1] == "svc"))
    return name if inside and not name.isdigit() and ":" not in host and host not in LOOPBACK else ""


@rule(
    "redis-host-not-there", "error", docs=NAMESPACED, on=KUBERNETES, each="redis_components",
    why="A Component whose server has no address is not loaded, and its sidecar ends.",
)  # fmt: skip
def host_not_there(evidence: Evidence, found: Component) -> Iterable[Seen]:
    if "failover" in found.metadata:
        return
    hosts = redis_hosts(found)
    other = str(found.metadata.get("redisPort") or "")
    for host, port in hosts:
        if other.isdigit() and int(other) and port.isdigit() and other != port:
            yield Seen(
                object=f"Component/{found.name}",
                seen=f"redisHost names port {port}, and redisPort is {other}: daprd refuses the two.",
                fix="Remove redisPort.",
                commands=set_entry(evidence, found, "redisPort", None),
            )
            return
        problem = _why_not_there(evidence, found, host, port)
        bare = not problem and not port and "redisPort" not in found.metadata
        if problem or bare:
            name = _local_service(evidence, host)
            alone = rehosted(evidence, found, name, port)
            yield Seen(
                object=f"Component/{found.name}",
                seen=problem or f"redisHost is {host}, without a port.",
                why="daprd 1.18 takes 6379 then; an older one finds no server." if bare else "",
                severity="warning" if bare else None,
                fix="Name the Service of this namespace's Redis with its port, as redis-master:6379.",
                commands=alone if len(hosts) == 1 else (evidence.edit("Component", found.name),),
            )
            return


def _why_not_there(evidence: Evidence, found: Component, host: str, port: str) -> str:
    """Why a host that a Component names has no address, "" where nothing is against it."""
    if _PLACEHOLDER.search(host) or _PLACEHOLDER.search(port):
        raise UnknownError(f"redisHost of {found.name} is {host}: not rendered.")
    if "://" in host:
        return f"redisHost is {host}, a URL: it takes a host and its port."
    if port and not port.isdigit():
        return f"redisHost is {host}:{port}, and {port} is no port."
    if host in LOOPBACK and evidence.origin == "files" and not _beside_an_app(evidence, found):
        raise UnknownError(f"{found.name} names {host}, as for a stack on one machine.")
    if host in LOOPBACK and evidence.dapr_apps:
        return f"redisHost is {host}: in a pod that is the pod itself."
    name = _local_service(evidence, host)
    there = [service.name for _, service in _services(evidence)]
    if not name or name in there:
        return ""
    if evidence.origin == "files" and not any(s.startswith("redis") or s in name for s in there):
        if not port:
            return ""
        raise UnknownError(f"The Service {name} is not among the files of {evidence.namespace}.")
    return f"redisHost is {host}; {evidence.namespace} has {', '.join(there) or 'no Service'}."


def _beside_an_app(evidence: Evidence, found: Component) -> bool:
    return any(evidence.beside(f"Component/{found.name}", named(app.item)) for app in evidence.dapr_apps)


@rule(
    "service-port-missing", "error", docs=SERVICES, on=KUBERNETES, each="redis_components",
    why="A connection to a port that the Service does not have is refused.",
)  # fmt: skip
def port_missing(evidence: Evidence, found: Component) -> Iterable[Seen]:
    host, port = redis_host(found)
    name = _local_service(evidence, host)
    for item, service in _services(evidence):
        if service.name == name and port.isdigit() and service.ports and int(port) not in service.ports:
            has = ", ".join(map(str, service.ports))
            yield Seen(
                object=named(item),
                seen=f"Component {found.name} asks for port {port}; it has {has}.",
                fix=f"Give the Service port {port}, or name {has} in redisHost.",
                commands=set_entry(evidence, found, "redisHost", f"{host}:{next(iter(service.ports))}"),
            )


def _selected(evidence: Evidence, service: Service) -> list[Json]:
    return [item for item in evidence.workloads if objects.selects(service, labels(item))]


@rule(
    "service-target-closed", "error", docs=SERVICES, on=KUBERNETES, each="services",
    why="A Service leads to the target port of its pods: where no container has it, connections fail.",
)  # fmt: skip
def target_closed(evidence: Evidence, item: Json) -> Iterable[Seen]:
    service = objects.service(item)
    for workload in () if service.of_dapr else _selected(evidence, service):
        open_names = {str(port.get("name")) for port in ports(workload)}
        numbers = {str(port.get("containerPort")) for port in ports(workload)}
        injected = SIDECAR_PORTS if asks_for_a_sidecar(workload) else ()
        known = asks_for_a_sidecar(workload) or runs_redis(workload)
        if not known and numbers & set(service.ports.values()):
            numbers = set()  # it opens one of these ports, and may open another that it does not declare
        for port, target in service.ports.items():
            if target in injected:
                continue
            by_name = not target.isdigit()
            if (by_name and target not in open_names) or (not by_name and numbers and target not in numbers):
                yield Seen(
                    object=named(item),
                    seen=f"Port {port} leads to {target}; the containers of {named(workload)} have "
                    f"{', '.join(sorted(numbers | (open_names - {'None'}))) or 'no port declared'}.",
                    fix=f"Name a port that a container has{as_meant(target_of(workload, port, target))}.",
                    commands=retargeted(evidence, item, workload, port, target),
                    severity=None if by_name else "warning",
                )


@rule(
    "service-missing", "error", docs=SERVICES, on=KUBERNETES, each="dapr_apps",
    why="Without a Service nothing in the cluster has an address of the agent, and port-forward svc/ fails.",
)  # fmt: skip
def service_missing(evidence: Evidence, app: App) -> Iterable[Seen]:
    if app.app_id != evidence.app_id:  # others may be called through their sidecars alone
        return
    found = [service for _, service in _services(evidence) if not service.of_dapr]
    if not any(objects.selects(service, labels(app.item)) for service in found):
        name = name_of(app.item)
        wrong = [item for item, service in _services(evidence) if service.name == name]
        port = port_of(app.item, str(app.annotations.get("app-port") or ""))
        made = select(evidence, wrong[0], app.item) if wrong else serve(evidence, app.item, name, port)
        yield Seen(
            object=named(app.item),
            seen=f"No Service in {evidence.namespace} selects its pods.",
            fix=f"Let the Service {name} select them." if wrong else "Create one.",
            commands=made,
        )


@rule(
    "service-selects-nothing", "error", docs=SERVICES, on=KUBERNETES, each="services",
    why="A Service whose selector no pod has leads nowhere: connections to it fail.",
)  # fmt: skip
def selects_nothing(evidence: Evidence, item: Json) -> Iterable[Seen]:
    service = objects.service(item)
    pods = [(pod["metadata"].get("labels")) or {} for pod in evidence.of("Pod")]
    if not service.selector or service.of_dapr or _selected(evidence, service):
        return
    if any(
        objects.selects(service, each)
        for each in (*pods, *made_by_others(evidence.manifests.objects, evidence.namespace))
    ):
        return
    telling = {value for key, value in service.selector.items() if not _SHARED.search(key)}
    meant = [w for w in evidence.workloads if set(labels(w).values()) & telling]
    alike = meant or [
        w for w in evidence.workloads if name_of(w) in service.name or service.name in name_of(w)
    ]
    if not alike and service.name not in _needed(evidence):
        if evidence.origin == "files":
            raise UnknownError(f"No workload that Service {service.name} may mean is among the files.")
        return  # somebody else's, or one that is scaled to none
    wanted = written(service.selector)
    yield Seen(
        object=named(item),
        seen=f"Its selector {wanted} fits no pod.",
        fix=f"Give it the labels of the pods{as_meant(written(selector_of(alike[0])) if alike else '')}.",
        commands=select(evidence, item, alike[0]) if alike else edit(evidence, item),
    )


def _needed(evidence: Evidence) -> set[str]:
    """Services that the agent and its Components cannot do without."""
    hosts = (_local_service(evidence, redis_host(found)[0]) for found in evidence.redis_components)
    return {evidence.app_id, *filter(None, hosts)}


@rule(
    "probe-port-closed", "warning", docs=PROBES, on=KUBERNETES, each="workloads",
    why="A probe of a port that the container does not have fails: the pod never gets ready, or is killed.",
)  # fmt: skip
def probe_port(evidence: Evidence, item: Json) -> Iterable[Seen]:
    known = asks_for_a_sidecar(item) or runs_redis(item)
    for container in containers(item):
        declared = container.get("ports") or ()
        names = {str(port.get("name")) for port in declared}
        numbers = {str(port.get("containerPort")) for port in declared}
        for kind, way, port in probes(container):
            by_name = not port.isdigit()
            closed = known and numbers and port not in numbers  # others may open what they do not declare
            if (by_name and port not in names) or (not by_name and closed):
                yield Seen(
                    object=named(item),
                    seen=f"The {kind} of {container.get('name')} asks port {port}; it has "
                    f"{', '.join(sorted(numbers)) or 'no port declared'}.",
                    fix=f"Name a port of the container{as_meant(meant_port(declared, port))}.",
                    commands=reprobed(evidence, item, container, kind, way, port),
                    severity="error" if by_name else None,
                )


@rule(
    "scale-target-missing", "warning", docs="https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    on=KUBERNETES, each="autoscalers",
    why="An autoscaler of a workload that is not there scales nothing.",
)  # fmt: skip
def scale_target(evidence: Evidence, item: Json) -> Iterable[Seen]:
    target = spec_of(item).get("scaleTargetRef") or {}
    wanted = f"{target.get('kind')}/{target.get('name')}"
    there = [named(workload) for workload in evidence.workloads]
    if target.get("kind") in {"Deployment", "StatefulSet"} and there and wanted not in there:
        yield Seen(
            object=named(item),
            seen=f"It scales {wanted}; {evidence.namespace} has {', '.join(there)}.",
            fix="Name a workload of this namespace.",
            commands=rescaled(evidence, item, wanted, there),
        )
