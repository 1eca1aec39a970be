"""Ways into the cluster: HTTP through the API server's proxies, Redis through port-forwarding."""

from __future__ import annotations

import base64
import binascii
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, cast

import httpx
from kubernetes import client
from kubernetes.stream import portforward

from dashboard.gateways.clusters.kubernetes.api import Api
from dashboard.model.errors import NotThere, Rejected
from dashboard.model.places import RedisAddress

SECRET_SECONDS = 30.0


class ProxyTransport(httpx.BaseTransport):
    """Adds our credentials to each request; a token that changes is used at the next one."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._inner = httpx.HTTPTransport(verify=api.tls)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.headers.update(self._api.headers())
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


class KubernetesDialer:
    """`pod_of` finds the pod and its port behind a Redis address; None where it is outside the cluster."""

    def __init__(self, api: Api, pod_of: Callable[[RedisAddress], tuple[str, int] | None]) -> None:
        self._api = api
        self._pod_of = pod_of
        self._core = client.CoreV1Api(client.ApiClient(api.configuration))
        self._secrets: dict[tuple[str, str], tuple[float, dict[str, str]]] = {}
        self._lock = threading.Lock()

    def http(self, url: str) -> httpx.BaseTransport | None:
        return ProxyTransport(self._api) if url.startswith(self._api.host) else None

    def redis(self, address: RedisAddress) -> Callable[[], socket.socket] | None:
        if self._pod_of(address) is None or "KUBERNETES_SERVICE_HOST" in os.environ:
            return None
        return lambda: self._forward(address)

    def _forward(self, address: RedisAddress) -> socket.socket:
        """A socket to the pod that serves the address now: each new connection follows a moved pod."""
        target = self._pod_of(address)
        if target is None:
            raise ConnectionError(f"no pod is ready behind {address.host}")
        pod, port = target
        try:
            opened = portforward(
                self._core.connect_get_namespaced_pod_portforward, pod, address.namespace, ports=str(port)
            )
            return cast(socket.socket, opened.socket(port))
        except Exception as error:  # the websocket client has no common error class
            raise ConnectionError(f"port-forwarding to pod {pod} failed: {error}") from error

    def password(self, address: RedisAddress) -> str:
        if address.secret is None:
            return address.password
        data = self._secret(address.namespace, address.secret.name)
        try:
            return base64.b64decode(data[address.secret.key]).decode()
        except KeyError as error:
            raise NotThere(f"Secret {address.secret.name} has no key {address.secret.key}.") from error
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Rejected(f"Secret {address.secret.name} holds no text.") from error

    def _secret(self, namespace: str, name: str) -> dict[str, str]:
        with self._lock:
            read_at, known = self._secrets.get((namespace, name), (0.0, {}))
        if time.monotonic() - read_at < SECRET_SECONDS:
            return known
        found: dict[str, Any] = self._api.get(f"/api/v1/namespaces/{namespace}/secrets/{name}")
        data: dict[str, str] = found.get("data") or {}
        with self._lock:
            self._secrets[namespace, name] = (time.monotonic(), data)
        return data
