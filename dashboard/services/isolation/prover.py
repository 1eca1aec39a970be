"""Prove that namespaces are isolated: the course's Validation list, done for every pair at once.

Probes go to an actor of their own in each namespace, are looked for in all of them, and are removed again,
also after a failure.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.model.core.errors import Rejected
from dashboard.model.core.failure import Failure
from dashboard.model.isolation.proof import Probes
from dashboard.model.isolation.result import ProofResult, Removal
from dashboard.services.chat.sending import Chat
from dashboard.services.core.fan_out import attempt, fan_out
from dashboard.services.core.workspace import Workspace
from dashboard.services.isolation import probes as probe_steps
from dashboard.services.isolation.background import BackgroundProof
from dashboard.services.isolation.probes import ACTORS, Start, new_probes
from dashboard.services.isolation.proof_store import proof_store
from dashboard.services.isolation.run import ProofRun, ReportStep

WAIT_SECONDS = 20.0
_PROBED = re.compile(rf"{ACTORS}[0-9a-f]{{12}}")


@dataclass(frozen=True)
class Prover:
    """The proofs of one person. `patience` is how long (seconds) events may take to arrive."""

    chat: Chat
    patience: float = WAIT_SECONDS

    @property
    def _workspace(self) -> Workspace:
        return self.chat.writes.workspace

    def prove(
        self,
        namespaces: Sequence[str],
        report: ReportStep = lambda step: None,
        *,
        probes: Probes | None = None,
    ) -> ProofResult:
        """A proof, which is kept; raises `WriteRefused` or `GatewayError` before anything is written."""
        if len(set(namespaces)) < 2:
            raise Rejected("Isolation is between namespaces.", hint="Choose at least two.")
        endpoints = {name: self.chat.writes.ask(name, "verify") for name in namespaces}
        result = ProofRun(
            chat=self.chat,
            endpoints=endpoints,
            probes=probes or new_probes(namespaces),
            report=report,
            patience=self.patience,
        ).run()
        proof_store(self._workspace).keep(result)
        return result

    def remove(self, actor_id: str, namespaces: Sequence[str]) -> tuple[Removal, ...]:
        """Take away what came too late for a proof, or is left of one that was broken off.

        `actor_id` is the actor of its probes. Raises `Rejected` for any other, and `WriteRefused`.
        """
        if not _PROBED.fullmatch(actor_id):
            raise Rejected(
                f"{actor_id} is no actor of a proof.", hint="One looks like isolation-0123456789ab."
            )
        for name in namespaces:
            self.chat.writes.ask(name, "remove probes")

        def remove(name: str) -> Removal:
            return probe_steps.remove(self.chat, name, actor_id, Start("", ""))

        found = {o.namespace: o for o in fan_out(namespaces, remove, deadline=3 * self._workspace.deadline)}
        return tuple(
            found[name].value or Removal(namespace=name, failure=_words(found[name].failure))
            for name in namespaces
        )

    def start(self, namespaces: Sequence[str]) -> BackgroundProof:
        """Begin a proof in the background: it ends, and cleans up, whatever becomes of the page."""
        probes = new_probes(namespaces)
        run = BackgroundProof(id=probes.actor_id, cluster=self._workspace.title, namespaces=tuple(namespaces))

        def work() -> None:
            run.end(*attempt(lambda: self.prove(namespaces, run.put, probes=probes)))

        threading.Thread(target=work, daemon=True).start()
        return run


def _words(failure: Failure | None) -> str:
    return f"{failure.word}: {failure.what}" if failure else ""
