"""The commands that send a message and read a history."""

from __future__ import annotations

import json
import shlex

from dashboard.model.core.endpoints import Endpoint
from dashboard.services.core.commands import curl


def send(endpoint: Endpoint, actor_id: str, content: str, idempotency_key: str = "") -> str:
    """The curl line that sends this message."""
    body = shlex.quote(json.dumps({"role": "user", "content": content}, ensure_ascii=False))
    key = f"-H {shlex.quote(f'Idempotency-Key: {idempotency_key}')} " if idempotency_key else ""
    options = f"-H 'Content-Type: application/json' {key}-d {body}"
    return curl(endpoint, endpoint.agent_url, f"/chat/{actor_id}", options)


def history(endpoint: Endpoint, actor_id: str) -> str:
    """The curl line that reads the history."""
    return curl(endpoint, endpoint.agent_url, f"/chat/{actor_id}/history")
