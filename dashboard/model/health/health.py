"""How a namespace is: one state per part, each with words that say what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dashboard.model.health.deployed import Deployed

HealthState = Literal["ok", "warning", "down", "unknown"]
ICONS: dict[HealthState, str] = {"ok": "✓", "warning": "!", "down": "✕", "unknown": "?"}
_ORDER: tuple[HealthState, ...] = ("ok", "unknown", "warning", "down")


@dataclass(frozen=True, kw_only=True)
class PartHealth:
    """One part of a namespace (agent, sidecar, placement, store, topic) as last seen."""

    name: str
    state: HealthState
    words: str
    hint: str = ""
    command: str = ""


@dataclass(frozen=True, kw_only=True)
class NamespaceHealth:
    """All parts of one namespace, read at `read_at` (Unix seconds), with the agent's answer time."""

    namespace: str
    protected: bool
    parts: tuple[PartHealth, ...]
    active_actors: int | None
    dapr_version: str
    latency_ms: float | None
    read_at: float
    deployed: Deployed | None = None

    @property
    def state(self) -> HealthState:
        """The worst state of its parts."""
        return max((part.state for part in self.parts), key=_ORDER.index, default="unknown")
