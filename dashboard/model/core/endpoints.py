"""Where a namespace's parts answer, as a cluster tells it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from dashboard.model.core.failure import Failure
from dashboard.model.core.kubernetes import SecretKey
from dashboard.model.core.names import APP_ID


@dataclass(frozen=True, kw_only=True)
class RedisAddress:
    """One Redis database. The password is kept out of every repr.

    `secret` is where a cluster keeps the password, in `namespace`; outside of one it may be kept in
    `password_file` or `password_variable`. `ca_file` holds the certificates (PEM) that are trusted beside the
    system's, and `insecure` trusts any. `kept` is what Component `component` says while some of it is in
    Secrets that were not read: then nothing else is known (`Dialer.resolved`).
    """

    host: str
    port: int
    db: int = 0
    username: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    namespace: str = ""
    secret: SecretKey | None = None
    password_file: str = ""
    password_variable: str = ""
    ca_file: str = ""
    insecure: bool = False
    component: str = ""
    kept: tuple[tuple[str, str | SecretKey], ...] = field(default=(), repr=False)

    @property
    def where(self) -> str:
        """Host and port in words."""
        if self.kept:
            return f"the address that Component {self.component} keeps in a Secret"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One namespace: what to call for its agent, sidecar and store. None: the cluster knows no such part.

    `replicas` are the sidecars of all its pods, `sidecar_url` among them; `agents` names each of these pods
    with where its own agent answers. `publish_url` is a sidecar whose whole API can be reached. `unavailable`
    says for a part ("agent", "sidecar", "store", "broker", "publisher") why the cluster could not tell where
    it is. `broker` is the Redis of its topics, where that is another than the store's.
    `kubectl` is how a shell gets there, its last word the namespace; empty where that needs none.
    """

    name: str
    protected: bool = False
    agent_url: str | None = None
    sidecar_url: str | None = None
    redis: RedisAddress | None = None
    replicas: tuple[str, ...] = ()
    app_id: str = APP_ID
    unavailable: tuple[tuple[str, Failure], ...] = ()
    agents: tuple[tuple[str, str], ...] = ()
    publish_url: str | None = None
    kubectl: tuple[str, ...] = ()
    broker: RedisAddress | None = None

    @property
    def in_secrets(self) -> bool:
        """Whether the address of a Redis is still to be read from Secrets."""
        return any(address.kept for address in (self.redis, self.broker) if address)

    @property
    def at_its_topics(self) -> Endpoint:
        """The same with the Redis of its topics for its store, for what reads topics alone."""
        unknown = "broker" in dict(self.unavailable)
        return replace(self, redis=None if unknown else self.broker or self.redis)


@dataclass(frozen=True)
class ClusterWarning:
    """What keeps a cluster from being followed as a whole, since when (Unix seconds)."""

    failure: Failure
    since: float
