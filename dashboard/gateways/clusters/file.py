"""What a cluster that is described by a file has in common with another."""

from __future__ import annotations

from abc import ABC, abstractmethod

from dashboard.gateways.dialing import Direct
from dashboard.model.places import Place


class FileCluster(ABC):
    """Looks at its file at each call: what it tells is never old, and nothing is kept open."""

    dialer = Direct()

    @abstractmethod
    def places(self) -> tuple[Place, ...]:
        """Every namespace that the file names."""

    def outline(self) -> tuple[Place, ...]:
        return self.places()

    def close(self) -> None:  # noqa: B027 - the contract asks for it
        """There is nothing to close."""

    def troubles(self) -> tuple[()]:
        return ()

    def deployed(self, namespace: str) -> None:
        """There are no replicas here."""
        return

    def warnings(self, namespace: str) -> tuple[()]:
        """Nothing here warns."""
        return ()
