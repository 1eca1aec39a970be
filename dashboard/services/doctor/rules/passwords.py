"""Passwords of Redis and Secrets: there, kept in a Secret, and the Secret there too. Never shown."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dashboard.model.core.dapr import is_truthy
from dashboard.model.core.kubernetes import Component, Json, SecretKey
from dashboard.model.core.manifests import name_of
from dashboard.model.core.redis_pod import is_redis
from dashboard.services.doctor.app import containers, template
from dashboard.services.doctor.evidence import Evidence, UnknownError, named
from dashboard.services.doctor.rule import KUBERNETES, Seen, rule
from dashboard.services.doctor.rules.services import LOOPBACK, redis_host

SECRETS = "operations/components/component-secrets/"
STORES = "reference/components-reference/supported-secret-stores/"
KEYLESS = ("useEntraID", "useIAM", "useAWSIAM")
SECRET, KEY = "redis", "redis-password"
REFERENCE = {"name": "redisPassword", "secretKeyRef": {"name": SECRET, "key": KEY}}


def _keyless(found: Component) -> bool:
    return any(is_truthy(found.metadata.get(name, "")) for name in KEYLESS)


@rule(
    "redis-password-missing", "warning", docs=SECRETS, each="redis_components",
    why="Whoever reaches a Redis without a password reads and writes every actor's state.",
)  # fmt: skip
def missing(evidence: Evidence, found: Component) -> Iterable[Seen]:
    value = found.metadata.get("redisPassword")
    host, _ = redis_host(found)
    if value or _keyless(found) or not found.metadata.get("redisHost"):
        return
    if evidence.origin == "files" and host in LOOPBACK:  # one on this machine, as `dapr init` makes it
        return
    yield Seen(
        object=f"Component/{found.name}",
        seen="It has no redisPassword." if value is None else 'redisPassword is "".',
        fix="Give Redis a password, keep it in a Secret, and name that by secretKeyRef.",
        commands=_guarded(evidence, found),
    )


def _guarded(evidence: Evidence, found: Component) -> tuple[str, ...]:
    """A Secret, Redis that asks for it, the Component that names it, and pods that read both anew."""
    if evidence.origin != "kubernetes":
        return (evidence.edit("Component", found.name),)
    get = evidence.kubectl(f"get secret {SECRET} -o name")
    create = evidence.kubectl(
        f'create secret generic {SECRET} --from-literal={KEY}="$(openssl rand -base64 24)"'
    )
    host = redis_host(found)[0].partition(".")[0]
    redis = [item for item in evidence.redis_workloads if name_of(item) in host or host in name_of(item)]
    servers = [_asks(evidence, item) for item in redis or evidence.redis_workloads[:1]]
    return (f"{get} || {create}", *servers, _names(evidence, found), evidence.restart())


def _asks(evidence: Evidence, item: Json) -> str:
    """The command by which the Redis of a workload asks for the Secret's password."""
    (container,) = [c for c in containers(item) if is_redis(c)][:1]
    password = {"name": "REDIS_PASSWORD", "valueFrom": {"secretKeyRef": {"name": SECRET, "key": KEY}}}
    args = [*map(str, container.get("args") or ()), "--requirepass", "$(REDIS_PASSWORD)"]
    pod = {"containers": [{"name": container.get("name"), "env": [password], "args": args}]}
    body = shlex.quote(json.dumps({"spec": {"template": {"spec": pod}}}))
    return evidence.kubectl(f"patch {str(item['kind']).lower()} {name_of(item)} -p {body}")


def _names(evidence: Evidence, found: Component) -> str:
    entries: list[dict[str, Any]] = [
        {"name": name, "value": value}
        if isinstance(value, str)
        else {"name": name, "secretKeyRef": {"name": value.name, "key": value.key}}
        for name, value in found.metadata.items()
        if name.lower() != "redispassword"
    ]
    return evidence.patch("Component", found.name, {"spec": {"metadata": [*entries, REFERENCE]}})


@rule(
    "redis-password-plain", "warning", docs=SECRETS, on=KUBERNETES, each="redis_components",
    why="A password in a Component is readable by all who may read Components, and ends up in git.",
)  # fmt: skip
def plain(evidence: Evidence, found: Component) -> Iterable[Seen]:
    value = found.metadata.get("redisPassword")
    if isinstance(value, str) and value:
        yield Seen(
            object=f"Component/{found.name}",
            seen=f"redisPassword is a text of {len(value)} characters.",
            fix="Keep it in a Secret, name that by secretKeyRef, and change the password.",
            commands=_guarded(evidence, found),
        )


@rule(
    "secret-missing", "error", docs=SECRETS, on=KUBERNETES, each="declared_components",
    why="Without the Secret the Component is not loaded; without the key its value is empty.",
)  # fmt: skip
def dead_reference(evidence: Evidence, item: Json) -> Iterable[Seen]:
    if _secret_store(item) != "kubernetes":
        return
    unknown: list[str] = []
    for name, wanted in _references(item):
        try:
            problem = _problem(evidence, wanted)
        except UnknownError as error:
            unknown.append(str(error))
            continue
        if problem:
            yield _dead(evidence, named(item), f"{name} names", wanted, problem)
    if unknown:
        raise UnknownError("; ".join(dict.fromkeys(unknown)))


@rule(
    "workload-secret-missing", "error", on=KUBERNETES, each="workloads",
    docs="https://kubernetes.io/docs/concepts/configuration/secret/",
    why="A container that is given a Secret which is not there does not start.",
)  # fmt: skip
def workload_secret(evidence: Evidence, item: Json) -> Iterable[Seen]:
    unknown: list[str] = []
    for name, wanted in _environment(item):
        try:
            problem = _problem(evidence, wanted, not_asked=True)
        except UnknownError as error:
            unknown.append(str(error))
            continue
        if problem:
            yield _dead(evidence, named(item), f"{name} is from", wanted, problem)
    if unknown:
        raise UnknownError("; ".join(dict.fromkeys(unknown)))


def _dead(evidence: Evidence, about: str, name: str, wanted: SecretKey, problem: str) -> Seen:
    create = evidence.kubectl(
        f'create secret generic {wanted.name} --from-literal={wanted.key}="$VALUE" --dry-run=client -o yaml'
    )
    return Seen(
        object=about,
        seen=f"{name} key {wanted.key} of Secret {wanted.name}: {problem}.",
        fix="Create the Secret with that key (its value in $VALUE), or name another.",
        commands=(f"{create} | {evidence.kubectl('apply -f -')}",) if create else (),
    )


@rule(
    "secret-store-missing", "warning", docs=STORES, each="declared_components",
    why="A Component whose secret store is not loaded gets no secret, and is not loaded itself.",
)  # fmt: skip
def store_missing(evidence: Evidence, item: Json) -> Iterable[Seen]:
    wanted = _secret_store(item)
    there = [c.name for c in evidence.components if c.type.startswith("secretstores.")]
    if wanted == "kubernetes" or wanted in there or not list(_references(item)):
        return
    yield Seen(
        object=named(item),
        seen=f"auth.secretStore is {wanted}; {evidence.namespace} has {', '.join(there) or 'none'}.",
        fix=f"Declare a Component {wanted} of type secretstores.*, or leave auth.secretStore out for "
        "Kubernetes' own.",
        commands=(evidence.patch("Component", name_of(item), {"auth": None}),),
        severity="error" if evidence.origin == "kubernetes" else None,
    )


def _secret_store(item: Json) -> str:
    return str((item.get("auth") or {}).get("secretStore") or "kubernetes")


def _references(item: Json) -> Iterator[tuple[str, SecretKey]]:
    for entry in (item.get("spec") or {}).get("metadata") or ():
        reference = entry.get("secretKeyRef") if isinstance(entry, Mapping) else None
        if isinstance(reference, Mapping) and reference.get("name"):
            wanted = SecretKey(str(reference["name"]), str(reference.get("key") or reference["name"]))
            yield str(entry.get("name", "")), wanted


def _environment(item: Json) -> Iterator[tuple[str, SecretKey]]:
    """What containers are given from Secrets that must be there."""
    every = [*(template(item)["spec"].get("initContainers") or ()), *containers(item)]
    for container in every:
        for entry in container.get("env") or ():
            reference = (entry.get("valueFrom") or {}).get("secretKeyRef") or {}
            if reference.get("name") and not reference.get("optional"):
                yield str(entry.get("name")), SecretKey(str(reference["name"]), str(reference.get("key")))


def _problem(evidence: Evidence, wanted: SecretKey, *, not_asked: bool = False) -> str:
    unread = evidence.manifests.unread.get(f"{evidence.namespace}/Secret/{wanted.name}")
    if unread:
        raise UnknownError(unread)
    held = _held(evidence, wanted.name)
    if held is None:
        if evidence.origin == "files":
            raise UnknownError(f"Secret {wanted.name} is not among the files, as it should be.")
        return "" if not_asked else "there is no such Secret"
    if wanted.key not in held:
        return f"it has only {', '.join(held) or 'no key'}"
    if held[wanted.key] or not_asked:  # a container starts with an empty value as well
        return ""
    if evidence.origin == "files":
        raise UnknownError(f"The key {wanted.key} of Secret {wanted.name} is empty here.")
    return "it is empty"


def _held(evidence: Evidence, name: str) -> Mapping[str, str] | None:
    """A Secret's keys as they are told, or as a folder declares them: in `data` or `stringData`."""
    for item in evidence.of("Secret"):
        if name_of(item) == name:
            return {**(item.get("data") or {}), **(item.get("stringData") or {})}
    return None
