"""How the parts of one namespace are, as they say themselves when the doctor asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.model.core.readiness import AgentReadiness
from dashboard.model.core.store_refusal import StoreRefusal


@dataclass(frozen=True)
class AgentCondition:
    """`routes` are the paths that take a POST, None where untold.

    `clock` is how many seconds its clock is ahead of this machine's, None where it does not tell the time.
    """

    readiness: AgentReadiness = AgentReadiness()
    routes: frozenset[str] | None = None
    clock: float | None = None


@dataclass(frozen=True, kw_only=True)
class GroupBacklog:
    """What one group of a stream has not acknowledged.

    The oldest waits for `idle_seconds` since its last delivery; `deliveries` is the most often that one was.
    """

    stream: str
    group: str
    count: int
    idle_seconds: float
    deliveries: int


@dataclass(frozen=True, kw_only=True)
class StoreCondition:
    """A Redis server as it says of itself; `save` is None where it does not tell its settings.

    `untold` says of each field that is not known why, as of a command that a user may not run; the field
    itself then means nothing.

    `apps` maps the first part of Dapr's keys to one such key, from one look with a budget. `event_types` maps
    each stream to the CloudEvent types among its newest entries. `topics_refuse_writes` is told where the
    topics have a Redis of their own.
    """

    run_id: str = ""
    database: int
    used_bytes: int = 0
    limit_bytes: int = 0
    policy: str = ""
    evicted: int = 0
    append_only: bool = False
    save: str | None = None
    clock: float = 0.0
    refuses_writes: StoreRefusal | None = None
    topics_refuse_writes: StoreRefusal | None = None
    pending: tuple[GroupBacklog, ...] = ()
    groups: frozenset[tuple[str, str]] = frozenset()
    apps: Mapping[str, str] = field(default_factory=dict)
    event_types: Mapping[str, frozenset[str]] = field(default_factory=dict)
    untold: Mapping[str, str] = field(default_factory=dict)
