"""How a namespace is: one state per part, each with words that say what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dashboard.model.deployed import Deployed

State = Literal["ok", "warning", "down", "unknown"]
ICONS: dict[State, str] = {"ok": "✓", "warning": "!", "down": "✕", "unknown": "?"}
_ORDER: tuple[State, ...] = ("ok", "unknown", "warning", "down")


@dataclass(frozen=True)
class Part:
    """One part of a namespace (agent, sidecar, placement, store, topic) as last seen."""

    name: str
    state: State
    words: str
    hint: str = ""
    command: str = ""


@dataclass(frozen=True)
class NamespaceHealth:
    """All parts of one namespace, read at `read_at` (Unix seconds), with the agent's answer time."""

    namespace: str
    protected: bool
    parts: tuple[Part, ...]
    active_actors: int | None
    dapr_version: str
    latency_ms: float | None
    read_at: float
    deployed: Deployed | None = None

    @property
    def state(self) -> State:
        """The worst state of its parts."""
        return max((part.state for part in self.parts), key=_ORDER.index, default="unknown")
