"""What is declared in a cluster, from one list per kind for all namespaces."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from dashboard.gateways.clusters.kubernetes.api import Api, json_object
from dashboard.model.core.errors import Forbidden, GatewayError, NotThere, Rejected
from dashboard.model.core.kubernetes import Json, mapping
from dashboard.model.core.manifests import CONTROL_PLANE, Manifests, name_of, namespace_of
from dashboard.model.core.redis_pod import is_redis, mounted_maps

SECONDS = 60.0
AT_ONCE = 32
KINDS = {
    "Deployment": ("apis/apps/v1", "deployments"),
    "StatefulSet": ("apis/apps/v1", "statefulsets"),
    "DaemonSet": ("apis/apps/v1", "daemonsets"),
    "CronJob": ("apis/batch/v1", "cronjobs"),
    "Pod": ("api/v1", "pods"),
    "Service": ("api/v1", "services"),
    "Component": ("apis/dapr.io/v1alpha1", "components"),
    "Subscription": ("apis/dapr.io/v2alpha1", "subscriptions"),
    "Configuration": ("apis/dapr.io/v1alpha1", "configurations"),
    "Resiliency": ("apis/dapr.io/v1alpha1", "resiliencies"),
    "NetworkPolicy": ("apis/networking.k8s.io/v1", "networkpolicies"),
    "HorizontalPodAutoscaler": ("apis/autoscaling/v2", "horizontalpodautoscalers"),
}
DAPR = "app in (dapr-operator,dapr-sentry,dapr-sidecar-injector)"


def read(api: Api, namespaces: Sequence[str], *, wide: bool) -> Manifests:
    """The objects of `namespaces` and Dapr's own; what this user may not read is named in `unread`.

    `wide`: try one list for the whole cluster before one for each namespace.
    """
    return api.background.run(_Reading(api, namespaces, wide).all(), seconds=SECONDS)


class _Reading:
    def __init__(self, api: Api, namespaces: Sequence[str], wide: bool) -> None:
        self._api, self._names, self._wide = api, dict.fromkeys(namespaces), wide
        self._unread: dict[str, str] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def all(self) -> Manifests:
        kinds = await asyncio.gather(*map(self._kind, KINDS), self._control_plane())
        objects = [item for found in kinds for item in found]
        named = await asyncio.gather(
            *(self._secret(*at) for at in sorted(set(_references(objects)))),
            *(self._config_map(*at) for at in sorted(set(_configured(objects)))),
        )
        return Manifests(objects=(*objects, *filter(None, named)), unread=self._unread)

    async def _kind(self, kind: str) -> list[Json]:
        group, plural = KINDS[kind]
        if self._wide:
            try:
                found = await self._list(f"/{group}/{plural}", kind)
            except Forbidden:
                pass  # a right in each namespace is enough
            except GatewayError as error:
                self._unread[kind] = _why(error)
                return []
            else:
                return [item for item in found if namespace_of(item) in self._names]
        lists = (self._in_one(kind, name, f"/{group}/namespaces/{name}/{plural}") for name in self._names)
        return [item for found in await asyncio.gather(*lists) for item in found]

    async def _in_one(self, kind: str, namespace: str, path: str) -> list[Json]:
        try:
            return await self._list(path, kind)
        except GatewayError as error:
            self._unread[f"{namespace}/{kind}"] = _why(error)
            return []

    async def _control_plane(self) -> list[Json]:
        """Dapr's Deployments, wherever it is installed, and its Configuration."""
        try:
            found = await self._list("/apis/apps/v1/deployments", "Deployment", labelSelector=DAPR)
            homes = {namespace_of(item) for item in found} - set(self._names)
            for home in homes:
                path = f"/apis/dapr.io/v1alpha1/namespaces/{home}/configurations"
                found += await self._list(path, "Configuration")
        except GatewayError as error:
            self._unread[CONTROL_PLANE] = _why(error)
            return []
        return [item for item in found if namespace_of(item) not in self._names]

    async def _list(self, path: str, kind: str, **params: str) -> list[Json]:
        found = await self._read(path, **params)
        version, items = found.get("apiVersion", ""), found.get("items")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise Rejected(f"The Kubernetes API answered {path} with what is no list.")
        return [{"apiVersion": version, **item, "kind": kind} for item in items]

    async def _read(self, path: str, **params: str) -> dict[str, Any]:
        async with self._turns:
            return json_object(await self._api.read(path, **params), path)

    async def _secret(self, namespace: str, name: str) -> Json | None:
        """Its keys, and of each whether it holds something: never what."""
        held = await self._named("Secret", namespace, name)
        data = {key: "set" if value else "" for key, value in mapping(held).items()}
        return None if held is None else _with(data, "Secret", namespace, name)

    async def _config_map(self, namespace: str, name: str) -> Json | None:
        """What Redis is configured with. Others' may be large or private, and no rule reads them."""
        held = await self._named("ConfigMap", namespace, name)
        return None if held is None else _with(held, "ConfigMap", namespace, name)

    async def _named(self, kind: str, namespace: str, name: str) -> Json | None:
        """The data of one that is read by its name, None where it is not there or could not be read."""
        try:
            path = f"/api/v1/namespaces/{namespace}/{kind.lower()}s/{quote(name, safe='')}"
            return mapping((await self._read(path)).get("data"))
        except NotThere:
            return None
        except GatewayError as error:
            self._unread[f"{namespace}/{kind}/{name}"] = _why(error)
            return None


def _why(error: GatewayError) -> str:
    """Why something could not be read, with the command that ends it where there is one, in a line."""
    run = " && ".join(error.command.splitlines())
    return f"{error.what} Run: {run}" if run else error.what


def _with(data: Json, kind: str, namespace: str, name: str) -> Json:
    return {"kind": kind, "metadata": {"namespace": namespace, "name": name}, "data": data}


def _references(objects: Iterable[Json]) -> Iterator[tuple[str, str]]:
    """(namespace, name) of each Secret that a Component reads from Kubernetes."""
    for item in objects:
        store = (item.get("auth") or {}).get("secretStore") or "kubernetes"
        if item["kind"] != "Component" or store != "kubernetes" or not name_of(item):
            continue
        for entry in (item.get("spec") or {}).get("metadata") or ():
            name = (entry.get("secretKeyRef") or {}).get("name")
            if name:
                yield namespace_of(item), name


def _configured(objects: Iterable[Json]) -> Iterator[tuple[str, str]]:
    """(namespace, name) of each ConfigMap that a workload's Redis mounts."""
    for item in objects:
        pod = mapping(mapping(mapping(item.get("spec")).get("template")).get("spec"))
        if any(map(is_redis, pod.get("containers") or ())):
            yield from ((namespace_of(item), name) for name in mounted_maps(pod))
