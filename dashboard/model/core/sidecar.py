"""What a sidecar says of itself (Dapr docs: metadata API)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class LoadedComponent:
    """`capabilities` are as the sidecar words them; a state store with "ACTOR" can hold actors."""

    name: str
    type: str
    capabilities: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Subscription:
    pubsub: str
    topic: str
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SidecarMetadata:
    """`active_actors` counts by type, of this sidecar alone; a hosted type without actors counts 0."""

    version: str
    placement_connected: bool
    active_actors: dict[str, int] = field(default_factory=dict)
    subscriptions: tuple[Subscription, ...] = ()
    components: tuple[LoadedComponent, ...] = ()
    app_id: str = ""
    app_port: int | None = None

    @property
    def actor_stores(self) -> tuple[str, ...]:
        """Those that can hold actors: which of several does, it does not tell."""
        loaded = (c for c in self.components if c.type.startswith("state.") and "ACTOR" in c.capabilities)
        return tuple(component.name for component in loaded)

    @property
    def hosts_actors(self) -> tuple[str, ...]:
        return tuple(self.active_actors)
