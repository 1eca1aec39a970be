"""Send one message to an actor in several namespaces, under one idempotency key."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dashboard.gateways.agent import TURN_SECONDS
from dashboard.model.chat.messages import Delivery
from dashboard.model.core.failure import Failure
from dashboard.services.access.audited_write import AuditedWrites
from dashboard.services.core.fan_out import attempt, fan_out


def new_idempotency_key() -> str:
    """A key for one message: sent again with it, the message adds no turn."""
    return uuid.uuid4().hex


@dataclass(frozen=True, kw_only=True)
class Sending:
    """One message on its way; its answers arrive while the page draws. Thread-safe."""

    namespaces: tuple[str, ...]
    actor_id: str
    content: str
    idempotency_key: str
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
        return Delivery(
            namespace=namespace,
            actor_id=self.actor_id,
            idempotency_key=self.idempotency_key,
            content=self.content,
            sent_at=self.sent_at,
            latency_ms=(time.time() - self.sent_at) * 1000,
            failure=failure,
        )


@dataclass(frozen=True)
class Chat:
    """The messages of one person to the actors of a workspace."""

    writes: AuditedWrites

    @property
    def turn_deadline(self) -> float:
        """Seconds that one namespace may take for a message: never less than the agent itself."""
        return max(self.writes.workspace.deadline, TURN_SECONDS + 1)

    def send(
        self, namespaces: Sequence[str], actor_id: str, content: str, *, idempotency_key: str = ""
    ) -> Iterator[Delivery]:
        """Yield what each namespace answered, as it arrives.

        Giving a failed delivery's own key sends it again without ever doubling the turn.
        """
        key = idempotency_key or new_idempotency_key()
        sent_at = time.time()

        def send_to(namespace: str) -> str:
            with self.writes.to(namespace, "send", actor_id=actor_id, text=content) as endpoint:
                return self.writes.workspace.connections.agent(endpoint).send(actor_id, content, key)

        for outcome in fan_out(namespaces, send_to, deadline=self.turn_deadline):
            yield Delivery(
                namespace=outcome.namespace,
                actor_id=actor_id,
                idempotency_key=key,
                content=content,
                sent_at=sent_at,
                latency_ms=outcome.latency_ms,
                answer=outcome.value,
                failure=outcome.failure,
            )

    def start(
        self, namespaces: Sequence[str], actor_id: str, content: str, *, idempotency_key: str = ""
    ) -> Sending:
        """Send in the background: it goes on whatever becomes of the page that asked for it."""
        sending = Sending(
            namespaces=tuple(namespaces),
            actor_id=actor_id,
            content=content,
            idempotency_key=idempotency_key or new_idempotency_key(),
            sent_at=time.time(),
        )
        threading.Thread(target=self._run, args=(sending,), daemon=True).start()
        return sending

    def _run(self, sending: Sending) -> None:
        def call() -> None:
            key = sending.idempotency_key
            for delivery in self.send(
                sending.namespaces, sending.actor_id, sending.content, idempotency_key=key
            ):
                sending.put(delivery)

        _, failure = attempt(call)
        if failure:
            for name in sending.waiting():
                sending.put(sending.failed(name, failure))
