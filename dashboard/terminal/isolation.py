"""The command that proves: `verify`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Literal

import typer

from dashboard.model.isolation.proof import TITLES
from dashboard.model.isolation.result import STAYS, ProofResult, Removal, Step, StepState
from dashboard.services.chat.sending import Chat
from dashboard.services.isolation import commands as isolation_commands
from dashboard.services.isolation import reports as proof_reports
from dashboard.services.isolation.probes import new_probes
from dashboard.services.isolation.prover import WAIT_SECONDS, Prover
from dashboard.terminal.access import writes
from dashboard.terminal.access.writes import Unlock
from dashboard.terminal.core import options, output
from dashboard.terminal.core.options import (
    ClusterOptions,
    JsonOption,
    Namespaces,
    with_cluster_options,
)

ProofFormat = Annotated[Literal["text", "json", "markdown"], typer.Option("--format", help="how to print it")]
Remove = Annotated[
    str | None, typer.Option(help="prove nothing: remove what is left of the proof with this actor's id")
]
_SIGNS: dict[StepState, str] = {"done": "✓", "failed": "✕", "waiting": "…"}
Wait = Annotated[float, typer.Option(min=0, max=600, help="seconds that events may take to arrive")]


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(with_cluster_options(verify))


def verify(
    where: ClusterOptions,
    namespace: Namespaces = None,
    unlock: Unlock = None,
    json: JsonOption = False,
    format: ProofFormat = "text",
    wait: Wait = WAIT_SECONDS,
    remove: Remove = None,
) -> None:
    """Prove with marked probes that namespaces are isolated; exit status 0 only where all pairs are.

    Writes to an actor of its own in each namespace, and removes it again.
    """
    with where.workspace() as opened:
        names = options.chosen_to_write(opened, namespace)
        prover = Prover(Chat(writes.writes(opened, unlock)), patience=wait)
        if remove:
            _remove(prover, remove, names, json=json or format == "json")
            return
        probes = new_probes(names)
        again = isolation_commands.verify(opened.settings, names, unlock or (), remove=probes.actor_id)
        try:
            result = prover.prove(names, _progress, probes=probes)
        except KeyboardInterrupt:
            output.say(f"Broken off. What is still stored of it, this removes:\n{again}", err=True)
            raise
        if not result.clean:
            output.say(f"What is left, or comes late, this removes:\n{again}", err=True)
    if json or format == "json":
        output.as_json(proof_reports.as_plain(result))
    elif format == "markdown":
        output.say(proof_reports.as_markdown(result))
    else:
        _say(result)
    if not result.proven:
        raise typer.Exit(1)


def _remove(prover: Prover, actor_id: str, names: Sequence[str], *, json: bool) -> None:
    removals = prover.remove(actor_id, names)
    if json:
        output.as_json({"removed": [asdict(removal) for removal in removals]})
    else:
        _say_removed(removals)
    if any(removal.left or removal.failure for removal in removals):
        raise typer.Exit(1)


def _progress(step: Step) -> None:
    if step.state != "working":
        output.say(f"{_SIGNS[step.state]} {step.title}: {step.words}", err=True)


def _say(result: ProofResult) -> None:
    proof = result.proof
    for check in proof.checks:
        output.say(f"{check.mark}: {TITLES[check.surface]}, {check.pair}. {check.seen}")
    for way in proof.ways:
        output.say(f"{way.name}: {way.words} {way.fix}")
    for note in proof.notes:
        output.say(f"note: {note}")
    _say_removed(result.removals)
    output.say(f"{STAYS}\n{proof.sentence}")


def _say_removed(removals: Sequence[Removal]) -> None:
    for removal in removals:
        output.say(f"removed in {removal.namespace}: {proof_reports.removed(removal)}")
