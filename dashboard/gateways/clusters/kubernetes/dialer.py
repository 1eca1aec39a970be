"""Ways into the cluster: HTTP through the API server's proxies, Redis through port-forwarding."""

from __future__ import annotations

import base64
import binascii
import socket
import threading
import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import httpx

from dashboard.gateways.clusters.kubernetes.api import Api
from dashboard.gateways.clusters.kubernetes.port_forward_http import ForwardedTransport, forwarded_to
from dashboard.gateways.clusters.kubernetes.snapshot import Snapshot
from dashboard.model.core import redis_address
from dashboard.model.core.endpoints import RedisAddress
from dashboard.model.core.errors import NotThere, Rejected
from dashboard.model.core.kubernetes import SecretKey

SECRET_SECONDS = 10.0
CONNECT_SECONDS = 2.0


class ProxyTransport(httpx.BaseTransport):
    """All gateways share the connections to the API server, and its newest credentials."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._api.proxied(request)


class KubernetesDialer:
    """`snapshot` tells what the cluster has now."""

    def __init__(self, api: Api, snapshot: Callable[[], Snapshot]) -> None:
        self._api = api
        self._snapshot = snapshot
        self._secrets: dict[tuple[str, str], tuple[float, dict[str, str]]] = {}
        self._lock = threading.Lock()

    def http(self, url: str) -> httpx.BaseTransport | None:
        if url.startswith(self._api.host):
            return ProxyTransport(self._api)
        where = forwarded_to(url)
        return ForwardedTransport(lambda: self._api.forward(*where)) if where else None

    def redis(self, address: RedisAddress) -> Callable[[], socket.socket] | None:
        service = self._service(address)
        if service is None:
            return None
        name, namespace = service
        if self._api.in_cluster:
            inside = (f"{name}.{namespace}.svc", address.port)
            return lambda: socket.create_connection(inside, CONNECT_SECONDS)
        return lambda: self._forward(namespace, name, address.port)

    def _service(self, address: RedisAddress) -> tuple[str, str] | None:
        """Name and namespace of the Service that the host is, or None for one outside the cluster.

        A name of one label is a Service in the Component's namespace; "a.b" may be either.
        """
        name, *rest = address.host.split(".")
        namespace = rest[0] if rest else address.namespace
        if _is_ip(address.host) or (len(rest) > 1 and rest[1] != "svc"):
            return None
        if len(rest) == 1 and self._snapshot().service(namespace, name) is None:
            return None
        return name, namespace

    def _forward(self, namespace: str, service: str, port: int) -> socket.socket:
        """A socket to the pod that serves it now: each new connection follows a moved pod."""
        pod, target = self._snapshot().pod_behind(namespace, service, port)
        return self._api.forward(namespace, pod, target)

    def resolved(self, address: RedisAddress) -> RedisAddress:
        if not address.kept:
            return address
        values = {
            name: self._text(address.namespace, value)
            if isinstance(value, SecretKey) and name != redis_address.PASSWORD
            else value
            for name, value in address.kept
        }
        return redis_address.of_component(address.namespace, address.component, values)

    def password(self, address: RedisAddress) -> str:
        if address.secret is None:
            return address.password
        return self._text(address.namespace, address.secret)

    def _text(self, namespace: str, kept: SecretKey) -> str:
        data = self._secret(namespace, kept.name)
        try:
            return base64.b64decode(data[kept.key]).decode()
        except KeyError as error:
            raise NotThere(f"Secret {kept.name} has no key {kept.key}.") from error
        except (binascii.Error, UnicodeDecodeError, TypeError) as error:
            raise Rejected(f"{kept.key} of Secret {kept.name} holds no text.") from error

    def _secret(self, namespace: str, name: str) -> dict[str, str]:
        with self._lock:
            read_at, known = self._secrets.get((namespace, name), (0.0, {}))
        if read_at and time.monotonic() - read_at < SECRET_SECONDS:
            return known
        found: dict[str, Any] = self._api.get(f"/api/v1/namespaces/{namespace}/secrets/{name}")
        data: dict[str, str] = found.get("data") or {}
        with self._lock:
            self._secrets[namespace, name] = (time.monotonic(), data)
        return data


def _is_ip(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False
