"""Mends of Components: entries of their metadata, whole ones on a namespace's Redis, apps that load them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import yaml

from dashboard.model.core import kubernetes as objects
from dashboard.model.core.kubernetes import Component, Json, SecretKey
from dashboard.model.core.manifests import name_of
from dashboard.model.core.redis_pod import is_redis
from dashboard.services.doctor.app import containers, labels, spec_of
from dashboard.services.doctor.evidence import Evidence
from dashboard.services.doctor.mends.workloads import restarted

REDIS_PORT = 6379
PASSWORD = "redisPassword"
Entry = dict[str, Any]


def apply(evidence: Evidence, item: Json, beside: str = "") -> str:
    """The command that declares a whole object: in the cluster, or in a new file beside "Kind/name"."""
    if evidence.origin == "kubernetes":
        body = shlex.quote(json.dumps(item, ensure_ascii=False))
        return f"printf %s {body} | {evidence.kubectl('apply -f -')}"
    folder = evidence.source(beside).rpartition(":")[0].rpartition("/")[0]
    if not folder:
        return ""
    file = f"{folder}/{evidence.namespace}-{name_of(item)}-{str(item['kind']).lower()}.yaml"
    lines = shlex.join(yaml.safe_dump(dict(item), sort_keys=False).splitlines())
    # Never over a file that is there.
    return f"(set -C; printf '%s\\n' {lines} > {shlex.quote(file)})"


def workloads_known(evidence: Evidence) -> bool:
    """Whether workloads and Services may be read: a mend does without them rather than hide a finding."""
    return not any(map(evidence.why_undeclared, ("Deployment", "StatefulSet", "Service")))


def reloaded(evidence: Evidence, scopes: Sequence[str] = ()) -> tuple[str, ...]:
    """The command that lets the apps in these scopes load what was changed: no sidecar does by itself."""
    if not workloads_known(evidence):
        return (evidence.restart(),)
    apps = [app.item for app in evidence.dapr_apps if evidence.in_scope(scopes, app.app_id)]
    return (restarted(evidence, *apps),) if apps else ()


def change(evidence: Evidence, item: Json, patch: Json) -> tuple[str, ...]:
    """A merge patch of a Component or Subscription, and the apps that load it anew."""
    scopes = tuple(map(str, patch.get("scopes") or item.get("scopes") or ()))
    return (evidence.patch(str(item["kind"]), name_of(item), patch), *reloaded(evidence, scopes))


def set_entry(
    evidence: Evidence, found: Component, name: str, value: str | SecretKey | None
) -> tuple[str, ...]:
    """The commands that give one entry of its metadata another value, or take it away.

    Each names the entry alone, so that no other change to the list is undone and no password is shown.
    """
    entries = _entries(evidence, found.name)
    at = [i for i, e in enumerate(entries) if _name(e).lower() == name.lower()]
    wanted = entry(name, value) if value is not None else None
    operations: list[Json] = []
    for number in reversed(at):
        path = f"/spec/metadata/{number}"
        operations.append({"op": "test", "path": f"{path}/name", "value": _name(entries[number])})
        if wanted is not None and number == at[0]:
            operations.append({"op": "replace", "path": path, "value": wanted})
        else:
            operations.append({"op": "remove", "path": path})
    if at:
        patch = evidence.patch("Component", found.name, operations, "json")
    elif wanted is None:
        return ()
    else:
        patch = _added(evidence, found, entries, wanted)
    return (patch, *reloaded(evidence, found.scopes))


def _added(evidence: Evidence, found: Component, entries: Sequence[Any], wanted: Entry) -> str:
    """Where the last entry is another one by now, the command fails: it adds nothing twice."""
    if not entries:
        return evidence.patch("Component", found.name, {"spec": {"metadata": [wanted]}})
    add = {"op": "add", "path": "/spec/metadata/-", "value": wanted}
    last = {"op": "test", "path": "/spec/metadata/-1/name", "value": _name(entries[-1])}
    return evidence.patch("Component", found.name, [last, add], "json")


def rename_entry(evidence: Evidence, item: Json, old: str, new: str) -> tuple[str, ...]:
    """The commands that give an entry of its metadata another name; its value is not shown."""
    names = [_name(each) for each in spec_of(item).get("metadata") or ()]
    path = f"/spec/metadata/{names.index(old)}/name"
    operations = [{"op": "test", "path": path, "value": old}, {"op": "replace", "path": path, "value": new}]
    patch = evidence.patch("Component", name_of(item), operations, "json")
    return (patch, *reloaded(evidence, item.get("scopes") or ()))


def entry(name: str, value: str | SecretKey) -> Entry:
    """An entry of a Component's metadata."""
    if isinstance(value, str):
        return {"name": name, "value": value}
    return {"name": name, "secretKeyRef": {"name": value.name, "key": value.key}}


def _entries(evidence: Evidence, name: str) -> Sequence[Any]:
    item = next(each for each in evidence.declared_components if name_of(each) == name)
    found = spec_of(item).get("metadata") or ()
    return found if isinstance(found, list) else ()


def _name(each: Any) -> str:
    return str(each.get("name", "")) if isinstance(each, Mapping) else ""


def redis_address(evidence: Evidence, like: str = "") -> str:
    """ "host:port" of this namespace's Redis by its Service, where there is one or one is named `like` it."""
    if not workloads_known(evidence):
        return ""
    servers = evidence.redis_workloads
    services = [objects.service(item) for item in evidence.services]
    leading = {s.name: s for s in services if any(objects.selects(s, labels(item)) for item in servers)}
    meant = get_close_matches(like, leading, 1) or list(leading)
    if not meant or (len(leading) > 1 and not get_close_matches(like, leading, 1)):
        return ""
    ports = leading[meant[0]].ports
    return f"{meant[0]}:{REDIS_PORT if REDIS_PORT in ports or not ports else next(iter(ports))}"


def asked_for(item: Json) -> SecretKey | None:
    """Where the password is kept that a workload's Redis is given, None where it is given none."""
    for container in containers(item):
        for each in container.get("env") or () if is_redis(container) else ():
            reference = (each.get("valueFrom") or {}).get("secretKeyRef") or {}
            if "PASS" in str(each.get("name", "")).upper() and reference.get("name"):
                return SecretKey(str(reference["name"]), str(reference.get("key")))
    return None


def on_redis(evidence: Evidence, name: str, kind: str, **values: str) -> Json | None:
    """A Component of this type on the namespace's Redis, None where that is not known.

    Host and password are those of another Component, or of the Redis that runs here.
    """
    address, password = redis_address(evidence), None
    for other in evidence.redis_components:
        host, known = other.metadata.get("redisHost"), other.metadata.get(PASSWORD)
        if isinstance(host, str) and host and other.name != name:
            address, password = host, known if isinstance(known, SecretKey) else None
            break
    else:
        servers = evidence.redis_workloads if address else ()
        password = next(filter(None, map(asked_for, servers)), None)
    if not address:
        return None
    entries = [entry("redisHost", address), *([entry(PASSWORD, password)] if password else [])]
    entries += [entry(key, value) for key, value in values.items()]
    return {
        "apiVersion": "dapr.io/v1alpha1",
        "kind": "Component",
        "metadata": {"name": name, "namespace": evidence.namespace},
        "spec": {"type": kind, "version": "v1", "metadata": entries},
        "auth": {"secretStore": "kubernetes"},
    }
