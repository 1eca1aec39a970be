"""Send one message to an actor in several namespaces, and read its histories side by side."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dashboard.gateways.agent import TURN_SECONDS
from dashboard.model.chat import Delivery, Failure, Histories, HistoryPage
from dashboard.model.places import Place
from dashboard.services.guard import Guard
from dashboard.services.side_by_side import Outcome, attempt, each
from dashboard.services.workspace import Workspace
from dashboard.services.writing import Writing

TURNS_A_PAGE = 50


def new_message_id() -> str:
    """An idempotency key for one message."""
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Sending:
    """One message on its way; its answers arrive while the page draws. Thread-safe."""

    namespaces: tuple[str, ...]
    actor_id: str
    content: str
    message_id: str
    sent_at: float
    _arrived: dict[str, Delivery] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)

    def put(self, delivery: Delivery) -> None:
        """Keep what one namespace answered."""
        with self._changed:
            self._arrived[delivery.namespace] = delivery
            self._changed.notify_all()

    def wait(self, seconds: float) -> None:
        """Return when all have answered, at the latest after `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: not self.waiting(), seconds)

    def get(self, namespace: str) -> Delivery | None:
        """What `namespace` answered so far."""
        return self._arrived.get(namespace)

    def waiting(self) -> tuple[str, ...]:
        """The namespaces that have not answered yet."""
        return tuple(name for name in self.namespaces if name not in self._arrived)

    def failed(self, namespace: str, failure: Failure) -> Delivery:
        """A delivery that failed before it was sent."""
        latency = (time.time() - self.sent_at) * 1000
        return Delivery(
            namespace, self.actor_id, self.message_id, self.content, self.sent_at, latency, failure=failure
        )


@dataclass(frozen=True)
class Chat:
    """The chat of one user with the actors of a workspace."""

    workspace: Workspace
    guard: Guard

    @property
    def turn_deadline(self) -> float:
        """Seconds that one namespace may take for a message: never less than the agent itself."""
        return max(self.workspace.deadline, TURN_SECONDS + 1)

    def send(
        self, namespaces: Sequence[str], actor_id: str, content: str, *, message_id: str | None = None
    ) -> Iterator[Delivery]:
        """Yield what each namespace answered, as it arrives.

        `message_id` is the idempotency key; giving a failed delivery's own key sends it again without ever
        doubling the turn.
        """
        key = message_id or new_message_id()
        sent_at = time.time()
        writing = Writing(self.workspace, self.guard)

        def call(place: Place) -> str:
            return self.workspace.connections.agent(place).send(actor_id, content, key)

        def write(name: str) -> str:
            return writing.run(name, "send", call, actor_id=actor_id, text=content)

        for outcome in each(namespaces, write, deadline=self.turn_deadline):
            yield _delivery(outcome, actor_id, content, key, sent_at)

    def start(
        self, namespaces: Sequence[str], actor_id: str, content: str, *, message_id: str | None = None
    ) -> Sending:
        """Send in the background: it goes on whatever becomes of the page that asked for it."""
        sending = Sending(tuple(namespaces), actor_id, content, message_id or new_message_id(), time.time())
        threading.Thread(target=self._run, args=(sending,), daemon=True).start()
        return sending

    def _run(self, sending: Sending) -> None:
        def call() -> None:
            for delivery in self.send(
                sending.namespaces, sending.actor_id, sending.content, message_id=sending.message_id
            ):
                sending.put(delivery)

        _, failure = attempt(call)
        if failure:
            for name in sending.waiting():
                sending.put(sending.failed(name, failure))

    def history_page(self, namespace: str, actor_id: str, *, before: str | None = None) -> HistoryPage:
        """One page of one namespace's turns; raises `GatewayError`."""
        place = self.workspace.place(namespace)
        return self.workspace.connections.agent(place).history(actor_id, limit=TURNS_A_PAGE, before=before)

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
