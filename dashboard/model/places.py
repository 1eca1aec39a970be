"""Where a namespace's parts answer, as a cluster tells it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class RedisAddress:
    """One Redis database. The password is kept out of every repr."""

    host: str
    port: int
    db: int = 0
    username: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False


@dataclass(frozen=True)
class Place:
    """One namespace: what to call for its agent, sidecar and store. None: the cluster knows no such part."""

    name: str
    protected: bool = False
    agent_url: str | None = None
    sidecar_url: str | None = None
    redis: RedisAddress | None = None
