"""Passwords of Redis: there, kept in a Secret, and the Secret there too. Never shown."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.model.core.kubernetes import Component, SecretKey
from dashboard.services.doctor.evidence import Evidence, UnknownError
from dashboard.services.doctor.rule import KUBERNETES, Seen, rule

SECRETS = "operations/components/component-secrets/"
KEYLESS = ("useEntraID", "useIAM", "useAWSIAM")
CREATE = 'create secret generic redis --from-literal=redis-password="$(openssl rand -base64 24)"'


def _redis(evidence: Evidence) -> list[Component]:
    return [c for c in evidence.components if c.type.endswith(".redis") and "redisHost" in c.metadata]


def _keyless(found: Component) -> bool:
    return any(str(found.metadata.get(name, "")).lower() == "true" for name in KEYLESS)


@rule(
    "redis-password-missing", "warning", docs=SECRETS,
    why="Whoever reaches a Redis without a password reads and writes every actor's state.",
)  # fmt: skip
def missing(evidence: Evidence) -> Iterable[Seen]:
    for found in _redis(evidence):
        value = found.metadata.get("redisPassword")
        if value or _keyless(found):
            continue
        yield Seen(
            object=f"Component/{found.name}",
            seen="It has no redisPassword." if value is None else 'redisPassword is "".',
            fix="Give Redis a password, keep it in a Secret, and name that by secretKeyRef.",
            command=evidence.kubectl(CREATE) or evidence.edit("Component", found.name),
        )


@rule(
    "redis-password-plain", "warning", docs=SECRETS, on=KUBERNETES,
    why="A password in a Component is readable by all who may read Components, and ends up in git.",
)  # fmt: skip
def plain(evidence: Evidence) -> Iterable[Seen]:
    for found in _redis(evidence):
        value = found.metadata.get("redisPassword")
        if isinstance(value, str) and value:
            yield Seen(
                object=f"Component/{found.name}",
                seen=f"redisPassword is a text of {len(value)} characters.",
                fix="Keep it in a Secret, name that by secretKeyRef, and change the password.",
                command=evidence.kubectl(CREATE),
            )


@rule(
    "secret-missing", "error", docs=SECRETS, on=KUBERNETES,
    why="Without the Secret the Component is not loaded; without the key its value is empty.",
)  # fmt: skip
def dead_reference(evidence: Evidence) -> Iterable[Seen]:
    held = {item["metadata"]["name"]: item.get("data") or {} for item in _secrets(evidence)}
    for item, found in zip(evidence.of("Component"), evidence.components, strict=True):
        if ((item.get("auth") or {}).get("secretStore") or "kubernetes") != "kubernetes":
            continue
        for name, value in found.metadata.items():
            if isinstance(value, SecretKey):
                problem = _problem(evidence, value, held)
                if problem:
                    yield Seen(
                        object=f"Component/{found.name}",
                        seen=f"{name} names key {value.key} of Secret {value.name}: {problem}.",
                        fix="Create the Secret with that key, or name another.",
                        command=evidence.kubectl(f"get secret {value.name} -o jsonpath='{{.data}}'"),
                    )


def _secrets(evidence: Evidence) -> Iterable[dict[str, dict[str, str]]]:
    """Secrets as they are told, or as a folder declares them: in `data` or `stringData`."""
    for item in evidence.of("Secret"):
        yield {
            "metadata": item["metadata"],
            "data": {**(item.get("data") or {}), **(item.get("stringData") or {})},
        }


def _problem(evidence: Evidence, wanted: SecretKey, held: dict[str, dict[str, str]]) -> str:
    unread = evidence.manifests.unread.get(f"{evidence.namespace}/Secret/{wanted.name}")
    if unread:
        raise UnknownError(unread)
    if wanted.name not in held:
        if evidence.origin == "files":
            raise UnknownError(f"Secret {wanted.name} is not among the files, as it should be.")
        return "there is no such Secret"
    if wanted.key not in held[wanted.name]:
        return f"it has only {', '.join(held[wanted.name]) or 'no key'}"
    return "" if held[wanted.name][wanted.key] else "it is empty"
