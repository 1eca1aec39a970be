"""The one seam between daca-ops and whatever runs the namespaces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from dashboard.gateways.dialer import Dialer
from dashboard.model.core.endpoints import ClusterWarning, Endpoint
from dashboard.model.core.manifests import Manifests
from dashboard.model.health.deployed import Deployed, WarningEvent
from dashboard.model.logs.log import Log


class Cluster(Protocol):
    """Lists namespaces and says where their parts answer. Thread-safe; raises `GatewayError` alone."""

    @property
    def kind(self) -> str:
        """ "kubernetes", "local" or "static"."""
        ...

    @property
    def dialer(self) -> Dialer:
        """How its addresses are reached from here."""
        ...

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Every namespace, in the cluster's own order; cheap enough to call often."""
        ...

    def outline(self) -> tuple[Endpoint, ...]:
        """The same namespaces by name and protection alone, which a large cluster knows sooner."""
        ...

    def close(self) -> None:
        """End its threads and connections."""
        ...

    def warnings(self) -> tuple[ClusterWarning, ...]:
        """Why what it tells may be old or lack something, where that is no single namespace's part."""
        ...

    def deployed(self, namespace: str) -> Deployed | None:
        """What runs for the agent there, as last heard; None where the cluster keeps no such record."""
        ...

    def warning_events(self, namespace: str) -> tuple[WarningEvent, ...]:
        """The newest things the cluster warned of there, newest first; asks the cluster."""
        ...

    def manifests(self, namespaces: Sequence[str]) -> Manifests:
        """What is declared in these namespaces, with Dapr's own settings; asks the cluster."""
        ...

    def logged(self) -> tuple[tuple[str, str], ...]:
        """(namespace, part) of every log that `logs` knows; "" is the namespace of what serves them all."""
        ...

    def logs(self, namespace: str, part: str, *, since: float | None, lines: int) -> Log:
        """The newest lines of a part ("agent", "sidecar"), at most `lines` of each replica.

        `since` is in Unix seconds. A replica that cannot be read is part of it. Raises `NotThere` where the
        cluster keeps no such log, and `GatewayError` where no replica can be read.
        """
        ...

    def why_down(self, namespace: str) -> str:
        """What the cluster itself knows of a part that is down ("sidecar restarting"), or ""; of a namespace
        that it does not list, why that is and what to do.
        """
        ...
