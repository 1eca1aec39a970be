"""Proofs that are made in the background, for pages that come and go."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field

from dashboard.model.core.failure import Failure
from dashboard.model.isolation.result import STEPS, ProofResult, Step
from dashboard.services.core.workspace import Workspace
from dashboard.services.isolation.proof_store import proof_store

REMEMBERED_RUNS = 50


@dataclass(kw_only=True)
class BackgroundProof:
    """A proof in the making, for who looks at it from another thread; one that was kept has no steps."""

    id: str
    cluster: str
    namespaces: tuple[str, ...]
    result: ProofResult | None = None
    failure: Failure | None = None
    _steps: dict[str, Step] = field(default_factory=lambda: {name: Step(name) for name in STEPS})
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)

    @property
    def steps(self) -> tuple[Step, ...]:
        with self._changed:
            return tuple(self._steps.values())

    @property
    def over(self) -> bool:
        return self.result is not None or self.failure is not None

    def put(self, step: Step) -> None:
        with self._changed:
            self._steps[step.name] = step

    def end(self, result: ProofResult | None, failure: Failure | None) -> None:
        with self._changed:
            self.result, self.failure = result, failure
            self._changed.notify_all()

    def wait(self, seconds: float) -> None:
        """Return when it is over, at the latest after `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self.over, seconds)


class BackgroundProofs:
    """The newest runs by id, shared by all sessions; one that ended before a restart is read from disk."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, BackgroundProof] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, run: BackgroundProof) -> None:
        with self._lock:
            self._runs[run.id] = run
            while len(self._runs) > REMEMBERED_RUNS:
                self._runs.popitem(last=False)

    def find(self, workspace: Workspace, run_id: str, namespaces: Collection[str]) -> BackgroundProof | None:
        """The run of that id, where it is about these namespaces of this cluster."""
        run = self._runs.get(run_id) or _kept(proof_store(workspace).get(run_id))
        same = run and run.cluster == workspace.title and set(run.namespaces) == set(namespaces)
        return run if same else None


def _kept(result: ProofResult | None) -> BackgroundProof | None:
    if result is None:
        return None
    return BackgroundProof(
        id=result.actor_id,
        cluster=result.cluster,
        namespaces=result.proof.namespaces,
        result=result,
        _steps={},
    )


def earlier(workspace: Workspace, namespaces: Collection[str]) -> tuple[ProofResult, ...]:
    """The kept proofs about these namespaces of this cluster, newest first."""
    about = set(namespaces)
    return tuple(
        result
        for result in proof_store(workspace).newest()
        if result.cluster == workspace.title and set(result.proof.namespaces) == about
    )
