"""Workloads as they are declared: what the injector reads of them, and what they mount."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

from dashboard.model.core.dapr import ANNOTATIONS as KNOWN
from dashboard.model.core.dapr import is_truthy
from dashboard.model.core.kubernetes import Json
from dashboard.model.core.manifests import name_of
from dashboard.services.doctor.app import App, annotation, containers, labels, ports, spec_of, template
from dashboard.services.doctor.evidence import Evidence, named
from dashboard.services.doctor.mends import mounts
from dashboard.services.doctor.mends.components import reloaded
from dashboard.services.doctor.mends.workloads import annotate, annotated, edit, in_container, in_pods, moved
from dashboard.services.doctor.rule import KUBERNETES, Seen, rule
from dashboard.services.doctor.unknown import UnknownError

ANNOTATIONS = "reference/arguments-annotations-overview/"
ALIKE = 0.8


@rule(
    "app-id-wrong", "error", docs=ANNOTATIONS, on=KUBERNETES,
    why="Scopes, keys and callers name the app-id: under another one the agent finds nothing of its own.",
)  # fmt: skip
def app_id_wrong(evidence: Evidence) -> Iterable[Seen]:
    if evidence.app_id in evidence.apps:
        return
    for app in evidence.dapr_apps:
        alike = SequenceMatcher(None, app.app_id, evidence.app_id).ratio() > ALIKE
        if app.app_id and (alike or name_of(app.item) == evidence.app_id):
            yield Seen(
                object=named(app.item),
                seen=f'dapr.io/app-id is "{app.app_id}"; expected is {evidence.app_id}.',
                fix=f"Set dapr.io/app-id to {evidence.app_id}.",
                commands=annotate(evidence, app.item, "app-id", evidence.app_id),
            )


@rule(
    "app-id-missing", "warning", docs=ANNOTATIONS, on=KUBERNETES, each="dapr_apps",
    why="Dapr then takes the pod's name, another one after each restart: nobody can call it by name, and "
    "what it stored is not found again.",
)  # fmt: skip
def app_id_missing(evidence: Evidence, app: App) -> Iterable[Seen]:
    if not app.app_id:
        yield Seen(
            object=named(app.item),
            seen="It has no dapr.io/app-id.",
            fix=f"Set dapr.io/app-id, as {name_of(app.item)}.",
            commands=annotate(evidence, app.item, "app-id", name_of(app.item)),
        )


@rule(
    "app-id-twice", "error", docs=ANNOTATIONS, on=KUBERNETES,
    why="Two workloads with one app-id share keys and a consumer group: each gets a part of the events.",
)  # fmt: skip
def app_id_twice(evidence: Evidence) -> Iterable[Seen]:
    first: dict[str, App] = {}
    for app in evidence.dapr_apps:
        other = first.setdefault(app.app_id, app)
        if not app.app_id or other is app or named(other.item) == named(app.item):
            continue
        if not evidence.beside(named(app.item), named(other.item)):
            raise UnknownError(
                f"{named(app.item)} and {named(other.item)} are in two folders, which may not be applied "
                "together."
            )
        renamed = other if name_of(app.item) == app.app_id else app
        yield Seen(
            object=named(app.item),
            seen=f'dapr.io/app-id is "{app.app_id}", as in {named(other.item)}.',
            fix=f"Give {named(renamed.item)} an app-id of its own, or delete one of the two.",
            commands=annotate(evidence, renamed.item, "app-id", _free_app_id(evidence, renamed)),
        )


def _free_app_id(evidence: Evidence, app: App) -> str:
    name = name_of(app.item)
    return f"{name}-{str(app.item['kind']).lower()}" if name in evidence.apps else name


@rule(
    "app-port-wrong", "error", docs=ANNOTATIONS, on=KUBERNETES, each="dapr_apps", on_patches=True,
    why="daprd waits for the app at this port: until it answers no actor and no event arrives.",
)  # fmt: skip
def app_port_wrong(evidence: Evidence, app: App) -> Iterable[Seen]:
    port = str(app.annotations.get("app-port", ""))
    open_ports = [] if evidence.is_patch else [str(each["containerPort"]) for each in ports(app.item)]
    called = bool(app.hosts_actors)
    is_none = bool(port) and not (port.isdigit() and 0 < int(port) < 65536)
    if is_none:
        said = f'dapr.io/app-port is "{port}", which is no port'
    elif port and open_ports and port not in open_ports:
        said = f"dapr.io/app-port is {port}"
    elif not port and called:
        said = "It has no dapr.io/app-port"
    else:
        return
    meant = open_ports[0] if open_ports else ""
    declared = (
        "" if evidence.is_patch else f"; its containers have {', '.join(open_ports) or 'no port declared'}"
    )
    yield Seen(
        object=named(app.item),
        seen=f"{said}{declared}.",
        fix=f"Set dapr.io/app-port to {meant or 'the port it listens on'}"
        + (", or declare the other where it listens there." if port and meant else "."),
        commands=annotate(evidence, app.item, "app-port", meant) if meant else edit(evidence, app.item),
        severity=None if called or is_none else "warning",
    )


@rule(
    "annotation-unknown", "warning", docs=ANNOTATIONS, on=KUBERNETES, each="dapr_apps", on_patches=True,
    why="The injector passes over an annotation that it does not know.",
)  # fmt: skip
def annotation_unknown(evidence: Evidence, app: App) -> Iterable[Seen]:
    for name in app.annotations.keys() - KNOWN:
        meant = get_close_matches(name, KNOWN, 1)
        written: dict[str, str | None] = {f"dapr.io/{name}": None}
        if meant and meant[0] not in app.annotations:
            written |= {f"dapr.io/{meant[0]}": str(app.annotations[name])}
        yield Seen(
            object=named(app.item),
            seen=f"dapr.io/{name} is no annotation of Dapr's.",
            fix=f"Write dapr.io/{meant[0]}." if meant else "Remove it.",
            commands=annotated(evidence, app.item, written),
        )


@rule(
    "annotation-not-text", "error", docs=ANNOTATIONS, on=KUBERNETES, each="workloads", on_patches=True,
    why="Annotations are texts: the API server refuses the whole object for a number or a truth value.",
)  # fmt: skip
def annotation_not_text(evidence: Evidence, item: Json) -> Iterable[Seen]:
    holders = (item, template(item))
    told = {
        name: v for h in holders for name, v in ((h.get("metadata") or {}).get("annotations") or {}).items()
    }
    for name, value in told.items():
        if value is None:
            yield Seen(
                object=named(item),
                seen=f"{name} has no value.",
                why="It is kept as an empty text, or refused with the whole object.",
                fix="Give it one, or take it away.",
                commands=edit(evidence, item),
                severity="warning",
            )
        elif not isinstance(value, str):
            written = str(value).lower() if isinstance(value, bool) else value
            yield Seen(
                object=named(item),
                seen=f"{name} is {written} without quotes.",
                fix=f'Write {name}: "{written}".',
                commands=annotated(evidence, item, {name: str(written)}),
            )


@rule(
    "sidecar-not-asked-for", "error", docs=ANNOTATIONS, on=KUBERNETES, each="workloads", on_patches=True,
    why="The injector reads the annotations of pods: elsewhere, or without enabled, they do nothing.",
)  # fmt: skip
def not_asked_for(evidence: Evidence, item: Json) -> Iterable[Seen]:
    inside = annotation(template(item), "app-id")
    enabled = annotation(template(item), "enabled")
    outside = annotation(item, "app-id") or is_truthy(annotation(item, "enabled"))
    if outside and not inside and not enabled:
        yield Seen(
            object=named(item),
            seen="Dapr's annotations are on the workload, not on spec.template.metadata.",
            fix="Move them to the pod template.",
            commands=moved(evidence, item),
            severity="warning" if evidence.is_patch else None,  # the pods may have them from elsewhere
        )
    elif inside and not is_truthy(enabled) and not evidence.is_patch:
        yield Seen(
            object=named(item),
            seen=f'dapr.io/enabled is "{enabled}".' if enabled else "It has no dapr.io/enabled.",
            fix='Set dapr.io/enabled to "true" on the pod template.',
            commands=annotate(evidence, item, "enabled", "true"),
            severity="warning" if enabled else None,  # somebody turned it off
        )


@rule(
    "selector-does-not-match", "error", on=KUBERNETES, each="workloads",
    docs="https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
    why="The API server refuses a workload whose selector does not match the labels of its own pods.",
)  # fmt: skip
def selector(evidence: Evidence, item: Json) -> Iterable[Seen]:
    wanted = (spec_of(item).get("selector") or {}).get("matchLabels") or {}
    held = labels(item)
    if any(held.get(key) != value for key, value in wanted.items()):
        said = ",".join(f"{key}={value}" for key, value in wanted.items())
        yield Seen(
            object=named(item),
            seen=f"Its selector {said} does not fit the labels of its pods.",
            fix=f"Give the pods these labels: {said}.",
            commands=(in_pods(evidence, item, {"metadata": {"labels": dict(wanted)}}),),
        )


@rule(
    "configuration-missing", "error", docs="operations/configuration/configuration-overview/", on=KUBERNETES,
    each="dapr_apps",
    why="A sidecar whose Configuration is not there does not start.",
)  # fmt: skip
def configuration_missing(evidence: Evidence, app: App) -> Iterable[Seen]:
    wanted = str(app.annotations.get("config") or "")
    there = [name_of(item) for item in evidence.dapr_configurations]
    if not wanted or wanted in there:
        return
    meant = get_close_matches(wanted, there, 1)
    if evidence.origin == "files" and not meant:
        raise UnknownError(f"The Configuration {wanted} of {app.name} is not among the files.")
    yield Seen(
        object=named(app.item),
        seen=f"dapr.io/config is {wanted}; {evidence.namespace} has "
        f"{', '.join(there) or 'no Configuration'}.",
        fix=f"Set dapr.io/config to {meant[0]}."
        if meant
        else "Apply that Configuration here; without the annotation the sidecar takes Dapr's defaults.",
        commands=annotate(evidence, app.item, "config", meant[0] if meant else None),
    )


@rule(
    "app-token-unread", "warning", docs="operations/security/app-api-token/", on=KUBERNETES, each="dapr_apps",
    why="The sidecar sends the token, and an app that is not given it cannot tell its sidecar from others.",
)  # fmt: skip
def app_token(evidence: Evidence, app: App) -> Iterable[Seen]:
    sends = bool(app.annotations.get("app-token-secret"))
    given = {str(e.get("name")) for c in containers(app.item) for e in c.get("env") or ()}
    whole = any(container.get("envFrom") for container in containers(app.item))
    if sends and "APP_API_TOKEN" not in given and not whole:
        yield Seen(
            object=named(app.item),
            seen="It has dapr.io/app-token-secret, and no container has APP_API_TOKEN.",
            fix="Give the app's container APP_API_TOKEN from the key token of that Secret.",
            commands=_given_token(evidence, app),
        )


def _given_token(evidence: Evidence, app: App) -> tuple[str, ...]:
    """The injector reads the key "token" (dapr/dapr, pkg/injector/patcher)."""
    source = {"secretKeyRef": {"name": str(app.annotations["app-token-secret"]), "key": "token"}}
    env = [{"name": "APP_API_TOKEN", "valueFrom": source}]
    return in_container(evidence, app.item, containers(app.item)[0], env=env)


@rule(
    "components-in-config-map", "warning", docs="concepts/dapr-services/operator/", on=KUBERNETES,
    each="dapr_apps",
    why="In Kubernetes daprd asks the operator for Components; what is mounted into the pod it never reads.",
)  # fmt: skip
def in_config_map(evidence: Evidence, app: App) -> Iterable[Seen]:
    declared = bool(evidence.of("Component"))
    for volume, path in mounts.of_components(app.item):
        name = (volume.get("configMap") or {}).get("name", "")
        rest = "" if declared else f"; {evidence.namespace} has no Component at all"
        yield Seen(
            object=named(app.item),
            seen=f"ConfigMap {name} is mounted at {path}{rest}.",
            fix="Apply the Components themselves, and remove the volume.",
            commands=(*mounts.applied(evidence, app.item), *mounts.taken_away(evidence, app.item)),
            severity="warning" if declared or evidence.origin == "files" else "error",
        )


@rule(
    "mtls-off", "warning", docs="operations/security/mtls/", on=KUBERNETES,
    why="Without mTLS whoever reaches placement may claim any namespace, and sidecars talk in the clear.",
)  # fmt: skip
def mtls_off(evidence: Evidence) -> Iterable[Seen]:
    system = evidence.control_plane("Configuration") if evidence.origin == "kubernetes" else ()
    for item in (*system, *evidence.dapr_configurations):
        if (spec_of(item).get("mtls") or {}).get("enabled") is False:
            home = item["metadata"]["namespace"]
            yield Seen(
                object=named(item),
                seen=f"spec.mtls.enabled is false in {home}.",
                fix="Turn it on, and restart Dapr's control plane and every sidecar.",
                commands=_mtls_on(evidence, item, home),
            )


def _mtls_on(evidence: Evidence, item: Json, home: str) -> tuple[str, ...]:
    if evidence.origin != "kubernetes":
        return edit(evidence, item)
    body = '\'{"spec":{"mtls":{"enabled":true}}}\''
    patch = evidence.kubectl(f"patch configurations.dapr.io {name_of(item)} --type merge -p {body}", home)
    parts = ("deployment", "statefulset") if home != evidence.namespace else ()
    restarts = (evidence.kubectl(f"rollout restart {part}", home) for part in parts)
    return (patch, *restarts, *reloaded(evidence))
