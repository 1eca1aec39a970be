"""Prove that namespaces are isolated: the course's Validation list, done for every pair at once.

Probes go to an actor of their own in each namespace, are looked for in all of them, and are removed again,
also after a failure. A proof may run in the background, for a page that comes and goes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from dashboard.model.chat import Failure
from dashboard.model.errors import Rejected
from dashboard.model.isolation import Probes
from dashboard.model.proofs import STEPS, Result, Step
from dashboard.services.chat import Chat
from dashboard.services.probing import new_probes
from dashboard.services.proving import Proving, Report
from dashboard.services.side_by_side import attempt
from dashboard.services.writing import Writing

WAIT_SECONDS = 20.0
REMEMBERED_RUNS = 50


@dataclass
class Run:
    """A proof in the making, for who looks at it from another thread."""

    id: str
    namespaces: tuple[str, ...]
    result: Result | None = None
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

    def end(self, result: Result | None, failure: Failure | None) -> None:
        with self._changed:
            self.result, self.failure = result, failure
            self._changed.notify_all()

    def wait(self, seconds: float) -> None:
        """Return when it is over, at the latest after `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self.over, seconds)


@dataclass(frozen=True)
class Isolation:
    """The proofs of one person. `patience` is how long (seconds) events may take to arrive."""

    chat: Chat
    patience: float = WAIT_SECONDS

    def prove(
        self, namespaces: Sequence[str], report: Report = lambda step: None, *, probes: Probes | None = None
    ) -> Result:
        """Raises `WriteRefused` or `GatewayError` before anything is written, and nothing afterwards."""
        if len(set(namespaces)) < 2:
            raise Rejected("Isolation is between namespaces.", hint="Choose at least two.")
        writing = Writing(self.chat.workspace, self.chat.guard)
        places = {name: writing.ask(name, "verify") for name in namespaces}
        return Proving(self.chat, places, probes or new_probes(namespaces), report, self.patience).run()

    def start(self, namespaces: Sequence[str]) -> Run:
        """Begin a proof in the background: it ends, and cleans up, whatever becomes of the page."""
        probes = new_probes(namespaces)
        run = Run(probes.actor_id, tuple(namespaces))

        def work() -> None:
            run.end(*attempt(lambda: self.prove(namespaces, run.put, probes=probes)))

        threading.Thread(target=work, daemon=True).start()
        return run


class Runs:
    """The newest runs by id, shared by all sessions: a reload or a shared link finds its run again."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, run: Run) -> None:
        with self._lock:
            self._runs[run.id] = run
            while len(self._runs) > REMEMBERED_RUNS:
                self._runs.popitem(last=False)

    def get(self, run_id: str) -> Run | None:
        return self._runs.get(run_id)
