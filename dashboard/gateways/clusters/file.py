"""What a cluster that is described by a file has in common with another."""

from __future__ import annotations

from abc import ABC, abstractmethod

from dashboard.gateways.dialer import Direct
from dashboard.model.core.endpoints import Endpoint


class FileCluster(ABC):
    """Looks at its file at each call: what it tells is never old, and nothing is kept open."""

    dialer = Direct()

    @abstractmethod
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Every namespace that the file names."""

    def outline(self) -> tuple[Endpoint, ...]:
        return self.endpoints()

    def close(self) -> None:  # noqa: B027 - the contract asks for it
        """There is nothing to close."""

    def warnings(self) -> tuple[()]:
        return ()

    def deployed(self, namespace: str) -> None:
        """There are no replicas here."""
        return

    def warning_events(self, namespace: str) -> tuple[()]:
        """Nothing here warns."""
        return ()
