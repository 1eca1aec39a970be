"""Where a namespace's parts answer, as a cluster tells it."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.model.kubernetes import SecretKey


@dataclass(frozen=True)
class RedisAddress:
    """One Redis database. The password is kept out of every repr.

    `secret` is where a cluster keeps the password, in `namespace`.
    """

    host: str
    port: int
    db: int = 0
    username: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    namespace: str = ""
    secret: SecretKey | None = None


@dataclass(frozen=True)
class Place:
    """One namespace: what to call for its agent, sidecar and store. None: the cluster knows no such part.

    `replicas` are the sidecars of all its pods, `sidecar_url` among them.
    """

    name: str
    protected: bool = False
    agent_url: str | None = None
    sidecar_url: str | None = None
    redis: RedisAddress | None = None
    replicas: tuple[str, ...] = ()
