"""Prepare namespaces of a Kubernetes cluster for `kubectl apply`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial

from dashboard.model.errors import Rejected
from dashboard.model.names import is_namespace
from dashboard.services.audit import AuditLog, Entry
from dashboard.services.guard import Guard
from dashboard.services.settings import Settings


def prepare(settings: Settings, guard: Guard, namespaces: Sequence[str]) -> Iterator[str]:
    """Yield a sentence per step, and leave a line per namespace in the audit log; raises `GatewayError`."""
    # The Kubernetes client takes a second to import, which no other command should pay for.
    from dashboard.gateways.clusters.kubernetes import secrets
    from dashboard.gateways.clusters.kubernetes.api import Api

    wrong = [name for name in namespaces if not is_namespace(name)]
    if wrong:
        raise Rejected(f"{wrong[0]!r} cannot be a namespace: lower-case letters, digits and dashes.")
    audit = AuditLog(settings.audit_file)
    cluster = f"kubernetes {settings.context or ''}".strip()
    with closing(Api(settings.context)) as api:

        def create(name: str) -> tuple[str, ...]:
            guard.may_write(name, protected=False)
            return tuple(secrets.prepare(api, name))

        for name in namespaces:
            entry = Entry(time.time(), guard.person.who, name, "k8s init", "", "", cluster=cluster)
            yield from audit.record(entry, partial(create, name))
