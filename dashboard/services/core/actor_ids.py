"""The actors that the stores know, for whoever picks one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from dashboard.services.core.polling_cache import PATIENCE_SECONDS, PollingCache
from dashboard.services.core.workspace import Workspace


class PolledActorIds:
    """Shared by all sessions of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._ids: PollingCache[str, tuple[str, ...]] = PollingCache()

    def look(self, namespaces: Sequence[str], *, since: float | None = None) -> tuple[str, ...]:
        """The actor ids found in any of the stores so far, sorted; a store that is away adds none."""
        calls = {name: partial(self._read, name) for name in namespaces}
        found = self._ids.look(calls, since=since, patience=PATIENCE_SECONDS / 4)
        return tuple(sorted({actor_id for reading in found.values() for actor_id in reading.value or ()}))

    def _read(self, namespace: str) -> tuple[str, ...]:
        app_id = self._workspace.endpoint(namespace).app_id
        return self._workspace.store(namespace).actor_ids(app_id=app_id)
