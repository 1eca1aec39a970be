"""Whether the agent's own way to its store is open: what we may read, its sidecar may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.gateways.connections import Connections
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.errors import Rejected, Unreachable

if TYPE_CHECKING:
    from dashboard.gateways.sidecar import SidecarGateway

_PASSWORDS = ("WRONGPASS", "NOAUTH", "invalid password")


def refusal(connections: Connections, endpoint: Endpoint) -> str:
    """Why a replica's sidecar cannot read its actors' store, "" where each can. Writes nothing.

    A replica that does not answer is no refusal. Raises `GatewayError` where none can be asked.
    """
    if endpoint.publish_url not in endpoint.replicas:  # of the others no more than the metadata is reached
        return _refusal(connections.publisher(endpoint))
    answered, silence = False, Unreachable("No replica's sidecar answers.")
    for url in endpoint.replicas:
        try:
            why = _refusal(connections.sidecar(endpoint, url))
        except (Unreachable, Rejected) as error:
            silence = Unreachable(error.what)
            continue
        if why:
            return why
        answered = True
    if not answered:
        raise silence
    return ""


def _refusal(sidecar: SidecarGateway) -> str:
    """Why it reads none of the stores that may be its actors', "" where it does or that is not known."""
    why = ""
    for name in sidecar.metadata().actor_stores:
        try:
            sidecar.read_state(name)
        except Unreachable as error:
            cause = error.what.partition(f"from state store {name}: ")[2] or error.what
            why = why or f"The sidecar cannot read {name}: {cause}"
        else:
            return ""
    return why


def advice(refused: str) -> str:
    """What to do about a refusal."""
    if any(word in refused for word in _PASSWORDS):
        return "A sidecar keeps the password of its start. Where the store's was changed, restart the agent."
    return "Every turn fails until that ends. Read the sidecar's log."
