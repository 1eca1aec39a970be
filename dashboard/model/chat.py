"""Messages, turns and what came of sending one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Message:
    """One message of a history. `turn` counts from 1; `time` is ISO 8601 UTC, "" where unknown."""

    role: str
    content: str
    turn: int = 0
    time: str = ""
    id: str = ""


@dataclass(frozen=True)
class Turn:
    """One user message with its answer; `answer` is None where none is stored.

    `event_id` is that of the event which tells of it, "" where the agent does not say it.
    """

    number: int
    user: str
    answer: str | None
    time: str = ""
    event_id: str = ""


@dataclass(frozen=True)
class HistoryPage:
    """Turns oldest first. `before` is the cursor of the next older page, None at the beginning.

    `total` counts all messages; `replica` hosts the actor since `activated_at` (ISO 8601). An agent that does
    not tell these leaves them None or "".
    """

    turns: tuple[Turn, ...] = ()
    before: str | None = None
    latency_ms: float = 0.0
    read_at: float = 0.0
    total: int | None = None
    replica: str = ""
    activated_at: str = ""


@dataclass(frozen=True)
class Inbox:
    """The newest CloudEvents that one replica received, newest first; it names its namespace itself.

    `received` counts all since `started_at` (ISO 8601); None and "" where the agent does not tell them.
    """

    replica: str
    namespace: str
    events: tuple[dict[str, Any], ...]
    started_at: str = ""
    received: int | None = None


@dataclass(frozen=True)
class Failure:
    """Why one namespace gave no answer, in words for its pane; `command` is shell lines that help, or ""."""

    word: str
    what: str
    hint: str = ""
    command: str = ""


@dataclass(frozen=True)
class Delivery:
    """What one namespace answered to one message; exactly one of `answer` and `failure` is set.

    `message_id` is the idempotency key: sending again with it never doubles the turn.
    """

    namespace: str
    actor_id: str
    message_id: str
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
            turns.append(Turn(number, "", message.content, message.time))
        else:
            turns.append(Turn(number, message.content, None, message.time, message.id.removesuffix("-user")))
    return tuple(turns)
