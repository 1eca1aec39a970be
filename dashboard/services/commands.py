"""The very command behind a panel, with the real namespace, address and key, to copy into a shell.

Passwords never appear: `redis-cli` is told to read them from the environment variable `REDISCLI_AUTH`.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from dashboard.model.names import APP_ID, history_key
from dashboard.model.places import Place
from dashboard.services.activity import Wanted
from dashboard.services.settings import Settings, default_data


def send(place: Place, actor_id: str, content: str, message_id: str = "") -> str:
    """The curl line that sends this message."""
    body = shlex.quote(json.dumps({"role": "user", "content": content}, ensure_ascii=False))
    key = f"-H {shlex.quote(f'Idempotency-Key: {message_id}')} " if message_id else ""
    url = shlex.quote(f"{place.agent_url}/chat/{actor_id}")
    return f"curl -sS -X POST {url} -H 'Content-Type: application/json' {key}-d {body}"


def history(place: Place, actor_id: str) -> str:
    """The curl line that reads the history."""
    return f"curl -sS {shlex.quote(f'{place.agent_url}/chat/{actor_id}/history')}"


def stored_history(place: Place, actor_id: str) -> str:
    """The redis-cli line that reads an actor's history head."""
    return read_key(place, history_key(actor_id, place.app_id))


def read_key(place: Place, key: str) -> str:
    """The redis-cli line that reads one Dapr key."""
    return f"{redis_cli(place)} HGETALL {shlex.quote(key)}"


def redis_cli(place: Place) -> str:
    """How to reach the namespace's store with redis-cli."""
    if place.redis is None:
        return "redis-cli"
    tls = " --tls" if place.redis.tls else ""
    return f"redis-cli -h {place.redis.host} -p {place.redis.port} -n {place.redis.db}{tls}"


def daca_ops(settings: Settings, *words: str, namespaces: Sequence[str] = ()) -> str:
    """The `daca-ops` line that does the same on the same cluster, in any shell."""
    app_id = ("--app-id", settings.app_id) if settings.app_id != APP_ID else ()
    where: list[str] = []
    if settings.cluster != "local":
        where += ["--cluster", settings.cluster]
    if settings.cluster == "kubernetes" and settings.context:
        where += ["--context", settings.context]
    if settings.cluster == "static":
        where += ["--file", str(settings.static_file)]
    if settings.data != default_data():
        where += ["--data", str(settings.data)]
    chosen = [word for name in namespaces for word in ("-n", name)]
    fixed = f"DACA_NAMESPACES={shlex.quote(json.dumps(settings.namespaces))} " if settings.namespaces else ""
    return fixed + shlex.join(("daca-ops", *app_id, *words, *chosen, *where))


def verify(settings: Settings, namespaces: Sequence[str], protected: Sequence[str] = ()) -> str:
    """The line that proves the same namespaces isolated."""
    unlocked = (word for name in protected for word in ("--unlock", name))
    return daca_ops(settings, "verify", *unlocked, namespaces=namespaces)


def metadata(place: Place) -> str:
    """The curl line that asks the sidecar about itself."""
    return f"curl -sS {place.sidecar_url}/v1.0/metadata"


def audit(wanted: Wanted, data: Path) -> str:
    """The line that lists the same entries of the audit log in `data`."""
    since = datetime.fromtimestamp(wanted.since, UTC).isoformat(timespec="seconds") if wanted.since else ""
    options = {**asdict(wanted), "since": since, "data": "" if data == default_data() else str(data)}
    said = (shlex.quote(f"--{name}={value}") for name, value in options.items() if value)
    return " ".join(("daca-ops audit", *said))
