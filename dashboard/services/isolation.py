"""Prove that namespaces are isolated: the course's Validation list, done for every pair at once.

Probes go to an actor of their own in each namespace, are looked for in all of them, and are removed again,
also after a failure. A proof may run in the background, for a page that comes and goes.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from dashboard.model.chat import Failure
from dashboard.model.errors import Rejected
from dashboard.model.isolation import Probes
from dashboard.model.proofs import STEPS, Removal, Result, Step
from dashboard.services import probing
from dashboard.services.chat import Chat
from dashboard.services.probing import ACTORS, Start, new_probes
from dashboard.services.proving import Proving, Report
from dashboard.services.side_by_side import attempt, each
from dashboard.services.workspace import Workspace
from dashboard.services.writing import Writing

WAIT_SECONDS = 20.0
REMEMBERED_RUNS = 50
_PROBED = re.compile(rf"{ACTORS}[0-9a-f]{{12}}")


@dataclass
class Run:
    """A proof in the making, for who looks at it from another thread; one that was kept has no steps."""

    id: str
    cluster: str
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
        """A proof, which is kept; raises `WriteRefused` or `GatewayError` before anything is written."""
        if len(set(namespaces)) < 2:
            raise Rejected("Isolation is between namespaces.", hint="Choose at least two.")
        writing = Writing(self.chat.workspace, self.chat.guard)
        places = {name: writing.ask(name, "verify") for name in namespaces}
        result = Proving(self.chat, places, probes or new_probes(namespaces), report, self.patience).run()
        self.chat.workspace.proofs.keep(result)
        return result

    def remove(self, actor_id: str, namespaces: Sequence[str]) -> tuple[Removal, ...]:
        """Take away what came too late for a proof, or is left of one that was broken off.

        `actor_id` is the actor of its probes. Raises `Rejected` for any other, and `WriteRefused`.
        """
        if not _PROBED.fullmatch(actor_id):
            raise Rejected(
                f"{actor_id} is no actor of a proof.", hint="One looks like isolation-0123456789ab."
            )
        writing = Writing(self.chat.workspace, self.chat.guard)
        places = {name: writing.ask(name, "remove probes") for name in namespaces}

        def remove(name: str) -> Removal:
            return probing.remove(self.chat, places[name], actor_id, Start("", ""))

        found = {o.namespace: o for o in each(namespaces, remove, deadline=3 * self.chat.workspace.deadline)}
        return tuple(
            found[name].value or Removal(name, failure=_words(found[name].failure)) for name in namespaces
        )

    def start(self, namespaces: Sequence[str]) -> Run:
        """Begin a proof in the background: it ends, and cleans up, whatever becomes of the page."""
        probes = new_probes(namespaces)
        run = Run(probes.actor_id, self.chat.workspace.title, tuple(namespaces))

        def work() -> None:
            run.end(*attempt(lambda: self.prove(namespaces, run.put, probes=probes)))

        threading.Thread(target=work, daemon=True).start()
        return run


def _words(failure: Failure | None) -> str:
    return f"{failure.word}: {failure.what}" if failure else ""


class Runs:
    """The newest runs by id, shared by all sessions; one that ended before a restart is read from disk."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, run: Run) -> None:
        with self._lock:
            self._runs[run.id] = run
            while len(self._runs) > REMEMBERED_RUNS:
                self._runs.popitem(last=False)

    def find(self, workspace: Workspace, run_id: str, namespaces: Collection[str]) -> Run | None:
        """The run of that id, where it is about these namespaces of this cluster."""
        run = self._runs.get(run_id) or _kept(workspace.proofs.get(run_id))
        same = run and run.cluster == workspace.title and set(run.namespaces) == set(namespaces)
        return run if same else None


def _kept(result: Result | None) -> Run | None:
    return (
        Run(result.actor_id, result.cluster, result.proof.namespaces, result, _steps={}) if result else None
    )


def earlier(workspace: Workspace, namespaces: Collection[str]) -> tuple[Result, ...]:
    """The kept proofs about these namespaces of this cluster, newest first."""
    about = set(namespaces)
    return tuple(
        result
        for result in workspace.proofs.newest()
        if result.cluster == workspace.title and set(result.proof.namespaces) == about
    )
