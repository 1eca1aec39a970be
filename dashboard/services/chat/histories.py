"""The histories of one actor in several namespaces, read side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from dashboard.model.chat.messages import Histories, HistoryPage
from dashboard.services.core.fan_out import fan_out
from dashboard.services.core.polling_cache import PollingCache, Reading
from dashboard.services.core.workspace import Workspace

TURNS_A_PAGE = 50


def page(
    workspace: Workspace,
    namespace: str,
    actor_id: str,
    *,
    before: str | None = None,
    turns: int = TURNS_A_PAGE,
) -> HistoryPage:
    """One page of one namespace's turns, older than the cursor `before`; raises `GatewayError`."""
    return workspace.agent(namespace).history(actor_id, limit=turns, before=before)


def read(
    workspace: Workspace, namespaces: Sequence[str], actor_id: str, *, turns: int = TURNS_A_PAGE
) -> Histories:
    """The newest page of turns of each namespace, or why there is none."""
    call = partial(page, workspace, actor_id=actor_id, turns=turns)
    found = Histories()
    outcomes = {o.namespace: o for o in fan_out(namespaces, call, deadline=workspace.deadline)}
    for outcome in (outcomes[name] for name in namespaces):
        if outcome.failure:
            found.failures[outcome.namespace] = outcome.failure
        elif outcome.value is not None:
            found.pages[outcome.namespace] = outcome.value
    return found


class PolledHistories:
    """The newest pages, shared by all sessions of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._pages: PollingCache[tuple[str, str, str | None], HistoryPage] = PollingCache()

    def look(
        self, namespaces: Sequence[str], actor_id: str, before: Mapping[str, str]
    ) -> dict[str, Reading[HistoryPage]]:
        """One page of turns per namespace; `before` holds the cursors of older pages."""
        keys = {name: (name, actor_id, before.get(name)) for name in namespaces}
        found = self._pages.look(
            {key: partial(page, self._workspace, key[0], actor_id, before=key[2]) for key in keys.values()}
        )
        return {name: found[key] for name, key in keys.items()}
