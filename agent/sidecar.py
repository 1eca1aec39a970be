"""The one HTTP session to the sidecar, for the life of the process.

The SDK's own client opens a new connection for each call and waits for the sidecar in its constructor, which
stops the event loop for up to a minute (python-sdk `clients/http/client.py`, `clients/health.py`).
"""

from __future__ import annotations

import json
from urllib.parse import quote

import aiohttp
from dapr.clients.base import DaprActorClientBase

from agent.settings import Settings

ACTOR_TYPE = "ChatAgent"
_JSON = {"Content-Type": "application/json"}


class SidecarError(Exception):
    """The sidecar did not do what was asked: it is away, late, or answered with an error.

    `status` is its HTTP status, None where there was no answer.
    """

    def __init__(self, what: str, status: int | None = None) -> None:
        super().__init__(what)
        self.status = status


def _message(body: bytes) -> str:
    """What an error says (Dapr docs: reference/errors), or its body as it is."""
    text = body[:2_000].decode(errors="replace")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return text[:500]
    return str(said.get("message") or text)[:500] if isinstance(said, dict) else text[:500]


class Sidecar(DaprActorClientBase):  # type: ignore[misc]
    """Calls to daprd's HTTP API, each with a deadline; raises `SidecarError` alone."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._token = settings.dapr_api_token.get_secret_value().strip()  # a Secret often ends in a new line
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Open the session; needs no sidecar to be there yet."""
        self._session = aiohttp.ClientSession(
            base_url=self._settings.sidecar_url,
            headers={"dapr-api-token": self._token} if self._token else {},
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=60),
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _call(
        self, verb: str, path: str, deadline: float, data: bytes | None = None, **params: str
    ) -> bytes:
        if self._session is None:
            raise SidecarError("the session to the sidecar is not open")
        limit = aiohttp.ClientTimeout(total=deadline)
        try:
            async with self._session.request(
                verb, path, data=data, headers=_JSON, params=params, timeout=limit
            ) as reply:
                body = await reply.read()
        except TimeoutError as error:
            raise SidecarError(f"the sidecar did not answer {verb} {path} within {deadline:g} s") from error
        except aiohttp.ClientError as error:
            raise SidecarError(self._redacted(f"the sidecar cannot be reached: {error}")) from error
        if reply.status >= 400:
            said = self._redacted(_message(body))
            raise SidecarError(f"the sidecar answered {reply.status}: {said}", reply.status)
        return body

    def _redacted(self, text: str) -> str:
        """What answers in the sidecar's place may repeat what it was sent."""
        return text.replace(self._token, "[redacted]") if self._token else text

    async def invoke_method(
        self, actor_type: str, actor_id: str, method: str, data: bytes | None = None
    ) -> bytes:
        path = f"/v1.0/actors/{actor_type}/{actor_id}/method/{method}"
        return await self._call("PUT", path, self._settings.turn_deadline, data)

    async def save_state_transactionally(self, actor_type: str, actor_id: str, data: bytes) -> None:
        path = f"/v1.0/actors/{actor_type}/{actor_id}/state"
        await self._call("PUT", path, self._settings.state_deadline, data)

    async def get_state(self, actor_type: str, actor_id: str, name: str) -> bytes:
        path = f"/v1.0/actors/{actor_type}/{actor_id}/state/{name}"
        return await self._call("GET", path, self._settings.state_deadline)

    async def publish(self, data: bytes, *, event_type: str, event_id: str) -> None:
        """Publish JSON `data` to the topic as a CloudEvent with this type and id."""
        path = f"/v1.0/publish/{self._settings.pubsub_name}/{self._settings.topic}"
        metadata = {"metadata.cloudevent.type": event_type, "metadata.cloudevent.id": event_id}
        await self._call("POST", path, self._settings.publish_deadline, data, **metadata)

    async def metadata(self) -> bytes:
        """What the sidecar says of itself, as JSON (Dapr docs: reference/api/metadata_api)."""
        return await self._call("GET", "/v1.0/metadata", self._settings.probe_deadline)

    async def read_state(self, store: str, key: str) -> bytes:
        """A value of a store, past the actors (Dapr docs: reference/api/state_api)."""
        path = f"/v1.0/state/{quote(store, safe='')}/{quote(key, safe='')}"
        return await self._call("GET", path, self._settings.probe_deadline)

    async def _timer_or_reminder(
        self, verb: str, kind: str, where: tuple[str, str, str], data: bytes | None
    ) -> None:
        actor_type, actor_id, name = where
        await self._call(verb, f"/v1.0/actors/{actor_type}/{actor_id}/{kind}/{name}", 5.0, data)

    async def register_reminder(self, actor_type: str, actor_id: str, name: str, data: bytes) -> None:
        await self._timer_or_reminder("POST", "reminders", (actor_type, actor_id, name), data)

    async def unregister_reminder(self, actor_type: str, actor_id: str, name: str) -> None:
        await self._timer_or_reminder("DELETE", "reminders", (actor_type, actor_id, name), None)

    async def register_timer(self, actor_type: str, actor_id: str, name: str, data: bytes) -> None:
        await self._timer_or_reminder("POST", "timers", (actor_type, actor_id, name), data)

    async def unregister_timer(self, actor_type: str, actor_id: str, name: str) -> None:
        await self._timer_or_reminder("DELETE", "timers", (actor_type, actor_id, name), None)
