"""Messages, turns and what came of sending one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dashboard.model.core.failure import Failure


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of a history. `turn` counts from 1; `time` is ISO 8601 UTC, "" where unknown."""

    role: str
    content: str
    turn: int = 0
    time: str = ""
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One user message with its answer; `answer` is None where none is stored.

    `event_id` is that of the event which tells of it, "" where the agent does not say it.
    """

    number: int
    user: str
    answer: str | None
    time: str = ""
    event_id: str = ""


@dataclass(frozen=True, kw_only=True)
class HistoryLength:
    """How many messages a history had when it was read (Unix seconds of our own clock)."""

    total: int
    read_at: float


@dataclass(frozen=True, kw_only=True)
class HistoryPage:
    """Turns oldest first. `before` is the cursor of the next older page, None at the beginning.

    `total` counts all messages; `replica` hosts the actor since `activated_at` (ISO 8601). An agent that does
    not tell these leaves them None or "". `asked_at`, `read_at` and `there`, since when each turn is known to
    be there, are Unix seconds of our own clock. `longer` is what it had before, where it was longer.
    """

    turns: tuple[Turn, ...] = ()
    before: str | None = None
    latency_ms: float = 0.0
    asked_at: float = 0.0
    read_at: float = 0.0
    there: Mapping[Turn, float] = field(default_factory=dict)
    total: int | None = None
    replica: str = ""
    activated_at: str = ""
    longer: HistoryLength | None = None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What one namespace answered to one message; exactly one of `answer` and `failure` is set.

    `idempotency_key` is the idempotency key: sending again with it never doubles the turn.
    """

    namespace: str
    actor_id: str
    idempotency_key: str
    content: str
    sent_at: float
    latency_ms: float
    answer: str | None = None
    failure: Failure | None = None


@dataclass(frozen=True)
class Histories:
    """One page of history per namespace; a namespace is in exactly one of the two maps."""

    pages: dict[str, HistoryPage] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)


def turns_of(messages: Sequence[Message]) -> tuple[Turn, ...]:
    """Pair user messages with the answer that follows each; a lone answer becomes a turn with no question."""
    turns: list[Turn] = []
    for message in messages:
        last = turns[-1] if turns else None
        if message.role == "assistant" and last and last.answer is None:
            turns[-1] = replace(last, answer=message.content)
            continue
        number = message.turn or (last.number + 1 if last else 1)
        if message.role == "assistant":
            turns.append(Turn(number=number, user="", answer=message.content, time=message.time))
        else:
            turns.append(
                Turn(
                    number=number,
                    user=message.content,
                    answer=None,
                    time=message.time,
                    event_id=message.id.removesuffix("-user"),
                )
            )
    return tuple(turns)
