"""What every service works on: one cluster and its connections."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.gateways.clusters.cluster import Cluster
from dashboard.gateways.clusters.open import open_cluster
from dashboard.gateways.connections import Connections, import_clients
from dashboard.model.access.protected import by_settings
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.errors import NotThere
from dashboard.services.core.settings import Settings

if TYPE_CHECKING:
    from dashboard.gateways.agent import AgentGateway
    from dashboard.gateways.redis.store import StoreGateway

FIRST_SHOWN = 24
MOST_NAMED = 12


@dataclass
class _Index:
    """The newest endpoints, in order and by name; kept while the cluster answers with the same tuple."""

    source: tuple[Endpoint, ...] | None = None
    by_name: dict[str, Endpoint] = field(default_factory=dict)
    endpoints: tuple[Endpoint, ...] = ()


@dataclass(frozen=True)
class Workspace:
    """Thread-safe and shared by all sessions; holds nothing that belongs to one user."""

    settings: Settings
    cluster: Cluster
    connections: Connections
    _newest: list[_Index] = field(default_factory=lambda: [_Index()], repr=False, compare=False)

    @property
    def title(self) -> str:
        """The cluster in a word or two: its kind, and its context where it has one."""
        context = self.settings.context if self.cluster.kind == "kubernetes" else None
        return f"{self.cluster.kind} {context or ''}".strip()

    @property
    def deadline(self) -> float:
        """Seconds a call to one namespace may take."""
        return self.settings.deadline

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Every namespace; raises `GatewayError` when the cluster itself cannot be asked."""
        return self._index().endpoints

    def outline(self) -> tuple[Endpoint, ...]:
        """The same by name and protection alone, at hand before the addresses are."""
        return tuple(map(self._protected, self.cluster.outline()))

    def change_token(self, namespaces: Collection[str]) -> Hashable:
        """What the cluster said last: another value where something changed that a page shows.

        Replicas count for `namespaces` and for the first ones; nothing is asked for it.
        """
        names = [endpoint.name for endpoint in self.cluster.outline()]
        shown = dict.fromkeys((*names[:FIRST_SHOWN], *namespaces))
        return tuple(names), tuple(map(self.cluster.deployed, shown)), self.cluster.warnings()

    def endpoint(self, namespace: str) -> Endpoint:
        """The namespace of that name, with the addresses that it keeps in Secrets; raises `NotThere`."""
        found = self._index().by_name.get(namespace)
        if found:
            return self.connections.located(found) if found.in_secrets else found
        hint = what_is_there(self.endpoints(), self.cluster.why_down(namespace))
        raise NotThere(f"There is no namespace {namespace} in this cluster.", hint=hint)

    def _protected(self, endpoint: Endpoint) -> Endpoint:
        return by_settings(endpoint, self.settings.protected)

    def _index(self) -> _Index:
        source = self.cluster.endpoints()
        if self._newest[0].source is not source:
            endpoints = tuple(map(self._protected, source))
            import_clients(endpoints)
            self._newest[0] = _Index(source, {endpoint.name: endpoint for endpoint in endpoints}, endpoints)
        return self._newest[0]

    def agent(self, namespace: str) -> AgentGateway:
        """The agent of a namespace; raises `GatewayError`."""
        return self.connections.agent(self.endpoint(namespace))

    def store(self, namespace: str) -> StoreGateway:
        """The state store of a namespace; raises `GatewayError`."""
        return self.connections.store(self.endpoint(namespace))

    def broker(self, namespace: str) -> StoreGateway:
        """The Redis of a namespace's topics; raises `GatewayError`."""
        return self.connections.broker(self.endpoint(namespace))

    def close(self) -> None:
        self.connections.close()
        self.cluster.close()


def what_is_there(endpoints: Sequence[Endpoint], why: str) -> str:
    """The namespaces there are, for a hint on one that is not, and the reason that the cluster has for it."""
    names = [endpoint.name for endpoint in endpoints[:MOST_NAMED]]
    more = len(endpoints) - len(names)
    there = f"There {'is' if len(endpoints) == 1 else 'are'} {', '.join(names)}" if names else ""
    return " ".join(filter(None, (there and f"{there}{f' and {more:,} more' if more else ''}.", why)))


def open_workspace(settings: Settings) -> Workspace:
    """Open the cluster that the settings name; raises `GatewayError` where it cannot be."""
    cluster = open_cluster(settings)
    named = settings.redis_ca not in {None, Path()}  # an empty variable names no file
    ca = str(settings.redis_ca.resolve()) if settings.redis_ca and named else ""
    connections = Connections(cluster.dialer, redis_ca=ca, redis_insecure=settings.redis_insecure)
    return Workspace(settings, cluster, connections)
