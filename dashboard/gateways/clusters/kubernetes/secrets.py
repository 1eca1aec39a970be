"""Makes what a namespace needs and git must not hold: its passwords."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from dashboard.gateways.clusters.kubernetes.api import Api
from dashboard.model.core.kubernetes import SecretKey

# The names that k8s/base refers to.
WANTED = (SecretKey("redis", "redis-password"), SecretKey("chat-agent-token", "token"))
_PART_OF = {"app.kubernetes.io/part-of": "daca-ops"}


def prepare(api: Api, namespace: str) -> Iterator[str]:
    """Yield a sentence per step. Nothing that is there is changed, so it is safe to run twice."""
    made = api.create("/api/v1/namespaces", _object("Namespace", namespace))
    yield f"namespace {namespace}: {_done(made)}"
    for wanted in WANTED:
        body = {
            **_object("Secret", wanted.name),
            "stringData": {wanted.key: secrets.token_urlsafe(24)},
        }
        made = api.create(f"/api/v1/namespaces/{namespace}/secrets", body)
        yield f"secret {namespace}/{wanted.name} with a random {wanted.key}: {_done(made)}"


def _object(kind: str, name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "labels": _PART_OF}}


def _done(made: bool) -> str:
    return "created" if made else "there already, left as it is"
