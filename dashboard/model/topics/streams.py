"""A topic's stream in Redis and the consumer groups that read it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ConsumerGroup:
    """A consumer group; `lag` is None where this Redis does not give it (before 7.0)."""

    name: str
    consumers: int
    pending: int
    last_id: str
    lag: int | None

    @property
    def lag_words(self) -> str:
        """How many entries it has not taken yet, or that it is not known."""
        return "not given by this Redis" if self.lag is None else f"{self.lag:,}"


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One topic: `length` entries now, from `first_id` to `last_id` ("" when empty).

    `unread` is why nothing but its name is known, or "".
    """

    name: str
    length: int
    first_id: str
    last_id: str
    groups: tuple[ConsumerGroup, ...] = ()
    unread: str = ""
