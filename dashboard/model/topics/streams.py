"""A topic's stream in Redis and the consumer groups that read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# An entry's fields by name; (name, value) where a name comes twice, which Redis allows (redis.io: XADD).
Fields = Mapping[str, Any] | Sequence[tuple[str, Any]]


def by_name(pairs: Sequence[tuple[str, Any]]) -> Fields:
    """The same by name, where that loses none."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else pairs


def last_of_each(fields: Fields) -> Mapping[str, Any]:
    """What daprd reads: its client keeps the last of each name (go-redis, `XMessage.Values`)."""
    return fields if isinstance(fields, Mapping) else dict(fields)


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
