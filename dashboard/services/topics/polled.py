"""What the pages look at again and again of topics, shared by all sessions of one workspace."""

from __future__ import annotations

from functools import partial

from dashboard.model.topics.events import EntryFilter, GroupDetail
from dashboard.model.topics.streams import Stream
from dashboard.services.core.polling_cache import PollingCache, Reading
from dashboard.services.core.workspace import Workspace
from dashboard.services.topics import delivery
from dashboard.services.topics import entries as topic_entries


class PolledTopics:
    """Topics, entries and groups of each namespace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._topics: PollingCache[str, tuple[Stream, ...]] = PollingCache()
        self._entries: PollingCache[tuple[str, str, EntryFilter, str | None], delivery.Listing] = (
            PollingCache()
        )
        self._groups: PollingCache[tuple[str, str], tuple[GroupDetail, ...]] = PollingCache()

    def topics(self, namespace: str, *, since: float | None = None) -> Reading[tuple[Stream, ...]]:
        """The topics of a namespace."""
        call = partial(topic_entries.topics, self._workspace, namespace)
        return self._topics.look_at(namespace, call, since=since)

    def entries(
        self,
        namespace: str,
        topic: str,
        wanted: EntryFilter,
        before: str | None,
        *,
        since: float | None = None,
    ) -> Reading[delivery.Listing]:
        """A page of a topic's entries, and what became of each."""
        call = partial(delivery.listing, self._workspace, namespace, topic, wanted, before=before)
        return self._entries.look_at((namespace, topic, wanted, before), call, since=since)

    def groups(
        self, namespace: str, topic: str, *, since: float | None = None
    ) -> Reading[tuple[GroupDetail, ...]]:
        """The groups of a topic with what each has not acknowledged."""
        call = partial(topic_entries.groups, self._workspace, namespace, topic)
        return self._groups.look_at((namespace, topic), call, since=since)
