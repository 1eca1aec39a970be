"""Whether an agent takes turns, as it says itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class AgentReadiness:
    """`problem` is why it takes no turn, `topic` why `unpublished` events wait for theirs; "" where none."""

    problem: str = ""
    topic: str = ""
    unpublished: int = 0
