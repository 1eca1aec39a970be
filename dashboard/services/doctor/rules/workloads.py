"""Workloads and Services as they are declared: app-ids, ports, what they mount, and who leads to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from dashboard.model.core import kubernetes as objects
from dashboard.model.core.kubernetes import Json
from dashboard.model.core.manifests import name_of
from dashboard.services.doctor.evidence import Evidence, annotation, containers, named, spec_of, template
from dashboard.services.doctor.rule import KUBERNETES, Seen, rule

ANNOTATIONS = "reference/arguments-annotations-overview/"
SERVICES = "https://kubernetes.io/docs/concepts/services-networking/service/"
ALIKE = 0.8


def _edit(evidence: Evidence, item: Json) -> str:
    return evidence.edit(str(item["kind"]), name_of(item))


@rule(
    "app-id-wrong", "error", docs=ANNOTATIONS, on=KUBERNETES,
    why="Scopes, keys and callers name the app-id: under another one the agent finds nothing of its own.",
)  # fmt: skip
def app_id_wrong(evidence: Evidence) -> Iterable[Seen]:
    if evidence.app_id in evidence.apps:
        return
    for item in evidence.dapr_workloads:
        found = annotation(template(item), "app-id")
        alike = SequenceMatcher(None, found, evidence.app_id).ratio() > ALIKE
        if alike or name_of(item) == evidence.app_id:
            yield Seen(
                object=named(item),
                seen=f'dapr.io/app-id is "{found}"; expected is {evidence.app_id}.',
                fix=f"Set dapr.io/app-id to {evidence.app_id}.",
                command=_edit(evidence, item),
            )


@rule(
    "app-id-twice", "error", docs=ANNOTATIONS, on=KUBERNETES,
    why="Two workloads with one app-id share keys and a consumer group: each gets a part of the events.",
)  # fmt: skip
def app_id_twice(evidence: Evidence) -> Iterable[Seen]:
    first: dict[str, str] = {}
    for item in evidence.dapr_workloads:
        found = annotation(template(item), "app-id")
        if found in first:
            yield Seen(
                object=named(item),
                seen=f'dapr.io/app-id is "{found}", as in {first[found]}.',
                fix="Give each workload an app-id of its own, or delete one.",
                command=_edit(evidence, item),
            )
        first.setdefault(found, named(item))


@rule(
    "app-port-wrong", "error", docs=ANNOTATIONS, on=KUBERNETES,
    why="daprd waits for the app at this port: until it answers no actor and no event arrives.",
)  # fmt: skip
def app_port_wrong(evidence: Evidence) -> Iterable[Seen]:
    for item in evidence.dapr_workloads:
        if annotation(template(item), "app-id") != evidence.app_id:
            continue
        port = annotation(template(item), "app-port")
        open_ports = [str(p["containerPort"]) for c in containers(item) for p in c.get("ports") or ()]
        if not port or (open_ports and port not in open_ports):
            said = f"dapr.io/app-port is {port}" if port else "It has no dapr.io/app-port"
            yield Seen(
                object=named(item),
                seen=f"{said}; its containers have {', '.join(open_ports) or 'no port declared'}.",
                fix=f"Set dapr.io/app-port to {open_ports[0] if open_ports else 'the port it listens on'}.",
                command=_edit(evidence, item),
            )


@rule(
    "sidecar-not-asked-for", "error", docs=ANNOTATIONS, on=KUBERNETES,
    why="The injector reads the annotations of pods: elsewhere, or without enabled, they do nothing.",
)  # fmt: skip
def not_asked_for(evidence: Evidence) -> Iterable[Seen]:
    for item in evidence.workloads:
        inside = annotation(template(item), "app-id")
        if annotation(item, "app-id") and not inside:
            yield Seen(
                object=named(item),
                seen="Dapr's annotations are on the workload, not on spec.template.metadata.",
                fix="Move them to the pod template.",
                command=_edit(evidence, item),
            )
        elif inside and annotation(template(item), "enabled") != "true":
            yield Seen(
                object=named(item),
                seen=f'dapr.io/enabled is "{annotation(template(item), "enabled")}".',
                fix='Set dapr.io/enabled to "true" on the pod template.',
                command=_edit(evidence, item),
            )


@rule(
    "components-in-config-map", "warning", docs="concepts/dapr-services/operator/", on=KUBERNETES,
    why="In Kubernetes daprd asks the operator for Components; what is mounted into the pod it never reads.",
)  # fmt: skip
def in_config_map(evidence: Evidence) -> Iterable[Seen]:
    declared = bool(evidence.of("Component"))
    for item in evidence.dapr_workloads:
        for volume, path in _mounted_components(item):
            name = (volume.get("configMap") or {}).get("name", "")
            rest = "" if declared else f"; {evidence.namespace} has no Component at all"
            yield Seen(
                object=named(item),
                seen=f"ConfigMap {name} is mounted at {path}{rest}.",
                fix="Apply the Components themselves, and remove the volume.",
                command=evidence.kubectl("apply -f components/"),
                severity="warning" if declared else "error",
            )


def _mounted_components(item: Json) -> Iterator[tuple[Json, str]]:
    volumes = {v["name"]: v for v in template(item)["spec"].get("volumes") or () if v.get("configMap")}
    for container in containers(item):
        for mount in container.get("volumeMounts") or ():
            volume = volumes.get(mount["name"])
            if volume and "component" in f"{volume['configMap'].get('name', '')}{mount['mountPath']}".lower():
                yield volume, mount["mountPath"]


@rule(
    "service-missing", "error", docs=SERVICES, on=KUBERNETES,
    why="Without a Service nothing in the cluster has an address of the agent, and port-forward svc/ fails.",
)  # fmt: skip
def service_missing(evidence: Evidence) -> Iterable[Seen]:
    found = [service for service in map(objects.service, evidence.of("Service")) if not service.of_dapr]
    for item in evidence.dapr_workloads:
        labels = (template(item).get("metadata") or {}).get("labels") or {}
        if annotation(template(item), "app-id") != evidence.app_id:
            continue
        if not any(objects.selects(service, labels) for service in found):
            kind, name = str(item["kind"]).lower(), name_of(item)
            port = annotation(template(item), "app-port") or "8000"
            yield Seen(
                object=named(item),
                seen=f"No Service in {evidence.namespace} selects its pods.",
                fix="Create one.",
                command=evidence.kubectl(f"expose {kind} {name} --port {port}"),
            )


@rule(
    "service-selects-nothing", "error", docs=SERVICES, on=KUBERNETES,
    why="A Service whose selector no pod has leads nowhere: connections to it fail.",
)  # fmt: skip
def selects_nothing(evidence: Evidence) -> Iterable[Seen]:
    labels = [(template(item).get("metadata") or {}).get("labels") or {} for item in evidence.workloads]
    labels += [(item["metadata"].get("labels")) or {} for item in evidence.of("Pod")]
    needed = set(_hosts(evidence)) | {evidence.app_id}
    for item in evidence.of("Service"):
        service = objects.service(item)
        chosen = any(objects.selects(service, each) for each in labels)
        if not service.selector or chosen or service.of_dapr or service.name not in needed:
            continue
        wanted = ",".join(f"{key}={value}" for key, value in service.selector.items())
        yield Seen(
            object=named(item),
            seen=f"Its selector {wanted} fits no pod.",
            fix="Give it the labels of the pods.",
            command=evidence.kubectl("get pods --show-labels"),
        )


def _hosts(evidence: Evidence) -> Iterator[str]:
    """First labels of every redisHost: names of Services, where they are in this namespace."""
    for found in evidence.components:
        host = found.metadata.get("redisHost", "")
        if isinstance(host, str):
            yield host.partition(":")[0].partition(".")[0]


def is_store(item: Json) -> bool:
    """Whether a workload runs Redis, by its image."""
    images = (str(c.get("image", "")).rpartition("/")[2].partition(":")[0] for c in containers(item))
    return any(image in {"redis", "valkey", "redis-stack-server"} for image in images)


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
                fix="Set requests and a memory limit.",
                command=evidence.kubectl(
                    f"set resources {item['kind'].lower()} {name_of(item)} -c {name} --limits=memory=256Mi"
                ),
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
                fix="Set securityContext.runAsNonRoot to true, and runAsUser where the image names none.",
                command=_edit(evidence, item),
            )


@rule(
    "store-without-volume", "warning", on=KUBERNETES,
    docs="https://kubernetes.io/docs/concepts/storage/persistent-volumes/",
    why="A container's own files end with it: a restart of Redis forgets every actor.",
)  # fmt: skip
def without_volume(evidence: Evidence) -> Iterable[Seen]:
    for item in evidence.workloads:
        if is_store(item) and not any(container.get("volumeMounts") for container in containers(item)):
            yield Seen(
                object=named(item),
                seen="It runs Redis and mounts no volume.",
                fix="Mount a volume at /data, a persistent one where the state is worth keeping.",
                command=_edit(evidence, item),
            )


def _of_ours(evidence: Evidence) -> Iterator[tuple[Json, Json]]:
    """Containers that are declared for the agent and its Redis; the sidecar is the injector's."""
    for item in evidence.workloads:
        if annotation(template(item), "app-id") == evidence.app_id or is_store(item):
            for container in containers(item):
                yield item, container


@rule(
    "mtls-off", "warning", docs="operations/security/mtls/", on=KUBERNETES,
    why="Without mTLS whoever reaches placement may claim any namespace, and sidecars talk in the clear.",
)  # fmt: skip
def mtls_off(evidence: Evidence) -> Iterable[Seen]:
    system = evidence.control_plane("Configuration") if evidence.origin == "kubernetes" else ()
    for item in (*system, *evidence.of("Configuration")):
        if (spec_of(item).get("mtls") or {}).get("enabled") is False:
            home = item["metadata"]["namespace"]
            yield Seen(
                object=named(item),
                seen=f"spec.mtls.enabled is false in {home}.",
                fix="Turn it on, and restart Dapr's control plane and every sidecar.",
                command=evidence.kubectl(f"edit configurations.dapr.io {name_of(item)}", home),
            )
