"""HTTP calls whose every failure is a `GatewayError` with words for a person."""

from __future__ import annotations

import json as codec
import ssl
import threading
from functools import cache
from typing import Any

import httpx

from dashboard.model.core import rights
from dashboard.model.core.errors import Forbidden, GatewayError, NotThere, Rejected, Unreachable

MAX_BODY_BYTES = 32 << 20


_READING = threading.Lock()


@cache
def _authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _trusted(url: str) -> ssl.SSLContext:
    """One for all, read once: many are opened side by side, and reading it outlasts their calls.

    Without TLS none is read, and nobody is trusted: no redirect is followed to where TLS begins.
    """
    if not url.lower().startswith("https:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with _READING:
        return _authorities()


class JsonHttp:
    """One base URL, `what` names it in errors ("the agent"). Thread-safe; follows no redirect."""

    def __init__(
        self, what: str, url: str, *, timeout: float, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._where = f"{what} at {url}"
        self._timeout = timeout
        self._client = httpx.Client(
            base_url=url, timeout=timeout, transport=transport, verify=_trusted(url), trust_env=False
        )

    def close(self) -> None:
        self._client.close()

    def call(
        self,
        verb: str,
        path: str,
        *,
        json: object = None,
        headers: dict[str, str] | None = None,
        params: dict[str, str] | None = None,
        timeout: float | None = None,
    ) -> tuple[Any, httpx.Headers]:
        """The decoded JSON body of a 2xx answer, None where it is empty, and the headers.

        Raises `GatewayError` for all else. `timeout` is how long (seconds) this answer may take, where it is
        another than the others may.
        """
        seconds = timeout or self._timeout
        limits = httpx.Timeout(self._timeout, read=seconds)
        options = {"json": json, "headers": headers, "params": params, "timeout": limits}
        try:
            try:
                reply, body = self._exchange(verb, path, options)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                # A server may close an idle connection in the moment of its next use (RFC 9112, 9.3.1): who
                # polls as often as a server waits would see that again and again.
                if verb != "GET":
                    raise
                reply, body = self._exchange(verb, path, options)
        except httpx.TimeoutException as error:
            raise Unreachable(f"{self._where} did not answer within {seconds:g} s.") from error
        except httpx.ConnectError as error:
            raise Unreachable(f"{self._where} cannot be reached: nothing listens there.") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(f"{self._where} broke off: {error}.") from error
        if not reply.is_success:
            raise self._refusal(reply.status_code, body)
        return self._decode(body), reply.headers

    def _exchange(self, verb: str, path: str, options: dict[str, Any]) -> tuple[httpx.Response, bytes]:
        with self._client.stream(verb, path, **options) as reply:
            return reply, self._read(reply)

    def _read(self, reply: httpx.Response) -> bytes:
        body = b""
        for chunk in reply.iter_bytes():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise Rejected(f"{self._where} answered with more than {MAX_BODY_BYTES >> 20} MiB.")
        return body

    def _decode(self, body: bytes) -> Any:
        if not body:
            return None
        try:
            return codec.loads(body)
        except (ValueError, RecursionError) as error:
            raise Rejected(f"{self._where} answered with something that is no JSON.") from error

    def _refusal(self, status: int, body: bytes) -> GatewayError:
        words = _detail(body) or f"HTTP status {status}"
        said = f"{self._where} answered: {words}"
        if status in {401, 403}:
            right = rights.missing(words)
            return Forbidden(said, command=rights.grant(right) if right else "")
        if status == 404:
            return NotThere(said)
        if status < 400:
            return Rejected(f"{self._where} redirects elsewhere (HTTP status {status}).")
        if status < 500 and status not in {408, 429}:
            return Rejected(said)
        return Unreachable(said)


def _detail(body: bytes) -> str:
    """The `detail` of RFC 9457 problem details, the `message` of a Kubernetes Status, or ""."""
    try:
        problem = codec.loads(body)
    except (ValueError, RecursionError):
        return ""
    return (
        str(problem.get("detail") or problem.get("title") or problem.get("message") or "")[:500]
        if isinstance(problem, dict)
        else ""
    )
