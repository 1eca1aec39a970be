"""What the pages look at again and again, each namespace read on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from dashboard.model.chat import HistoryPage
from dashboard.model.deployed import WarningEvent
from dashboard.model.health import NamespaceHealth
from dashboard.model.places import Place
from dashboard.services import fleet
from dashboard.services.chat import Chat
from dashboard.services.guard import Guard
from dashboard.services.live import Live, Reading
from dashboard.services.workspace import Workspace

PATIENCE_SECONDS = 0.8


class Readings:
    """Shared by all sessions of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._chat = Chat(workspace, Guard(read_only=True))
        self._histories: Live[tuple[str, str, str | None], HistoryPage] = Live()
        self._health: Live[str, NamespaceHealth] = Live()
        self._warnings: Live[str, tuple[WarningEvent, ...]] = Live()
        self._actor_ids: Live[str, tuple[str, ...]] = Live()

    def histories(
        self, names: Sequence[str], actor_id: str, before: Mapping[str, str]
    ) -> dict[str, Reading[HistoryPage]]:
        """One page of turns per namespace; `before` holds the cursors of older pages."""
        keys = {name: (name, actor_id, before.get(name)) for name in names}
        found = self._histories.look(
            {key: partial(self._chat.history_page, key[0], key[1], before=key[2]) for key in keys.values()},
            patience=PATIENCE_SECONDS,
        )
        return {name: found[key] for name, key in keys.items()}

    def health(self, places: Sequence[Place]) -> dict[str, Reading[NamespaceHealth]]:
        """The health of each place, of which the name is enough."""
        return self._health.look(
            {place.name: partial(self._health_of, place.name) for place in places},
            patience=PATIENCE_SECONDS,
        )

    def _health_of(self, name: str) -> NamespaceHealth:
        return fleet.check_one(self._workspace, self._workspace.place(name))

    def warnings(self, namespace: str) -> Reading[tuple[WarningEvent, ...]]:
        """What the cluster warned of there."""
        call = partial(self._workspace.cluster.warnings, namespace)
        return self._warnings.look({namespace: call}, patience=PATIENCE_SECONDS)[namespace]

    def actor_ids(self, places: Sequence[Place]) -> tuple[str, ...]:
        """The actor ids found in any of the stores so far, sorted; a store that is away adds none."""
        found = self._actor_ids.look(
            {place.name: partial(self._ids_of, place.name) for place in places},
            patience=PATIENCE_SECONDS / 4,
        )
        return tuple(sorted({actor_id for reading in found.values() for actor_id in reading.value or ()}))

    def _ids_of(self, name: str) -> tuple[str, ...]:
        place = self._workspace.place(name)
        return self._workspace.connections.store(place).actor_ids(app_id=place.app_id)
