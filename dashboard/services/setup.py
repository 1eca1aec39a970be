"""Prepare namespaces of a Kubernetes cluster for `kubectl apply`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing

from dashboard.model.core.errors import Rejected
from dashboard.model.core.names import is_namespace
from dashboard.services.access.audit import AuditEntry, AuditLog
from dashboard.services.access.write_policy import WritePolicy
from dashboard.services.core.settings import Settings


def prepare(settings: Settings, policy: WritePolicy, namespaces: Sequence[str]) -> Iterator[str]:
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
        for name in namespaces:
            entry = AuditEntry(
                at=time.time(),
                who=policy.person.who,
                namespace=name,
                action="k8s init",
                actor_id="",
                text="",
                cluster=cluster,
            )
            with audit.recording(entry):
                policy.check(name, protected=False)
                steps = tuple(secrets.prepare(api, name))
            yield from steps
