"""Namespaces found by what runs in them: workloads with the app-id, their Services, Components and pods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, TypeVar

from dashboard.gateways.clusters.kubernetes.api import Api
from dashboard.gateways.clusters.kubernetes.cache import Named, WatchedCache
from dashboard.gateways.clusters.kubernetes.dialer import KubernetesDialer
from dashboard.gateways.dialing import Dialer
from dashboard.model import kubernetes as objects
from dashboard.model.errors import GatewayError
from dashboard.model.kubernetes import Component, Pod, SecretKey, Service, Workload
from dashboard.model.names import APP_ID
from dashboard.model.places import Place, RedisAddress

FIRST_LIST_SECONDS = 8.0
SIDECAR_PORT = 3501  # the injector's public port: metadata and health alone (docs.dapr.io: sidecar ports)
T = TypeVar("T", bound=Named)


class KubernetesCluster:
    """One context of a kubeconfig, or the cluster this runs in.

    `namespaces` is a fixed list for accounts that may not list the whole cluster.
    """

    kind = "kubernetes"

    def __init__(
        self, context: str | None = None, *, namespaces: Sequence[str] = (), app_id: str = APP_ID
    ) -> None:
        self._api = Api(context)
        self._app_id = app_id
        self._fixed = tuple(namespaces)
        self._deployments = self._watch("apis/apps/v1", "deployments", objects.workload)
        self._stateful_sets = self._watch("apis/apps/v1", "statefulsets", objects.workload)
        self._services = self._watch("api/v1", "services", objects.service)
        self._components = self._watch("apis/dapr.io/v1alpha1", "components", objects.component)
        self._pods = self._watch("api/v1", "pods", objects.pod)
        paths = [f"/api/v1/namespaces/{name}" for name in self._fixed]
        self._labels = [] if paths else [WatchedCache(self._api, "/api/v1/namespaces", objects.namespace)]
        self._dialer = KubernetesDialer(self._api, self._pod_of)

    @property
    def dialer(self) -> Dialer:
        return self._dialer

    def close(self) -> None:
        for cache in self._all():
            cache.close()
        self._api.close()

    def _all(self) -> Iterable[WatchedCache[Any]]:
        return chain(
            self._deployments, self._stateful_sets, self._services, self._components, self._pods, self._labels
        )

    def _watch(self, group: str, plural: str, parse: Any) -> list[WatchedCache[Any]]:
        """One cache for the whole cluster, or one for each namespace of the fixed list."""
        paths = [f"/{group}/namespaces/{name}/{plural}" for name in self._fixed] or [f"/{group}/{plural}"]
        return [WatchedCache(self._api, path, parse) for path in paths]

    def places(self) -> tuple[Place, ...]:
        services = _by_namespace(self._read(self._services))
        components = _by_namespace(self._read(self._components, required=False))
        pods = _by_namespace(self._read(self._pods, required=False))
        protected = {n.name for n in self._read(self._labels, required=False) if n.protected}
        workloads: dict[str, Workload] = {}
        for found in (*self._read(self._deployments), *self._read(self._stateful_sets)):
            if found.app_id == self._app_id:
                workloads.setdefault(found.namespace, found)
        return tuple(
            Place(
                name,
                name in protected,
                self._agent_url(workload, services.get(name, ())),
                next(iter(replicas), None),
                _redis(name, self._app_id, components.get(name, ())),
                replicas,
            )
            for name, workload in sorted(workloads.items())
            for replicas in [self._replicas(name, pods.get(name, ()))]
        )

    def _read(self, caches: Sequence[WatchedCache[T]], *, required: bool = True) -> list[T]:
        found: list[T] = []
        for cache in caches:
            try:
                found += cache.items(wait=FIRST_LIST_SECONDS)
            except GatewayError:
                if required:
                    raise
        return found

    def _agent_url(self, workload: Workload, services: Iterable[Service]) -> str | None:
        for service in services:
            if objects.selects(service, workload.labels):
                targets = {target: port for port, target in service.ports.items()}
                port = targets.get(str(workload.app_port)) or next(iter(service.ports), None)
                if port is not None:
                    base = f"{self._api.host}/api/v1/namespaces/{workload.namespace}/services"
                    return f"{base}/{service.name}:{port}/proxy"
        return None

    def _replicas(self, namespace: str, pods: Iterable[Pod]) -> tuple[str, ...]:
        base = f"{self._api.host}/api/v1/namespaces/{namespace}/pods"
        ready = sorted(pod.name for pod in pods if pod.app_id == self._app_id and pod.ready)
        return tuple(f"{base}/{name}:{SIDECAR_PORT}/proxy" for name in ready)

    def why_down(self, namespace: str) -> str:
        try:
            pods = [pod for pod in self._read(self._pods) if pod.namespace == namespace]
        except GatewayError as error:
            return f"{error.what} {error.hint}".strip()
        reasons = dict.fromkeys(f"{pod.name}: {reason}" for pod in pods for reason in pod.reasons)
        if reasons:
            return "; ".join(reasons)
        waiting = [pod.name for pod in pods if not pod.ready]
        return f"not ready: {', '.join(waiting)}" if waiting else ("" if pods else "no pod runs there")

    def _pod_of(self, address: RedisAddress) -> tuple[str, int] | None:
        """The ready pod and its port behind a Service's name, or None for a host outside the cluster."""
        name, _, rest = address.host.partition(".")
        namespace = rest.split(".")[0] or address.namespace
        for service in self._read(self._services, required=False):
            if (service.namespace, service.name) != (namespace, name):
                continue
            target = service.ports.get(address.port, str(address.port))
            for pod in self._read(self._pods, required=False):
                if pod.namespace == namespace and pod.ready and objects.selects(service, pod.labels):
                    return pod.name, int(target) if target.isdigit() else pod.ports.get(target, address.port)
        return None


def _by_namespace(items: Iterable[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for item in items:
        found.setdefault(item.namespace, []).append(item)
    return found


def _redis(namespace: str, app_id: str, components: Iterable[Component]) -> RedisAddress | None:
    """The store as Dapr finds it: the actor state store among the Components in scope."""
    for found in components:
        if objects.is_actor_store(found) and (not found.scopes or app_id in found.scopes):
            host, _, port = _text(found, "redisHost").partition(":")
            secret = found.metadata.get("redisPassword")
            return RedisAddress(
                host=host,
                port=int(port or 6379),
                db=int(_text(found, "redisDB") or 0),
                username=_text(found, "redisUsername"),
                password="" if isinstance(secret, SecretKey) else secret or "",
                tls=_text(found, "enableTLS").lower() == "true",
                namespace=namespace,
                secret=secret if isinstance(secret, SecretKey) else None,
            )
    return None


def _text(found: Component, name: str) -> str:
    value = found.metadata.get(name, "")
    return value if isinstance(value, str) else ""
