"""One proof of isolation as it is made: its steps, its result and what was removed afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from dashboard.model.isolation.proof import Proof

StepState = Literal["waiting", "working", "done", "failed"]
STEPS = {
    "before": "Find each store and its stream",
    "send": "Send probes to each namespace",
    "wait": "Wait until every probe's event is received",
    "look": "Look in every namespace for every probe",
    "log": "Read the agents' logs",
    "remove": "Remove what was written",
}
STAYS = "Log lines and the agents' memory of these events cannot be removed."


@dataclass(frozen=True, kw_only=True)
class Removal:
    """What was taken away again in one namespace; `left` and `failure` say what was not."""

    namespace: str
    keys: int = 0
    entries: int = 0
    left: tuple[str, ...] = ()
    failure: str = ""

    def after(self, first: Removal) -> Removal:
        """Both together: the counts of each, and what is left after the second."""
        return replace(self, keys=first.keys + self.keys, entries=first.entries + self.entries)


@dataclass(frozen=True)
class Step:
    """How far one step is, in words."""

    name: str
    state: StepState = "waiting"
    words: str = ""

    @property
    def title(self) -> str:
        return STEPS[self.name]


@dataclass(frozen=True, kw_only=True)
class ProofResult:
    """A proof with when (Unix seconds), where and by whom it was made, and what was removed afterwards.

    `who` as in the audit log; "" in one that was kept before that was asked.
    """

    cluster: str
    actor_id: str
    started_at: float
    ended_at: float
    proof: Proof
    removals: tuple[Removal, ...]
    who: str = ""

    @property
    def clean(self) -> bool:
        """Whether everything that was written is gone."""
        return not any(removal.left or removal.failure for removal in self.removals)

    @property
    def proven(self) -> bool:
        return self.proof.verdict == "isolated" and self.clean
