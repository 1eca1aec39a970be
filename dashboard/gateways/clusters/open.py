"""From a cluster's kind to the cluster."""

from __future__ import annotations

from pathlib import Path

from dashboard.gateways.clusters.cluster import Cluster
from dashboard.gateways.clusters.local import LocalCluster
from dashboard.gateways.clusters.static import StaticCluster
from dashboard.model.errors import Rejected


def open_cluster(kind: str, *, data: Path, file: Path) -> Cluster:
    """The cluster of that kind; raises `Rejected` for one that this version does not know."""
    if kind == "local":
        return LocalCluster(data)
    if kind == "static":
        return StaticCluster(file)
    raise Rejected(f"The cluster {kind!r} is not available in this version.", hint="Use local or static.")
