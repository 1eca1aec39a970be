"""What the caches know at one moment, and the endpoints that follow from it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

from dashboard.gateways.clusters.kubernetes.cache import Named, View
from dashboard.gateways.clusters.kubernetes.port_forward_http import forwarded_url
from dashboard.model.access.protected import NamespaceLabel
from dashboard.model.core import kubernetes as objects
from dashboard.model.core import redis_address
from dashboard.model.core.endpoints import Endpoint, RedisAddress
from dashboard.model.core.errors import GatewayError, NotThere, Unreachable
from dashboard.model.core.kubernetes import Component, Pod, SecretKey, Service, Workload
from dashboard.model.core.names import PUBSUB

API_PORT = 3500  # the sidecar's whole API, on the pod's loopback alone
SIDECAR_PORT = 3501  # the injector's public port: metadata and health alone (docs.dapr.io: sidecar ports)
T = TypeVar("T", bound=Named)


@dataclass(frozen=True)
class ViewsOfKind(Generic[T]):
    """The views of one kind by the namespace that each covers, "" where one covers all."""

    views: Mapping[str, View[T]]

    def of(self, namespace: str) -> tuple[T, ...]:
        return self._view(namespace).of(namespace)

    def unknown(self, namespace: str) -> GatewayError | None:
        """Why nothing is known of this kind there, or None."""
        view = self._view(namespace)
        return None if view.listed else view.error

    def _view(self, namespace: str) -> View[T]:
        return self.views.get(namespace) or self.views.get("") or View()


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One look at every cache; endpoints are worked out once for each."""

    host: str
    app_id: str
    fixed: tuple[str, ...]
    deployments: ViewsOfKind[Workload]
    stateful_sets: ViewsOfKind[Workload]
    services: ViewsOfKind[Service]
    components: ViewsOfKind[Component]
    pods: ViewsOfKind[Pod]
    labels: ViewsOfKind[NamespaceLabel]
    context: str | None = None

    @property
    def kinds(self) -> dict[str, ViewsOfKind[Any]]:
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: kind for name, kind in found.items() if isinstance(kind, ViewsOfKind)}

    def same_as(self, other: Snapshot) -> bool:
        """Whether no cache changed between the two."""
        pairs = zip(self._views(), other._views(), strict=True)
        return self.host == other.host and all(mine is yours for mine, yours in pairs)

    def _views(self) -> Iterator[View[Any]]:
        for kind in self.kinds.values():
            yield from kind.views.values()

    @cached_property
    def workloads(self) -> dict[str, Workload]:
        """The agent's workload in each namespace that has one, by name."""
        found: dict[str, Workload] = {}
        for kind in (self.deployments, self.stateful_sets):
            for view in kind.views.values():
                for item in (item for names in view.items.values() for item in names.values()):
                    if item.app_id == self.app_id:
                        found.setdefault(item.namespace, item)
        return dict(sorted(found.items()))

    @cached_property
    def outline(self) -> tuple[Endpoint, ...]:
        """Names and protection alone.

        Raises why the cluster could not be asked; a namespace of the fixed list that could not is among them.
        """
        if not self.workloads and not self.fixed:
            for kind in (self.deployments, self.stateful_sets):
                error = kind.unknown("")
                if error:
                    raise error
        return tuple(
            Endpoint(name=name, protected=self._protected(name))
            for name in self.fixed or self.workloads
            if name in self.workloads or self._unasked(name)
        )

    @cached_property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The same namespaces with the addresses of their parts, and why one has none."""
        return tuple(self._endpoint(endpoint.name) for endpoint in self.outline)

    def _unasked(self, name: str) -> GatewayError | None:
        return self.deployments.unknown(name) or self.stateful_sets.unknown(name)

    def _endpoint(self, name: str) -> Endpoint:
        workload = self.workloads.get(name)
        if workload is None:
            error = self._unasked(name)
            unavailable = (
                tuple((part, error.failure) for part in ("agent", "sidecar", "store")) if error else ()
            )
            return Endpoint(name=name, protected=True, app_id=self.app_id, unavailable=unavailable)
        pods, store = self._pods(name), self._store(name)
        running = pods if isinstance(pods, tuple) else ()
        sidecars = tuple(self._pod_url(name, pod, SIDECAR_PORT) for pod in running)
        port = workload.app_port
        agents = tuple((pod, self._pod_url(name, pod, port)) for pod in running) if port else ()
        agent = self._agent(workload, agents)
        broker = self._broker(name, store)
        found = {"agent": agent, "sidecar": pods, "store": store, "broker": broker}
        return Endpoint(
            name=name,
            protected=self._protected(name),
            agent_url=agent if isinstance(agent, str) else None,
            sidecar_url=sidecars[0] if sidecars else None,
            redis=store if isinstance(store, RedisAddress) else None,
            replicas=sidecars,
            app_id=self.app_id,
            unavailable=tuple((part, f.failure) for part, f in found.items() if isinstance(f, GatewayError)),
            agents=agents,
            publish_url=forwarded_url(name, running[0], API_PORT) if running else None,
            kubectl=self.kubectl(name),
            broker=broker if isinstance(broker, RedisAddress) else None,
        )

    def why_not_listed(self, name: str) -> str:
        """Why a namespace is none of those that are known, and what to do about it; "" where it is one."""
        if name in self.workloads or self._unasked(name):
            return ""
        if self.fixed and name not in self.fixed:
            return f"Only the namespaces of DACA_NAMESPACES are looked at: add {name} to it."
        look = shlex.join((*self.kubectl(name), "get", "deployments,statefulsets"))
        return f"Only namespaces in which {self.app_id} runs are listed: see what runs there with `{look}`."

    def kubectl(self, name: str) -> tuple[str, ...]:
        """The words before any other of kubectl's in a namespace."""
        return ("kubectl", *(("--context", self.context) if self.context else ()), "-n", name)

    def _protected(self, name: str) -> bool:
        """A namespace whose label cannot be read counts as protected."""
        return bool(self.labels.unknown(name)) or any(label.protected for label in self.labels.of(name))

    def _agent(self, workload: Workload, agents: tuple[tuple[str, str], ...]) -> str | GatewayError:
        """By the Service, or by a pod where there is none; Dapr's own leads to the sidecars."""
        unknown = self.services.unknown(workload.namespace)
        if unknown:
            return unknown
        for service in self.services.of(workload.namespace):
            if objects.selects(service, workload.labels) and not service.of_dapr:
                targets = {target: port for port, target in service.ports.items()}
                port = targets.get(str(workload.app_port)) or next(iter(service.ports), None)
                if port is not None:
                    base = f"{self.host}/api/v1/namespaces/{workload.namespace}/services"
                    return f"{base}/{service.name}:{port}/proxy"
        if agents:
            return agents[0][1]
        kind = workload.kind.lower()
        words = ("expose", kind, workload.name, "--port", str(workload.app_port))
        expose = shlex.join((*self.kubectl(workload.namespace), *words))
        return NotThere(f"No Service selects the pods of {kind} {workload.name}.", command=expose)

    def _pods(self, name: str) -> tuple[str, ...] | GatewayError:
        """The agent's pods that are ready, or else those that run."""
        unknown = self.pods.unknown(name)
        if unknown:
            return unknown
        pods = [pod for pod in self.pods.of(name) if pod.app_id == self.app_id]
        chosen = [pod for pod in pods if pod.ready] or [pod for pod in pods if pod.running]
        if not chosen:
            return Unreachable(f"No pod of {self.app_id} runs.")
        return tuple(sorted(pod.name for pod in chosen))

    def _pod_url(self, namespace: str, pod: str, port: int) -> str:
        return f"{self.host}/api/v1/namespaces/{namespace}/pods/{pod}:{port}/proxy"

    def _store(self, name: str) -> RedisAddress | GatewayError:
        """The store as Dapr finds it: the actor state store among the Components in scope."""
        unknown = self.components.unknown(name)
        if unknown:
            return unknown
        for found in self._in_scope(name):
            if objects.is_actor_store(found):
                return self._address(found)
            if isinstance(found.metadata.get("actorStateStore"), SecretKey):
                kept = "a Secret" if found.secret_store == objects.KUBERNETES_SECRETS else found.secret_store
                return NotThere(f"Whether Component {found.name} keeps actors is in {kept}: not known here.")
        return NotThere(
            f"No Component of type state.redis with actorStateStore is in scope of {self.app_id}."
        )

    def _broker(self, name: str, store: RedisAddress | GatewayError) -> RedisAddress | GatewayError | None:
        """The Redis of the agent's topics, where it is not the store's."""
        for found in self._in_scope(name):
            if (found.type, found.name) == ("pubsub.redis", PUBSUB):
                address = self._address(found)
                same = isinstance(address, RedisAddress) and replace(address, component="")
                stores = isinstance(store, RedisAddress) and replace(store, component="")
                return None if same and same == stores else address
        return None

    def _in_scope(self, name: str) -> Iterator[Component]:
        return (c for c in self.components.of(name) if not c.scopes or self.app_id in c.scopes)

    def _address(self, found: Component) -> RedisAddress | GatewayError:
        """A value that is wrong hurts the part that it is for, and no other."""
        store = self._secret_store(found)
        try:
            return redis_address.of_component(found.namespace, found.name, found.metadata, secret_store=store)
        except GatewayError as error:
            return error

    def _secret_store(self, found: Component) -> str:
        """Its secret store, which by another name may be Kubernetes' own as well."""
        stores = (c for c in self.components.of(found.namespace) if c.name == found.secret_store)
        same = any(
            store.type == "secretstores.kubernetes" and not store.metadata.get("defaultNamespace")
            for store in stores
        )
        return objects.KUBERNETES_SECRETS if same else found.secret_store

    def pod_behind(self, namespace: str, service: str, port: int) -> tuple[str, int]:
        """The ready pod that a Service leads to, and its port; raises `GatewayError`."""
        unknown = self.services.unknown(namespace) or self.pods.unknown(namespace)
        if unknown:
            raise unknown
        found = self.service(namespace, service)
        if found is None:
            raise NotThere(f"There is no Service {service} in {namespace}.")
        target = found.ports.get(port, str(port))
        for pod in self.pods.of(namespace):
            if pod.ready and objects.selects(found, pod.labels):
                return pod.name, int(target) if target.isdigit() else pod.ports.get(target, port)
        raise Unreachable(f"No pod behind Service {service} in {namespace} is ready.")

    def service(self, namespace: str, name: str) -> Service | None:
        return next((s for s in self.services.of(namespace) if s.name == name), None)
