"""Whether the agent's own way to its store is open: what we may read, its sidecar may not."""

from __future__ import annotations

from dashboard.gateways.connections import Connections
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.errors import Rejected, Unreachable

_PASSWORDS = ("WRONGPASS", "NOAUTH", "invalid password")


def refusal(connections: Connections, endpoint: Endpoint) -> str:
    """Why a sidecar cannot read the state stores that it has loaded, "" where it reads each. Writes nothing.

    Raises `GatewayError` where that cannot be told.
    """
    sidecar = connections.publisher(endpoint)
    loaded = [
        component.name for component in sidecar.metadata().components if component.type.startswith("state.")
    ]
    for name in loaded:
        try:
            sidecar.read_state(name)
        except (Unreachable, Rejected) as error:
            return f"The sidecar cannot read {name}: {error.what}"
    return ""


def advice(refused: str) -> str:
    """What to do about a refusal."""
    if any(word in refused for word in _PASSWORDS):
        return "A sidecar keeps the password of its start. Where the store's was changed, restart the agent."
    return "Every turn fails until it can. Read the sidecar's log."
