"""HTTP to a pod's loopback through port-forwarding, where no proxy of the API server leads."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from socket import socket
from urllib.parse import urlsplit

import httpx

SUFFIX = ".forwarded"


def forwarded_url(namespace: str, pod: str, port: int) -> str:
    """How a pod's port is written as a URL."""
    return f"http://{pod}.{namespace}{SUFFIX}:{port}"


def forwarded_to(url: str) -> tuple[str, str, int] | None:
    """The namespace, pod and port of such a URL, None for any other."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host.endswith(SUFFIX):
        return None
    pod, _, namespace = host.removesuffix(SUFFIX).rpartition(".")
    return namespace, pod, parts.port or 80


class ForwardedTransport(httpx.BaseTransport):
    """A connection for each call: what is published by hand is little, and pods come and go."""

    def __init__(self, connect: Callable[[], socket]) -> None:
        self._connect = connect

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        seconds = request.extensions.get("timeout", {}).get("read")
        connection = http.client.HTTPConnection(request.url.host, request.url.port)
        connection.sock = self._connect()
        connection.sock.settimeout(seconds)
        try:
            path = request.url.raw_path.decode("ascii")
            connection.request(request.method, path, request.read(), dict(request.headers))
            reply = connection.getresponse()
            return httpx.Response(reply.status, headers=reply.getheaders(), content=reply.read())
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error), request=request) from error
        except (OSError, http.client.HTTPException) as error:
            raise httpx.ReadError(str(error), request=request) from error
        finally:
            connection.close()
