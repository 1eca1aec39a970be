"""The sidecars of one namespace during one look: each says once what it is, whoever wants to know."""

from __future__ import annotations

import threading
from concurrent.futures import Future

from dashboard.gateways.connections import Connections
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.sidecar import SidecarMetadata


class AskedSidecars:
    """Thread-safe. Made for one look and thrown away after it: nothing is asked again."""

    def __init__(self, connections: Connections, endpoint: Endpoint) -> None:
        self.connections, self.endpoint = connections, endpoint
        self._told: dict[str | None, Future[SidecarMetadata]] = {}
        self._asking = threading.Lock()

    @property
    def urls(self) -> tuple[str | None, ...]:
        """One for each replica; None where no sidecar has an address, which asking then says."""
        return self.endpoint.replicas or (self.endpoint.sidecar_url,)

    def metadata(self, url: str | None) -> SidecarMetadata:
        """What one replica's sidecar says of itself; raises `GatewayError`, to each who asks."""
        with self._asking:
            known = self._told.get(url)
            told = known or self._told.setdefault(url, Future())
        if known is None:
            try:
                told.set_result(self.connections.sidecar(self.endpoint, url).metadata())
            except BaseException as error:  # who waits for it must not wait for ever
                told.set_exception(error)
        return told.result()
