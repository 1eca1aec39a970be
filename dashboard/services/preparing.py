"""Prepare namespaces of a Kubernetes cluster for `kubectl apply`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

from dashboard.model.errors import Rejected
from dashboard.model.names import is_namespace


def prepare(namespaces: Sequence[str], context: str | None) -> Iterator[str]:
    """Yield a sentence per step; raises `GatewayError`."""
    # The Kubernetes client takes a second to import, which no other command should pay for.
    from dashboard.gateways.clusters.kubernetes import secrets
    from dashboard.gateways.clusters.kubernetes.api import Api

    wrong = [name for name in namespaces if not is_namespace(name)]
    if wrong:
        raise Rejected(f"{wrong[0]!r} cannot be a namespace: lower-case letters, digits and dashes.")
    with closing(Api(context)) as api:
        for name in namespaces:
            yield from secrets.prepare(api, name)
