"""The commands that ask each witness of an actor."""

from __future__ import annotations

from dashboard.model.core.endpoints import Endpoint
from dashboard.services.core import commands
from dashboard.services.core.commands import curl
from dashboard.services.core.settings import Settings


def witnesses(endpoint: Endpoint, actor_id: str) -> dict[str, str]:
    """The lines that read what an agent tells of an actor and what each replica received."""
    replicas = endpoint.agents or (("agent", endpoint.agent_url),)
    history = curl(endpoint, endpoint.agent_url, f"/chat/{actor_id}/history?details=true")
    return {
        "What the agent says": history,
        **{f"What {name} received": curl(endpoint, url, "/events?details=true") for name, url in replicas},
    }


def truth(settings: Settings, endpoint: Endpoint, actor_id: str, until: int | None = None) -> dict[str, str]:
    """The lines that ask each witness of an actor."""
    where, topic = [endpoint.name], ("events", "list", "--actor", actor_id)
    actor = ["actor", actor_id, *(("--until", str(until)) if until else ())]
    return {
        "All four, compared": commands.daca_ops(settings, *actor, namespaces=where),
        **witnesses(endpoint, actor_id),
        "What the store holds": commands.stored_history(endpoint, actor_id),
        "What the topic carried": commands.daca_ops(settings, *topic, namespaces=where),
    }
