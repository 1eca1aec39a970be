"""What every service works on: one cluster, its connections and the audit log."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass, field, replace
from typing import TextIO

from dashboard.gateways.clusters.cluster import Cluster
from dashboard.gateways.clusters.open import open_cluster
from dashboard.gateways.connections import Connections
from dashboard.model.errors import NotThere
from dashboard.model.places import Place
from dashboard.services.audit import AuditLog
from dashboard.services.proofs import Proofs
from dashboard.services.settings import Settings

FIRST_SHOWN = 24


@dataclass
class _Index:
    """The newest places, guarded and by name; kept while the cluster answers with the same tuple."""

    source: tuple[Place, ...] | None = None
    by_name: dict[str, Place] = field(default_factory=dict)
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Workspace:
    """Thread-safe and shared by all sessions; holds nothing that belongs to one user."""

    settings: Settings
    cluster: Cluster
    connections: Connections
    audit: AuditLog
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

    @property
    def proofs(self) -> Proofs:
        """The proofs of isolation that were made here, whoever made them."""
        return Proofs(self.audit.path.parent / "proofs")

    def places(self) -> tuple[Place, ...]:
        """Every namespace; raises `GatewayError` when the cluster itself cannot be asked."""
        return self._index().places

    def outline(self) -> tuple[Place, ...]:
        """The same by name and protection alone, at hand before the addresses are."""
        return tuple(map(self._guarded, self.cluster.outline()))

    def newest_word(self, namespaces: Collection[str]) -> Hashable:
        """What the cluster said last: another value where something changed that a page shows.

        Replicas count for `namespaces` and for the first ones; nothing is asked for it.
        """
        names = [place.name for place in self.cluster.outline()]
        shown = dict.fromkeys((*names[:FIRST_SHOWN], *namespaces))
        return tuple(names), tuple(map(self.cluster.deployed, shown)), self.cluster.troubles()

    def place(self, namespace: str) -> Place:
        """The namespace of that name; raises `NotThere`."""
        found = self._index().by_name.get(namespace)
        if found:
            return found
        hint = self.cluster.why_down(namespace) or "See the namespaces in Overview."
        raise NotThere(f"There is no namespace {namespace} in this cluster.", hint=hint)

    def _index(self) -> _Index:
        source = self.cluster.places()
        if self._newest[0].source is not source:
            places = tuple(map(self._guarded, source))
            self._newest[0] = _Index(source, {place.name: place for place in places}, places)
        return self._newest[0]

    def _guarded(self, place: Place) -> Place:
        told = place.name in self.settings.protected and not place.protected
        return replace(place, protected=True) if told else place

    def close(self) -> None:
        self.connections.close()
        self.cluster.close()


def open_workspace(settings: Settings, *, echo: TextIO | None = None) -> Workspace:
    """Open the cluster that the settings name; raises `GatewayError` where it cannot be.

    Each line of the audit log goes to `echo` too.
    """
    cluster = open_cluster(settings)
    audit = AuditLog(settings.audit_file, echo=echo)
    return Workspace(settings, cluster, Connections(cluster.dialer), audit)
