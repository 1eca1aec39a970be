"""What the pages look at again and again, each namespace read on its own."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial

from dashboard.model.chat import HistoryPage
from dashboard.model.deployed import WarningEvent
from dashboard.model.events import GroupDetail, Wanted
from dashboard.model.health import NamespaceHealth
from dashboard.model.keys import Stream
from dashboard.model.logs import Log, Source, seconds_of
from dashboard.model.places import Place
from dashboard.services import events, fleet, logs, truth
from dashboard.services.chat import Chat
from dashboard.services.guard import Guard
from dashboard.services.live import Live, Reading
from dashboard.services.truth import ActorTruth
from dashboard.services.workspace import Workspace

PATIENCE_SECONDS = 0.8
LOGS_REMEMBERED = 32


class Readings:
    """Shared by all sessions of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._chat = Chat(workspace, Guard(read_only=True))
        self._histories: Live[tuple[str, str, str | None], HistoryPage] = Live()
        self._health: Live[str, NamespaceHealth] = Live()
        self._warnings: Live[str, tuple[WarningEvent, ...]] = Live()
        self._logs: Live[tuple[Source, str, int], Log] = Live(remembered=LOGS_REMEMBERED)
        self._actor_ids: Live[str, tuple[str, ...]] = Live()
        self._truths: Live[tuple[str, str, int | None], ActorTruth] = Live()
        self._topics: Live[str, tuple[Stream, ...]] = Live()
        self._entries: Live[tuple[str, str, Wanted, str | None], events.Listing] = Live()
        self._groups: Live[tuple[str, str], tuple[GroupDetail, ...]] = Live()

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

    def truths(
        self, names: Sequence[str], actor_id: str, until: int | None = None
    ) -> dict[str, Reading[ActorTruth]]:
        """One actor's truth in each namespace: of its newest turns, none after that of number `until`."""

        def call(name: str) -> ActorTruth:
            return truth.look(self._workspace, self._workspace.place(name), actor_id, until=until)

        keys = {name: (name, actor_id, until) for name in names}
        found = self._truths.look(
            {key: partial(call, key[0]) for key in keys.values()}, patience=PATIENCE_SECONDS
        )
        return {name: found[key] for name, key in keys.items()}

    def topics(self, place: Place) -> Reading[tuple[Stream, ...]]:
        """The topics of a namespace."""
        call = partial(events.topics, self._workspace, place.name)
        return self._topics.look({place.name: call}, patience=PATIENCE_SECONDS)[place.name]

    def entries(
        self, place: Place, topic: str, wanted: Wanted, before: str | None
    ) -> Reading[events.Listing]:
        """A page of a topic's entries, and what became of each."""
        key = (place.name, topic, wanted, before)
        call = partial(events.listing, self._workspace, place, topic, wanted, before=before)
        return self._entries.look({key: call}, patience=PATIENCE_SECONDS)[key]

    def groups(self, place: Place, topic: str) -> Reading[tuple[GroupDetail, ...]]:
        """The groups of a topic with what each has not acknowledged."""
        key = (place.name, topic)
        call = partial(events.groups, self._workspace, place.name, topic)
        return self._groups.look({key: call}, patience=PATIENCE_SECONDS)[key]

    def logs(self, sources: Sequence[Source], age: str, lines: int) -> dict[Source, Reading[Log]]:
        """The newest `lines` lines of each log, none older than `age` (as in "10m", "" for all)."""
        found = self._logs.look(
            {(source, age, lines): partial(self._log, source, age, lines) for source in sources},
            patience=PATIENCE_SECONDS,
        )
        return {source: found[source, age, lines] for source in sources}

    def _log(self, source: Source, age: str, lines: int) -> Log:
        since = time.time() - seconds_of(age) if age else None
        return logs.read(self._workspace, source, since=since, lines=lines)

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
