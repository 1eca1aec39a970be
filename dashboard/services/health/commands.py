"""The commands that ask each part of a namespace how it is."""

from __future__ import annotations

import shlex

from dashboard.model.core.endpoints import Endpoint
from dashboard.services.core.commands import curl, metadata, redis_cli


def parts(endpoint: Endpoint) -> dict[str, str]:
    """For each part of a namespace the line that asks it how it is."""
    pods = shlex.join((*endpoint.kubectl, "get", "pods", "-o", "wide")) if endpoint.kubectl else ""
    return {
        "agent": curl(endpoint, endpoint.agent_url, "/readyz"),
        "sidecar": metadata(endpoint),
        "store": redis_cli(endpoint, "PING"),
        "pods": pods,
    }
