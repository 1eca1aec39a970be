"""The API server: credentials by the official client, calls as raw JSON.

The typed client takes five times as long to read a long list as its JSON takes to parse.
"""

from __future__ import annotations

import asyncio
import gc
import json
import re
import shlex
import socket
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
from socksio.exceptions import SOCKSError

from dashboard.gateways.clusters.kubernetes import port_forward
from dashboard.gateways.clusters.kubernetes.background import Background
from dashboard.gateways.clusters.kubernetes.credentials import Credentials
from dashboard.model.core import rights
from dashboard.model.core.errors import Forbidden, GatewayError, NotThere, Rejected, Unreachable

CALL_SECONDS = 8.0
CONNECT_SECONDS = 3.0
# The server ends each watch by then, with a bookmark just before: one that is silent for longer hangs.
WATCH_SECONDS = 45
RENEW_SECONDS = 5.0
# httpx passes on what a SOCKS proxy's client raises.
_BROKEN = (httpx.HTTPError, SOCKSError)
NAMESPACED_ACCOUNT = (
    """Where you may read some namespaces alone, name them, as in DACA_NAMESPACES='["prod", "dev"]'. """
    "Else let an administrator grant this right in all:"
)


def decoded(body: bytes) -> Any:
    """The JSON of a list that may be long; raises `ValueError`.

    Nothing that is made meanwhile is garbage, and looking for it again and again takes twice as long as all
    the rest (docs.python.org/3/library/gc.html: a collection for each so many new objects).
    """
    gc.disable()
    try:
        return json.loads(body)
    finally:
        gc.enable()


def json_object(body: bytes, path: str) -> dict[str, Any]:
    """The same of one object; raises `Rejected` for all else, as something in the server's place answers."""
    try:
        found = decoded(body)
    except (ValueError, RecursionError) as error:
        raise Rejected(f"The Kubernetes API answered {path} with what is no JSON.") from error
    if not isinstance(found, dict):
        raise Rejected(f"The Kubernetes API answered {path} with what is no object of it.")
    return found


class Gone(Exception):
    """The server ends a watch from here on: list again. `why` is None where the starting point is too old."""

    def __init__(self, why: GatewayError | None = None) -> None:
        super().__init__()
        self.why = why


class _Session:
    """One reading of the credentials with the connections that were made with it."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=30)
        self.calls = httpx.AsyncClient(
            base_url=credentials.host,
            verify=credentials.tls,
            proxy=credentials.proxy,
            limits=limits,
            trust_env=False,
        )
        self.proxied = httpx.HTTPTransport(verify=credentials.tls, proxy=credentials.proxy, limits=limits)
        # Where the server's certificate has another name than its address.
        name = credentials.server_name
        self.extensions: dict[str, Any] = {"sni_hostname": name} if name else {}

    def stream(
        self, verb: str, path: str, headers: dict[str, str], silence: float, **options: Any
    ) -> AbstractAsyncContextManager[httpx.Response]:
        """A request whose answer may pause for `silence` seconds."""
        timeout = httpx.Timeout(CALL_SECONDS, connect=CONNECT_SECONDS, read=silence)
        return self.calls.stream(
            verb, path, headers=headers, timeout=timeout, extensions=self.extensions, **options
        )

    async def close(self) -> None:
        await self.calls.aclose()
        self.proxied.close()


class Api:
    """One API server as one user. Thread-safe; raises `GatewayError` alone, and `Gone` from `watch`.

    Credentials that stop working are read anew: after a 401, or when the kubeconfig was written.
    """

    def __init__(self, context: str | None = None) -> None:
        self._context = context
        self._session = _Session(Credentials(context))
        self._renewing = threading.Lock()
        self._renewed_at = time.monotonic()
        self.background = Background(f"kubernetes {context or ''}".strip())

    @property
    def host(self) -> str:
        return self._session.credentials.host

    @property
    def in_cluster(self) -> bool:
        """Whether this runs in the cluster and reached it by the pod's own account."""
        return self._session.credentials.in_cluster

    def close(self) -> None:
        """End every call, watch and forwarded connection."""
        self.background.close(self._session.close())

    def get(self, path: str, **params: str) -> Any:
        """The decoded JSON object at `path`."""
        return json_object(self.background.run(self.read(path, **params), seconds=2 * CALL_SECONDS), path)

    def create(self, path: str, body: dict[str, Any]) -> bool:
        """Create an object in the collection at `path`; False where it is there already."""
        made = self._answer("POST", path, json=body)
        status, content = self.background.run(made, seconds=2 * CALL_SECONDS)
        if status not in {201, 409}:
            raise self._refused(status, content, path)
        return bool(status == 201)

    def forward(self, namespace: str, pod: str, port: int) -> socket.socket:
        """A socket to a port of a pod, through the API server."""
        opening = port_forward.open_socket(self._session.credentials, namespace, pod, port)
        try:
            return self.background.run(opening, seconds=CALL_SECONDS)
        except port_forward.RefusedError as error:
            raise self._refused(error.status, error.body) from error

    def proxied(self, request: httpx.Request) -> httpx.Response:
        """Send a request to a part of the cluster through one of the API server's proxies."""
        session = self._session
        request.headers.update(session.credentials.headers())
        request.extensions = {**request.extensions, **session.extensions}
        try:
            reply = session.proxied.handle_request(request)
        except SOCKSError as error:
            raise httpx.ProxyError(str(error), request=request) from error
        if reply.status_code == 401:
            self._renew(session, refused=True)
        return reply

    async def read(self, path: str, **params: str) -> bytes:
        """The body at `path`, with a deadline; none for the log of a pod that has no node yet (204)."""
        status, content = await self._answer("GET", path, params=params)
        if status not in {200, 204}:
            raise self._refused(status, content, path)
        return content

    async def _answer(self, verb: str, path: str, **options: Any) -> tuple[int, bytes]:
        session = self._session
        try:
            status, content = await self._ask(session, verb, path, **options)
        except Unreachable:
            if not await asyncio.to_thread(self._renew, session, refused=False):
                raise
        else:
            if status != 401 or not await asyncio.to_thread(self._renew, session, refused=True):
                return status, content
        return await self._ask(self._session, verb, path, **options)

    async def _ask(self, session: _Session, verb: str, path: str, **options: Any) -> tuple[int, bytes]:
        headers = await asyncio.to_thread(session.credentials.headers)
        try:
            async with session.stream(verb, path, headers, CALL_SECONDS, **options) as reply:
                return reply.status_code, await reply.aread()
        except _BROKEN as error:
            raise self._unreachable(error) from error

    async def watch(
        self, path: str, version: str, opened: Callable[[], None]
    ) -> AsyncGenerator[tuple[str, Any], None]:
        """(type, object) as they change after `version`, until the server ends the stream."""
        session = self._session
        headers = await asyncio.to_thread(session.credentials.headers)
        params = {"watch": "1", "resourceVersion": version, "allowWatchBookmarks": "true"}
        params["timeoutSeconds"] = str(WATCH_SECONDS)
        silence = WATCH_SECONDS + CALL_SECONDS
        try:
            async with session.stream("GET", path, headers, silence, params=params) as reply:
                await self._check(session, reply)
                opened()
                async for line in reply.aiter_lines():
                    event = json.loads(line)
                    if event["type"] == "ERROR":
                        raise self._ended(event["object"])
                    yield event["type"], event["object"]
        except _BROKEN as error:
            await asyncio.to_thread(self._renew, session, refused=False)
            raise self._unreachable(error) from error

    async def _check(self, session: _Session, reply: httpx.Response) -> None:
        if reply.status_code == 410:
            raise Gone
        if reply.status_code == 401:
            await asyncio.to_thread(self._renew, session, refused=True)
        if reply.status_code != 200:
            raise self._refused(reply.status_code, await reply.aread())

    def _renew(self, broken: _Session, *, refused: bool) -> bool:
        """Read the credentials anew, not more often than each few seconds; whether there are others now."""
        with self._renewing:
            if self._session is not broken:
                return True
            due = time.monotonic() - self._renewed_at > RENEW_SECONDS
            if not broken.credentials.stale and not (refused and due):
                return False
            self._renewed_at = time.monotonic()
            try:
                self._session = _Session(Credentials(self._context))
            except (GatewayError, OSError):
                return False
            self.background.start(broken.close())
            return True

    def _unreachable(self, error: Exception) -> Unreachable:
        words = str(error) or type(error).__name__
        return Unreachable(
            f"The Kubernetes API at {self.host} cannot be reached: {words}.",
            command=in_context("kubectl get --raw /readyz", self._context),
        )

    def _refused(self, status: int, body: bytes, path: str = "") -> GatewayError:
        error = refusal(status, body, path)
        error.command = in_context(error.command, self._context)
        return error

    def _ended(self, status: dict[str, Any]) -> Gone:
        """Why the server ends a watch, by its Status."""
        code = status.get("code")
        if code == 410:
            return Gone()
        known = code if isinstance(code, int) else 500
        return Gone(self._refused(known, json.dumps({**status, "kind": "Status"}).encode(), "a watch"))


def in_context(lines: str, context: str | None) -> str:
    """Shell lines for this context, whichever is the current one by the time they are run."""
    if not context or not lines:
        return lines
    name = shlex.quote(context)
    return "\n".join(
        re.sub(r"^kubectl\b", f"kubectl --context {name}", line)
        if line.startswith("kubectl")
        else f"kubectl config use-context {name} && {line}"
        for line in lines.splitlines()
    )


def refusal(status: int, body: bytes, path: str = "") -> GatewayError:
    """The API server's Status as an error; a missing right comes with the command that grants it."""
    message = status_message(body) or f"HTTP status {status} for {path}"
    if status == 401:
        return Forbidden(f"The cluster does not know us: {message}.", command="kubectl auth whoami")
    if status == 403:
        missing = rights.missing(message)
        hint = NAMESPACED_ACCOUNT if missing and not missing.namespace else ""
        return Forbidden(f"{message}.", hint=hint, command=rights.grant(missing) if missing else "")
    if status == 404:
        return NotThere(f"{message}.", command="dapr init -k" if "/dapr.io/" in path else "")
    return Unreachable(f"{message}.") if status >= 500 or status == 429 else Rejected(f"{message}.")


def status_message(body: bytes) -> str:
    """The `message` of a Kubernetes Status, or ""."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    is_status = isinstance(found, dict) and found.get("kind") == "Status"
    return str(found.get("message", "")).rstrip(".") if is_status else ""
