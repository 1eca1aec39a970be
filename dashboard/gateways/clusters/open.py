"""From the settings to the cluster they name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from dashboard.gateways.clusters.cluster import Cluster


class ClusterSettings(Protocol):
    """What of the settings names a cluster."""

    @property
    def cluster(self) -> str: ...

    @property
    def data(self) -> Path: ...

    @property
    def static_file(self) -> Path: ...

    @property
    def context(self) -> str | None: ...

    @property
    def namespaces(self) -> Sequence[str]: ...

    @property
    def app_id(self) -> str: ...


def open_cluster(wanted: ClusterSettings) -> Cluster:
    """The cluster that is wanted; raises `GatewayError` where it cannot be opened.

    Each kind is imported where it is wanted: what one needs of libraries, no other should pay for.
    """
    if wanted.cluster == "kubernetes":
        from dashboard.gateways.clusters.kubernetes.cluster import KubernetesCluster

        return KubernetesCluster(wanted.context, namespaces=wanted.namespaces, app_id=wanted.app_id)
    if wanted.cluster == "static":
        from dashboard.gateways.clusters.static import StaticCluster

        return StaticCluster(wanted.static_file)
    from dashboard.gateways.clusters.local import LocalCluster

    return LocalCluster(wanted.data)


def kube_contexts() -> tuple[tuple[str, ...], str]:
    """The kubeconfig's contexts and the current one."""
    from dashboard.gateways.clusters.kubernetes import credentials

    return credentials.contexts()
