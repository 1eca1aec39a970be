"""A sidecar's APIs that we use (Dapr docs: reference/api/metadata_api, pubsub_api, state_api)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from dashboard.gateways.http import JsonHttp
from dashboard.model.core.errors import Rejected
from dashboard.model.core.sidecar import LoadedComponent, SidecarMetadata, Subscription

NOBODYS_KEY = "daca-ops-reads-this-and-nobody-writes-it"


class SidecarGateway:
    """Calls to one sidecar; raises `GatewayError` alone."""

    def __init__(
        self, url: str, *, timeout: float = 2.0, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._http = JsonHttp("The sidecar", url, timeout=timeout, transport=transport)

    def close(self) -> None:
        self._http.close()

    def metadata(self) -> SidecarMetadata:
        """What the sidecar says of itself."""
        body, _ = self._http.call("GET", "/v1.0/metadata")
        try:
            return _metadata(body)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Rejected("The sidecar's metadata has another shape than Dapr's.") from error

    def read_state(self, store: str) -> None:
        """Read a key that is never written, on the way that a turn takes; raises why that fails."""
        self._http.call("GET", f"/v1.0/state/{quote(store, safe='')}/{NOBODYS_KEY}")

    def publish(self, pubsub: str, topic: str, data: object, *, event_type: str, event_id: str) -> None:
        """Publish `data` as a CloudEvent; one of another type is of no interest to a subscription's rule."""
        params = {"metadata.cloudevent.type": event_type, "metadata.cloudevent.id": event_id}
        self._http.call("POST", f"/v1.0/publish/{pubsub}/{quote(topic, safe='')}", json=data, params=params)


def _metadata(body: dict[str, Any]) -> SidecarMetadata:
    runtime = body.get("actorRuntime") or {}
    active = {a["type"]: int(a.get("count", 0)) for a in runtime.get("activeActors") or ()}
    return SidecarMetadata(
        version=str(body.get("runtimeVersion", "")),
        placement_connected=runtime.get("placement") == "placement: connected",
        active_actors=active,
        subscriptions=tuple(
            Subscription(
                s.get("pubsubname", ""),
                s.get("topic", ""),
                tuple(str(rule.get("path", "")) for rule in s.get("rules") or ()),
            )
            for s in body.get("subscriptions") or ()
        ),
        components=tuple(
            LoadedComponent(c["name"], c["type"], frozenset(c.get("capabilities") or ()))
            for c in body.get("components") or ()
        ),
        app_id=str(body.get("id", "")),
        app_port=(body.get("appConnectionProperties") or {}).get("port"),
    )
