"""What a topic carries: entries decoded as CloudEvents, and what groups have not acknowledged of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.model.core.strict_json import finite
from dashboard.model.topics.streams import ConsumerGroup, Fields, last_of_each

TURN_EVENT = "ConversationUpdated"
LAST_NUMBER = 2**64 - 1
_ENTRY_ID = re.compile(r"([0-9]{1,20})-([0-9]{1,20})")
LAST_TURN = 2**53  # a double, which JSON's numbers are to most readers, holds each whole number up to it


@dataclass(frozen=True, kw_only=True)
class CloudEvent:
    """The attributes of interest (cloudevents.io, "JSON Event Format"); `time` is ISO 8601 or "".

    `decodable`: whether daprd can read it; Go's `encoding/json` refuses a number beyond a double, and `NaN`.
    """

    id: str
    type: str
    source: str
    time: str
    data: Any
    decodable: bool = True

    @property
    def actor_id(self) -> str:
        """The actor that it tells of, "" where it names none."""
        found = self.data.get("actor_id") if isinstance(self.data, dict) else None
        return found if isinstance(found, str) else ""

    @property
    def turn(self) -> int | None:
        """The number of the turn that it tells of, None where it tells of none."""
        found = self.data.get("turn") if isinstance(self.data, dict) else None
        if self.type != TURN_EVENT or isinstance(found, bool) or not isinstance(found, int | float):
            return None
        whole = 1 <= found <= LAST_TURN and found == int(found)
        return int(found) if whole else None  # daprd may have made a float of it


@dataclass(frozen=True)
class StreamEntry:
    """One entry of a stream; `event` is None for what is no CloudEvent, and `fields` says what it is."""

    id: str
    fields: Fields
    event: CloudEvent | None

    @property
    def repeats(self) -> bool:
        """Whether it names a field more than once."""
        return not isinstance(self.fields, Mapping)

    @property
    def written_at(self) -> float:
        """Unix seconds by Redis' clock, which the entry's id begins with."""
        return position(self.id)[0] / 1000


@dataclass(frozen=True)
class EntryFilter:
    """Which entries: of this actor, event type and event id; "" is every one."""

    actor_id: str = ""
    event_type: str = ""
    event_id: str = ""

    def has(self, entry: StreamEntry) -> bool:
        """What is malformed is of no actor, no type and no id."""
        event = entry.event
        if event is None:
            return self == EntryFilter()
        pairs = (
            (self.actor_id, event.actor_id),
            (self.event_type, event.type),
            (self.event_id, event.id),
        )
        return all(wanted in {"", found} for wanted, found in pairs)


@dataclass(frozen=True)
class EntryPage:
    """Entries newest first of `scanned` that were looked at, back to the id `oldest` ("" where none was).

    `before` continues towards older ones, None where the stream's beginning was seen.
    """

    entries: tuple[StreamEntry, ...] = ()
    scanned: int = 0
    oldest: str = ""
    before: str | None = None


@dataclass(frozen=True)
class Consumer:
    """One reader of a group; `idle_ms` since it last asked for something."""

    name: str
    pending: int
    idle_ms: int


@dataclass(frozen=True)
class PendingEntry:
    """An entry that was delivered `deliveries` times, last `idle_ms` ago, and never acknowledged."""

    entry_id: str
    consumer: str
    idle_ms: int
    deliveries: int


@dataclass(frozen=True)
class GroupDetail:
    """A group with its consumers, and the oldest of what it has not acknowledged."""

    group: ConsumerGroup
    consumers: tuple[Consumer, ...]
    pending: tuple[PendingEntry, ...]


def position(entry_id: str) -> tuple[int, int]:
    """An entry's id as numbers that compare as Redis compares them; (0, 0) for ""."""
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds or 0), int(number or 0)


def entry_position(text: str) -> tuple[int, int] | None:
    """The position that a typed id names (two numbers of 64 bits, redis.io: "Entry IDs"), None for no id."""
    found = _ENTRY_ID.fullmatch(text)
    place = (int(found[1]), int(found[2])) if found else None
    return place if place and max(place) <= LAST_NUMBER else None


def decode(entry_id: str, fields: Fields) -> StreamEntry:
    """An entry whose JSON fields are unwrapped already."""
    found = last_of_each(fields).get("data")
    if not isinstance(found, dict):
        return StreamEntry(entry_id, fields, None)
    return StreamEntry(entry_id, fields, cloud_event(found))


def cloud_event(found: Mapping[str, Any]) -> CloudEvent | None:
    """None where one of the attributes that a CloudEvent must have is missing."""
    id_, kind, source = (found.get(name) for name in ("id", "type", "source"))
    if not (isinstance(id_, str) and isinstance(kind, str) and isinstance(source, str) and id_ and kind):
        return None
    return CloudEvent(
        id=id_,
        type=kind,
        source=source,
        time=str(found.get("time") or ""),
        data=found.get("data"),
        decodable=finite(found),
    )


def group_of(groups: tuple[ConsumerGroup, ...], app_id: str) -> ConsumerGroup | None:
    """The group by which the agent reads: called by its app-id, or else the only one."""
    named = [group for group in groups if app_id in group.name]
    exact = [group for group in named if group.name == app_id]
    return next(iter(exact or named or (groups if len(groups) == 1 else ())), None)
