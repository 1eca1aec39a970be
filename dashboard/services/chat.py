"""Send one message to an actor in several namespaces, and read its histories side by side."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dashboard.model.chat import Delivery, Histories, HistoryPage
from dashboard.services.audit import Entry
from dashboard.services.guard import Guard
from dashboard.services.side_by_side import Outcome, each
from dashboard.services.workspace import Workspace

TURNS_A_PAGE = 50


@dataclass(frozen=True)
class Chat:
    """The chat of one user with the actors of a workspace."""

    workspace: Workspace
    guard: Guard
    who: str = "local"

    def send(
        self, namespaces: Sequence[str], actor_id: str, content: str, *, message_id: str | None = None
    ) -> Iterator[Delivery]:
        """Yield what each namespace answered, as it arrives.

        `message_id` is the idempotency key; giving a failed delivery's own key sends it again without ever
        doubling the turn.
        """
        key = message_id or uuid.uuid4().hex
        sent_at = time.time()

        def call(name: str) -> str:
            place = self.workspace.place(name)
            self.guard.may_write(name, protected=place.protected)
            return self.workspace.connections.agent(place).send(actor_id, content, key)

        for outcome in each(namespaces, call, deadline=self.workspace.deadline):
            delivery = _delivery(outcome, actor_id, content, key, sent_at)
            self._record(delivery)
            yield delivery

    def histories(
        self,
        namespaces: Sequence[str],
        actor_id: str,
        *,
        before: dict[str, str] | None = None,
        turns: int = TURNS_A_PAGE,
    ) -> Histories:
        """One page of turns per namespace; `before` holds the cursor of each namespace's older page."""
        cursors = before or {}

        def call(name: str) -> HistoryPage:
            agent = self.workspace.connections.agent(self.workspace.place(name))
            return agent.history(actor_id, limit=turns, before=cursors.get(name))

        found = Histories()
        outcomes = {o.namespace: o for o in each(namespaces, call, deadline=self.workspace.deadline)}
        for outcome in (outcomes[name] for name in namespaces):
            if outcome.failure:
                found.failures[outcome.namespace] = outcome.failure
            elif outcome.value is not None:
                found.pages[outcome.namespace] = outcome.value
        return found

    def _record(self, delivery: Delivery) -> None:
        result = delivery.failure.what if delivery.failure else "answered"
        self.workspace.audit.append(
            Entry(
                at=delivery.sent_at,
                who=self.who,
                namespace=delivery.namespace,
                action="send",
                actor_id=delivery.actor_id,
                text=delivery.content[:200],
                result=result,
                latency_ms=round(delivery.latency_ms, 1),
            )
        )


def _delivery(outcome: Outcome[str], actor_id: str, content: str, key: str, sent_at: float) -> Delivery:
    return Delivery(
        namespace=outcome.namespace,
        actor_id=actor_id,
        message_id=key,
        content=content,
        sent_at=sent_at,
        latency_ms=outcome.latency_ms,
        answer=outcome.value,
        failure=outcome.failure,
    )
