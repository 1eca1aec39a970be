"""Names that users type, checked before they reach a URL or a key."""

from __future__ import annotations

import re

ACTOR_TYPE = "ChatAgent"
APP_ID = "chat-agent"
TOPIC = "user-chat"
PUBSUB = "daca-pubsub"

_ACTOR_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")


def actor_id_problem(actor_id: str) -> str | None:
    """Why `actor_id` is no actor id, or None. The agent keeps the same rule."""
    if actor_id in {".", ".."} or not _ACTOR_ID.match(actor_id):
        return "An actor id has 1 to 64 letters, digits, dots, dashes or underscores."
    return None


def is_namespace(name: str) -> bool:
    """Whether `name` can name a Kubernetes namespace (RFC 1123 label)."""
    return bool(_NAMESPACE.match(name))


def history_key(actor_id: str, app_id: str = APP_ID) -> str:
    """The Redis key of an actor's history head (Dapr docs, actors API: querying state externally)."""
    return f"{app_id}||{ACTOR_TYPE}||{actor_id}||history-{actor_id}"
