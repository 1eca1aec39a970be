"""Mends of Redis as it is declared: its password, what it is told to keep, and a claim for its data."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from dashboard.model.core import kubernetes as objects
from dashboard.model.core.kubernetes import Component, Json, SecretKey
from dashboard.model.core.manifests import name_of
from dashboard.model.core.redis_pod import DATA, is_redis, mounted_maps
from dashboard.services.doctor.app import containers, labels, runs_redis, spec_of, template
from dashboard.services.doctor.evidence import Evidence, named
from dashboard.services.doctor.mends.components import PASSWORD, apply, asked_for, set_entry, workloads_known
from dashboard.services.doctor.mends.workloads import edit, in_container, in_pods, restarted
from dashboard.services.doctor.unknown import UnknownError

SECRET = SecretKey("redis", "redis-password")
GENERATED = "$(head -c 24 /dev/urandom | base64)"
DEFAULT_CLASS = (
    '{range .items[?(@.metadata.annotations.storageclass\\.kubernetes\\.io/is-default-class=="true")]}'
    "{.metadata.name}{end}"
)


def kept(evidence: Evidence, key: SecretKey, value: str) -> str:
    """The command that keeps a value (in the shell's words) in a Secret, where its key holds none yet."""
    name = shlex.quote(key.name)
    look = f'go-template={{{{if .data}}}}{{{{if index .data "{key.key}"}}}}set{{{{end}}}}{{{{end}}}}'
    there = evidence.kubectl(f"get secret {name} --ignore-not-found -o {shlex.quote(look)}")
    literal = f'--from-literal={shlex.quote(key.key)}="{value}"'
    made = evidence.kubectl(f"create secret generic {name} {literal} --dry-run=client -o yaml")
    put = evidence.kubectl("apply --server-side --force-conflicts -f -")
    return f"{there} | grep -q set || {made} | {put}" if there else ""


def asked_of_the_reader(key: SecretKey) -> str:
    """A value that nobody but the reader knows, as the shell's word: where it is not set the command ends."""
    return f"${{VALUE:?the value of {key.key}}}"


def server(evidence: Evidence, host: str) -> Json | None:
    """The workload whose Redis answers at a host name of this namespace, None where none does."""
    name, _, rest = host.partition(".")
    if not workloads_known(evidence) or (rest and rest.partition(".")[0] != evidence.namespace):
        return None
    meant = [objects.service(item) for item in evidence.services if name_of(item) == name]
    return next(
        (
            item
            for item in evidence.redis_workloads
            if any(objects.selects(service, labels(item)) for service in meant)
        ),
        None,
    )


def guarded(evidence: Evidence, found: Component, host: str, key: SecretKey | None = None) -> tuple[str, ...]:
    """A password in a Secret (`key` if one is named), a Redis that asks for it, a Component that names it."""
    item = server(evidence, host)
    if evidence.origin != "kubernetes":
        return (evidence.edit("Component", found.name),)
    if item is None:
        wanted = key or SECRET
        secret = kept(evidence, wanted, asked_of_the_reader(wanted))
        return _in_turn(secret, set_entry(evidence, found, PASSWORD, wanted))
    asked = asked_for(item)
    if asked is not None:
        return (*renewed(evidence, item, asked), *set_entry(evidence, found, PASSWORD, asked))
    wanted = key or SECRET
    named_ = set_entry(evidence, found, PASSWORD, wanted)
    return _in_turn(kept(evidence, wanted, GENERATED), (*_asks(evidence, item, wanted), *named_))


def _in_turn(first: str, others: Sequence[str]) -> tuple[str, ...]:
    """Nothing names a Secret that could not be made."""
    return (f"{first} && {others[0]}", *others[1:])


def starts_anew(evidence: Evidence, item: Json) -> str:
    """What a change of Redis' pods costs, as a sentence behind others; "" where its data outlives them."""
    volumes = template(item)["spec"].get("volumes") or ()
    claimed = {str(v.get("name")) for v in volumes if v.get("persistentVolumeClaim")}
    claimed |= {name_of(claim) for claim in spec_of(item).get("volumeClaimTemplates") or ()}
    mounts = (mount for c in containers(item) for mount in c.get("volumeMounts") or ())
    lasts = any(mount.get("name") in claimed for mount in mounts)
    running = evidence.origin == "kubernetes" and runs_redis(item)
    return "" if lasts or not running else " Redis starts anew by it, and empty."


def moved_to_secret(evidence: Evidence, found: Component, host: str) -> tuple[str, ...]:
    """A password from a Component into a Secret, unseen; where Redis takes its own from one, that one."""
    item = server(evidence, host)
    if evidence.origin != "kubernetes":
        return (evidence.edit("Component", found.name),)
    asked = asked_for(item) if item else None
    if item is not None and asked is not None:
        return (*renewed(evidence, item, asked), *set_entry(evidence, found, PASSWORD, asked))
    key = SecretKey(f"{found.name}-password", SECRET.key)
    (written,) = (name for name in found.metadata if name.lower() == PASSWORD.lower())
    path = shlex.quote(f'jsonpath={{.spec.metadata[?(@.name=="{written}")].value}}')
    value = evidence.kubectl(f"get components.dapr.io {shlex.quote(found.name)} -o {path}")
    return _in_turn(kept(evidence, key, f"$({value})"), set_entry(evidence, found, PASSWORD, key))


def renewed(evidence: Evidence, item: Json, key: SecretKey) -> tuple[str, ...]:
    """A password for a Redis that is given one from a Secret, where that holds none."""
    held = next((s.get("data") or {} for s in evidence.of("Secret") if name_of(s) == key.name), None)
    if held is not None and held.get(key.key):
        return ()
    return (kept(evidence, key, GENERATED), restarted(evidence, item))


def _asks(evidence: Evidence, item: Json, key: SecretKey) -> tuple[str, ...]:
    """The command by which a workload's Redis asks for a Secret's password."""
    container = next(filter(is_redis, containers(item)))
    if _is_script(container):
        return edit(evidence, item)
    source = {"secretKeyRef": {"name": key.name, "key": key.key}}
    words = [*map(str, container.get("args") or ())]
    if "--requirepass" in words:
        at = words.index("--requirepass")
        del words[at : at + 2]
    words += ["--requirepass", "$(REDIS_PASSWORD)"]
    return in_container(
        evidence, item, container, env=[{"name": "REDIS_PASSWORD", "valueFrom": source}], args=words
    )


def _is_script(container: Json) -> bool:
    """Whether a shell starts it: arguments are then not Redis' own."""
    first = str(([*(container.get("command") or ()), *(container.get("args") or ())] or [""])[0])
    return first.rpartition("/")[2] in {"sh", "bash", "ash"}


def told(evidence: Evidence, item: Json, name: str, value: str) -> tuple[str, ...]:
    """The command by which a workload's Redis is told another value of a setting, wherever that stands."""
    commands: list[str] = []
    for container in filter(is_redis, containers(item)):
        change = {
            place: new
            for place in ("command", "args")
            if (new := _reworded(list(map(str, container.get(place) or ())), name, value))
            != list(map(str, container.get(place) or ()))
        }
        commands += in_container(evidence, item, container, **change) if change else ()
    # Its arguments come last and count: what the file says is then of no matter (redis.conf, "INCLUDES").
    return tuple(commands) or _in_maps(evidence, item, name, value) or edit(evidence, item)


def _reworded(words: Sequence[str], name: str, value: str) -> list[str]:
    """Words of a command line in which "--name" has another value, in a word of its own or in a script."""
    found = [_line(name, rf"--{name}").sub(rf"\g<1>{value}", word) for word in words]
    for at, word in enumerate(found[:-1]):
        if word.lower() == f"--{name}":
            found[at + 1] = value
    return found


def _line(name: str, start: str) -> re.Pattern[str]:
    return re.compile(rf"(?im)({start}[ \t]+\"?)[^\s\"]+")


def config_maps(evidence: Evidence, item: Json) -> tuple[Json, ...]:
    """Those that a workload's pods mount; raises `UnknownError` where one is there and could not be read."""
    mounted = mounted_maps(template(item)["spec"])
    for name in sorted(mounted):
        reason = evidence.manifests.unread.get(f"{evidence.namespace}/ConfigMap/{name}")
        if reason:
            raise UnknownError(reason)
    return tuple(found for found in evidence.of("ConfigMap") if name_of(found) in mounted)


def _in_maps(evidence: Evidence, item: Json, name: str, value: str) -> tuple[str, ...]:
    """The same in the ConfigMaps that it mounts, and a Redis that reads them anew."""
    commands: list[str] = []
    for config_map in config_maps(evidence, item):
        held = {key: str(text) for key, text in (config_map.get("data") or {}).items()}
        new = {key: _line(name, rf"^\s*{name}").sub(rf"\g<1>{value}", text) for key, text in held.items()}
        change = {key: text for key, text in new.items() if text != held[key]}
        if change:
            commands.append(evidence.patch("ConfigMap", name_of(config_map), {"data": change}))
    return (*commands, restarted(evidence, item)) if commands else ()


def on_claim(evidence: Evidence, item: Json, volume: str = "") -> tuple[str, ...]:
    """A claim, and a Redis that keeps its data on it; `volume` where it has one for them already.

    Without a default StorageClass the claim would wait, and Redis with it: the cluster is asked first.
    """
    if evidence.origin != "kubernetes":
        return edit(evidence, item)
    claim = f"{name_of(item)}-data"
    container = next(filter(is_redis, containers(item)))
    name = volume or "data"
    taken = {str(each.get("name")) for each in template(item)["spec"].get("volumes") or ()}
    while not volume and name in taken:
        name = f"{name}-redis"
    held = {"name": name, "emptyDir": None, "persistentVolumeClaim": {"claimName": claim}}
    mount = {"name": name, "mountPath": DATA}
    inside = {"name": container.get("name"), "workingDir": DATA} | (
        {} if volume else {"volumeMounts": [mount]}
    )
    moved = in_pods(evidence, item, {"spec": {"volumes": [held], "containers": [inside]}})
    one_at_a_time = {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}}
    alone = (
        [evidence.patch("Deployment", name_of(item), one_at_a_time)] if item["kind"] == "Deployment" else []
    )
    classes = evidence.kubectl(f"get storageclass -o jsonpath={shlex.quote(DEFAULT_CLASS)}")
    steps = " && ".join((apply(evidence, _claim(evidence, claim), named(item)), *alone, moved))
    return (f"{classes} | grep -q . && {steps}",)


def _claim(evidence: Evidence, name: str) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": evidence.namespace},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
