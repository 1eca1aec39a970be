"""Whether the agent's own way to its store is open: what we may read, its sidecar may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.model.core.errors import Rejected, Unreachable
from dashboard.services.core.asked_sidecars import AskedSidecars

if TYPE_CHECKING:
    from dashboard.gateways.sidecar import SidecarGateway
    from dashboard.model.core.sidecar import SidecarMetadata

_PASSWORDS = ("WRONGPASS", "NOAUTH", "invalid password")


def refusal(asked: AskedSidecars) -> str:
    """Why a replica's sidecar cannot read its actors' store, "" where each can. Writes nothing.

    A replica that does not answer is no refusal. Raises `GatewayError` where none can be asked.
    """
    connections, endpoint = asked.connections, asked.endpoint
    if endpoint.publish_url not in endpoint.replicas:  # of the others no more than the metadata is reached
        return _refusal(connections.publisher(endpoint), asked.metadata(asked.urls[0]))
    answered, silence = False, Unreachable("No replica's sidecar answers.")
    for url in endpoint.replicas:
        try:
            why = _refusal(connections.sidecar(endpoint, url), asked.metadata(url))
        except (Unreachable, Rejected) as error:
            silence = Unreachable(error.what)
            continue
        if why:
            return why
        answered = True
    if not answered:
        raise silence
    return ""


def _refusal(sidecar: SidecarGateway, told: SidecarMetadata) -> str:
    """Why it reads none of the stores that may be its actors', "" where it does or that is not known."""
    why = ""
    for name in told.actor_stores:
        try:
            sidecar.read_state(name)
        except Unreachable as error:
            sidecar.metadata()  # raises where the way to the sidecar is shut, and not its own to the store
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
