"""Passwords of Redis and Secrets: there, kept in a Secret, and the Secret there too. Never shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dashboard.model.core.dapr import is_truthy
from dashboard.model.core.kubernetes import Component, Json, SecretKey, component
from dashboard.model.core.manifests import name_of
from dashboard.services.doctor.app import annotation, containers, template
from dashboard.services.doctor.evidence import Evidence, named
from dashboard.services.doctor.mends.components import PASSWORD, asked_for, change, reloaded, workloads_known
from dashboard.services.doctor.mends.redis import (
    GENERATED,
    asked_of_the_reader,
    guarded,
    kept,
    moved_to_secret,
    renewed,
    server,
    starts_anew,
)
from dashboard.services.doctor.rule import KUBERNETES, Seen, rule
from dashboard.services.doctor.rules.services import LOOPBACK, redis_host
from dashboard.services.doctor.unknown import UnknownError

SECRETS = "operations/components/component-secrets/"
STORES = "reference/components-reference/supported-secret-stores/"
KEYLESS = ("useEntraID", "useIAM", "useAWSIAM")


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
        fix="Give Redis a password, keep it in a Secret, and name that by secretKeyRef."
        + _cost(evidence, found),
        commands=guarded(evidence, found, redis_host(found)[0]),
    )


def _cost(evidence: Evidence, found: Component) -> str:
    item = server(evidence, redis_host(found)[0]) if evidence.origin == "kubernetes" else None
    return starts_anew(evidence, item) if item and not asked_for(item) else ""


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
            commands=moved_to_secret(evidence, found, redis_host(found)[0]),
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
            commands = _component_secret(evidence, item, name, wanted)
            yield _dead(named(item), f"{name} names", wanted, problem, commands)
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
            commands = _workload_secret(evidence, item, name, wanted)
            yield _dead(named(item), f"{name} is from", wanted, problem, commands)
    if unknown:
        raise UnknownError("; ".join(dict.fromkeys(unknown)))


def _dead(about: str, name: str, wanted: SecretKey, problem: str, commands: tuple[str, ...]) -> Seen:
    asked = any("${VALUE" in command for command in commands)
    return Seen(
        object=about,
        seen=f"{name} key {wanted.key} of Secret {wanted.name}: {problem}.",
        fix="Create the Secret with that key, or name another."
        + (" Its value, which you know alone, is read from $VALUE." if asked else ""),
        commands=commands,
    )


def _component_secret(evidence: Evidence, item: Json, name: str, wanted: SecretKey) -> tuple[str, ...]:
    """A password for the Redis that runs here, else a value that only the reader knows."""
    found = component(item)
    host = redis_host(found)[0]
    ours = found.type.endswith(".redis") and name.lower() == PASSWORD.lower()
    if evidence.origin != "kubernetes":
        return (evidence.edit("Secret", wanted.name),)
    servers = evidence.redis_workloads if workloads_known(evidence) else ()
    own = next((each for each in servers if asked_for(each) == wanted), None)
    if own:  # whatever the Component calls its host
        return (*renewed(evidence, own, wanted), *reloaded(evidence, found.scopes))
    if ours and server(evidence, host):
        return guarded(evidence, found, host, wanted)
    return (kept(evidence, wanted, asked_of_the_reader(wanted)), *reloaded(evidence, found.scopes))


def _workload_secret(evidence: Evidence, item: Json, name: str, wanted: SecretKey) -> tuple[str, ...]:
    """Redis' own password, and a token that sidecar and app share, may be any; others the reader knows."""
    if evidence.origin != "kubernetes":
        return (evidence.edit("Secret", wanted.name),)
    token = annotation(template(item), "app-token-secret")
    made = wanted == asked_for(item) or (name == "APP_API_TOKEN" and wanted == SecretKey(token, "token"))
    value = GENERATED if made else asked_of_the_reader(wanted)
    restart = evidence.kubectl(f"rollout restart {str(item['kind']).lower()}/{name_of(item)}")
    return kept(evidence, wanted, value), restart


@rule(
    "secret-store-missing", "warning", docs=STORES, each="declared_components",
    why="A Component whose secret store is not loaded gets no secret, and is not loaded itself.",
)  # fmt: skip
def store_missing(evidence: Evidence, item: Json) -> Iterable[Seen]:
    wanted = _secret_store(item)
    there = [c.name for c in evidence.components if c.type.startswith("secretstores.")]
    if wanted == "kubernetes" or wanted in there or not list(_references(item)):
        return
    if wanted in evidence.vaults:
        raise UnknownError(f"The secret store {wanted} is in another folder, which may be applied as well.")
    yield Seen(
        object=named(item),
        seen=f"auth.secretStore is {wanted}; {evidence.namespace} has {', '.join(there) or 'none'}.",
        fix=f"Declare a Component {wanted} of type secretstores.*, or leave auth.secretStore out for "
        "Kubernetes' own.",
        commands=change(evidence, item, {"auth": None}),
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
