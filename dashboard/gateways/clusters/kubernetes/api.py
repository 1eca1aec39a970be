"""The API server: credentials by the official client, calls as raw JSON.

The typed client takes five times as long to read a long list as its JSON takes to parse.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from typing import Any

import httpx
from kubernetes import client, config

from dashboard.model.errors import Forbidden, GatewayError, NotThere, Rejected, Unreachable

CALL_SECONDS = 10.0
WATCH_SECONDS = 240


class Gone(Exception):
    """The watch's starting point is too old: list again."""


class Api:
    """One API server as one user. Thread-safe; raises `GatewayError` alone, and `Gone` from `watch`."""

    def __init__(self, context: str | None = None) -> None:
        self.configuration = client.Configuration()
        try:
            _load(self.configuration, context)
        except config.ConfigException as error:
            hint = "Set KUBECONFIG, or name a context with --context."
            raise NotThere(f"There is no usable kubeconfig: {error}.", hint=hint) from error
        self.host: str = self.configuration.host.rstrip("/")
        self.tls = _tls(self.configuration)
        limits = httpx.Limits(max_connections=64)
        self._http = httpx.Client(base_url=self.host, verify=self.tls, timeout=CALL_SECONDS, limits=limits)

    def close(self) -> None:
        self._http.close()

    def headers(self) -> dict[str, str]:
        """The credentials of a request, refreshed where the kubeconfig says how."""
        if self.configuration.refresh_api_key_hook:
            self.configuration.refresh_api_key_hook(self.configuration)
        token = next(iter(self.configuration.api_key.values()), "")
        if token and not token.lower().startswith("bearer "):
            token = f"Bearer {token}"
        return {"Authorization": token} if token else {}

    def get(self, path: str, **params: str) -> Any:
        """The decoded JSON at `path`."""
        try:
            reply = self._http.get(path, params=params, headers=self.headers())
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        if reply.status_code != 200:
            raise refusal(reply.status_code, reply.content, f"get {path}")
        return json.loads(reply.content)

    def create(self, path: str, body: dict[str, Any]) -> bool:
        """Create an object in the collection at `path`; False where it is there already."""
        try:
            reply = self._http.post(path, json=body, headers=self.headers())
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        if reply.status_code == 409:
            return False
        if reply.status_code != 201:
            raise refusal(reply.status_code, reply.content, f"create in {path}")
        return True

    def watch(self, path: str, version: str) -> Iterator[tuple[str, Any]]:
        """(type, object) as they change after `version`, until the server ends the stream."""
        params = {"watch": "1", "resourceVersion": version, "allowWatchBookmarks": "true"}
        params["timeoutSeconds"] = str(WATCH_SECONDS)
        quiet = httpx.Timeout(CALL_SECONDS, read=WATCH_SECONDS + CALL_SECONDS)
        try:
            with self._http.stream(
                "GET", path, params=params, headers=self.headers(), timeout=quiet
            ) as reply:
                if reply.status_code == 410:
                    raise Gone
                if reply.status_code != 200:
                    raise refusal(reply.status_code, reply.read(), f"watch {path}")
                for line in reply.iter_lines():
                    event = json.loads(line)
                    if event["type"] == "ERROR":
                        raise Gone
                    yield event["type"], event["object"]
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: httpx.HTTPError) -> Unreachable:
        return Unreachable(f"The Kubernetes API at {self.host} cannot be reached: {error}.")


def refusal(status: int, body: bytes, what: str) -> GatewayError:
    """The API server's Status as an error that says which right is missing."""
    message = status_message(body) or f"HTTP status {status}"
    if status == 401:
        return Forbidden(
            f"The cluster does not know us: {message}.", hint="Log in again: kubectl auth whoami"
        )
    if status == 403:
        return Forbidden(f"{message}.", hint=f"It was asked to {what}. The README of k8s/ names every right.")
    if status == 404:
        return NotThere(f"{message}.")
    return Unreachable(f"{message}.") if status >= 500 or status == 429 else Rejected(f"{message}.")


def status_message(body: bytes) -> str:
    """The `message` of a Kubernetes Status, or ""."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    is_status = isinstance(found, dict) and found.get("kind") == "Status"
    return str(found.get("message", "")).rstrip(".") if is_status else ""


def _load(configuration: client.Configuration, context: str | None) -> None:
    """A kubeconfig where there is one, else the account of the pod this runs in."""
    try:
        config.load_kube_config(context=context, client_configuration=configuration)
    except config.ConfigException:
        if context is not None:
            raise
        config.load_incluster_config(client_configuration=configuration)


def _tls(configuration: client.Configuration) -> ssl.SSLContext:
    tls = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
    if not configuration.verify_ssl:
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    if configuration.cert_file:
        tls.load_cert_chain(configuration.cert_file, configuration.key_file)
    return tls
