"""Namespaces found by what runs in them: workloads with the app-id, their Services, Components and pods."""

from __future__ import annotations

import shlex
import threading
import time
from collections.abc import Sequence
from typing import Any, get_args

from dashboard.gateways.clusters.kubernetes import logs, manifests
from dashboard.gateways.clusters.kubernetes.api import Api
from dashboard.gateways.clusters.kubernetes.cache import MISSHAPEN, Cache, PolledObject, View, WatchedCache
from dashboard.gateways.clusters.kubernetes.dialer import KubernetesDialer
from dashboard.gateways.clusters.kubernetes.snapshot import Snapshot, ViewsOfKind
from dashboard.gateways.dialer import Dialer
from dashboard.model.access.protected import namespace_label
from dashboard.model.core import kubernetes as objects
from dashboard.model.core.endpoints import ClusterWarning, Endpoint
from dashboard.model.core.errors import NotThere, Rejected
from dashboard.model.core.manifests import Manifests
from dashboard.model.core.names import APP_ID
from dashboard.model.health.deployed import Deployed, Replica, WarningEvent, warning_event
from dashboard.model.logs.log import Log, LogPart

FIRST_LIST_SECONDS = 5.0
MOST_WARNINGS = 10
# What an endpoint lacks while these are not known is said on its parts.
ON_A_PART = {"services", "components", "pods"}


class KubernetesCluster:
    """One context of a kubeconfig, or the cluster this runs in.

    `namespaces` is a fixed list for accounts that may not list the whole cluster.
    """

    kind = "kubernetes"

    def __init__(
        self, context: str | None = None, *, namespaces: Sequence[str] = (), app_id: str = APP_ID
    ) -> None:
        self._api, self._context = Api(context), context
        self._app_id = app_id
        self._fixed = tuple(namespaces)
        self._after: list[Cache[Any]] = []
        first = {
            "deployments": self._watch("apis/apps/v1", "deployments", objects.workload),
            "stateful_sets": self._watch("apis/apps/v1", "statefulsets", objects.workload),
            "labels": self._labels(),
        }
        self._after = [cache for caches in first.values() for cache in caches.values()]
        self._caches = {
            **first,
            "services": self._watch("api/v1", "services", objects.service),
            "components": self._watch("apis/dapr.io/v1alpha1", "components", objects.component),
            "pods": self._watch("api/v1", "pods", objects.pod),
        }
        self._lock = threading.Lock()
        self._newest: Snapshot | None = None
        self._dialer = KubernetesDialer(self._api, self._snapshot)

    @property
    def dialer(self) -> Dialer:
        return self._dialer

    def close(self) -> None:
        self._api.close()

    def _watch(self, group: str, plural: str, parse: Any) -> dict[str, Cache[Any]]:
        """One cache for the whole cluster, or one for each namespace of the fixed list."""
        paths = {name: f"/{group}/namespaces/{name}/{plural}" for name in self._fixed}
        return {
            name: WatchedCache(self._api, path, parse, self._after)
            for name, path in (paths or {"": f"/{group}/{plural}"}).items()
        }

    def _labels(self) -> dict[str, Cache[Any]]:
        """A right in one namespace suffices to get that Namespace, but not to watch it."""
        if not self._fixed:
            return {"": WatchedCache(self._api, "/api/v1/namespaces", namespace_label)}
        return {
            name: PolledObject(self._api, f"/api/v1/namespaces/{name}", namespace_label)
            for name in self._fixed
        }

    def _snapshot(self, *, whole: bool = True) -> Snapshot:
        """What the caches know now; the one before where nothing has changed.

        Waits for each cache's first answer, or for those of an outline alone.
        """
        deadline = time.monotonic() + FIRST_LIST_SECONDS

        def look(cache: Cache[Any]) -> View[Any]:
            wait = max(0.0, deadline - time.monotonic()) if whole or cache in self._after else 0.0
            return cache.look(wait)

        views = {
            kind: ViewsOfKind({name: look(cache) for name, cache in caches.items()})
            for kind, caches in self._caches.items()
        }
        snapshot = Snapshot(
            host=self._api.host, app_id=self._app_id, fixed=self._fixed, **views, context=self._context
        )
        with self._lock:
            if self._newest is None or not snapshot.same_as(self._newest):
                self._newest = snapshot
            return self._newest

    def outline(self) -> tuple[Endpoint, ...]:
        return self._snapshot(whole=False).outline

    def endpoints(self) -> tuple[Endpoint, ...]:
        return self._snapshot().endpoints

    def warnings(self) -> tuple[ClusterWarning, ...]:
        snapshot = self._snapshot(whole=False)
        said: dict[str, ClusterWarning] = {}
        for name, kind in snapshot.kinds.items():
            for view in kind.views.values():
                if view.error and (view.listed or name not in ON_A_PART):
                    said.setdefault(view.error.what, ClusterWarning(view.error.failure, view.failing_since))
        return tuple(said.values())

    def why_down(self, namespace: str) -> str:
        snapshot = self._snapshot()
        if not namespace:
            return f"Nothing with the app-id {self._app_id} runs in it."
        not_listed = snapshot.why_not_listed(namespace)
        if not_listed:
            return not_listed
        unknown = snapshot.pods.unknown(namespace)
        if unknown:
            return f"{unknown.what} {unknown.hint}".strip()
        pods = snapshot.pods.of(namespace)
        reasons = dict.fromkeys(f"{pod.name}: {reason}" for pod in pods for reason in pod.reasons)
        if reasons:
            return "; ".join(reasons)
        waiting = [pod.name for pod in pods if not pod.ready]
        return f"not ready: {', '.join(waiting)}" if waiting else ("" if pods else "no pod runs there")

    def deployed(self, namespace: str) -> Deployed | None:
        snapshot = self._snapshot(whole=False)
        workload = snapshot.workloads.get(namespace)
        if workload is None:
            return None
        unread = snapshot.pods.unknown(namespace)
        pods = sorted(snapshot.pods.of(namespace), key=lambda pod: (pod.app_id != self._app_id, pod.name))
        return Deployed(
            workload=f"{workload.kind}/{workload.name}",
            wanted=workload.replicas,
            ready=workload.ready,
            replicas=tuple(
                Replica(
                    name=pod.name,
                    ready=pod.ready,
                    restarts=pod.restarts,
                    reasons=pod.reasons,
                    dapr=pod.dapr,
                    kept_in=pod.kept_in,
                )
                for pod in pods
            ),
            unread=unread.failure if unread else None,
        )

    def warning_events(self, namespace: str) -> tuple[WarningEvent, ...]:
        path = f"/api/v1/namespaces/{namespace}/events"
        found = self._api.get(path, fieldSelector="type=Warning", limit="500")
        try:
            newest = sorted(map(warning_event, found["items"]), key=lambda e: e.at, reverse=True)
        except MISSHAPEN as error:
            raise Rejected(f"The Kubernetes API answered {path} with what is no list of events.") from error
        return tuple(newest[:MOST_WARNINGS])

    def manifests(self, namespaces: Sequence[str]) -> Manifests:
        return manifests.read(self._api, namespaces, wide=not self._fixed and len(namespaces) > 1)

    def logged(self) -> tuple[tuple[str, str], ...]:
        return tuple((endpoint.name, part) for endpoint in self.endpoints() for part in get_args(LogPart))

    def logs(self, namespace: str, part: str, *, since: float | None, lines: int) -> Log:
        if part not in get_args(LogPart):
            raise NotThere(
                f"There is no log of {part} here.", hint="kubectl logs shows what Dapr does not run."
            )
        snapshot = self._snapshot()
        unread = snapshot.pods.unknown(namespace)
        if unread:
            raise unread
        pods = [pod for pod in snapshot.pods.of(namespace) if pod.app_id == self._app_id]
        if not pods:
            command = shlex.join((*snapshot.kubectl(namespace), "get", "pods"))
            raise NotThere(f"No pod of {self._app_id} is in {namespace}.", command=command)
        return logs.read(self._api, pods, part, since=since, lines=lines)
