"""The command that proves: `verify`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from dashboard.model.isolation import TITLES
from dashboard.model.proofs import STAYS, Result, Step
from dashboard.services import proof_reports
from dashboard.services.chat import Chat
from dashboard.services.isolation import WAIT_SECONDS, Isolation
from dashboard.terminal import options, output
from dashboard.terminal.chatting import Unlock
from dashboard.terminal.options import Json, Namespaces, Where, asks_where

Format = Annotated[Literal["text", "json", "markdown"], typer.Option("--format", help="how to print it")]
Wait = Annotated[float, typer.Option(min=0, max=600, help="seconds that events may take to arrive")]


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(asks_where(verify))


def verify(
    where: Where,
    namespace: Namespaces = None,
    unlock: Unlock = None,
    json: Json = False,
    format: Format = "text",
    wait: Wait = WAIT_SECONDS,
) -> None:
    """Prove with marked probes that namespaces are isolated; exit status 0 only where all pairs are.

    Writes to an actor of its own in each namespace, and removes it again.
    """
    with where.workspace() as opened:
        guard = options.writing(opened, unlock).guard
        isolation = Isolation(Chat(opened, guard), patience=wait)
        result = isolation.prove(options.chosen(opened, namespace), _progress)
    if json or format == "json":
        output.as_json(proof_reports.as_plain(result))
    elif format == "markdown":
        output.say(proof_reports.as_markdown(result))
    else:
        _say(result)
    if not result.proven:
        raise typer.Exit(1)


def _progress(step: Step) -> None:
    if step.state in {"done", "failed"}:
        output.say(f"{'✓' if step.state == 'done' else '✕'} {step.title}: {step.words}", err=True)


def _say(result: Result) -> None:
    proof = result.proof
    for check in proof.checks:
        output.say(f"{check.mark}: {TITLES[check.surface]}, {check.pair}. {check.seen}")
    for way in proof.ways:
        output.say(f"{way.name}: {way.words} {way.fix}")
    for note in proof.notes:
        output.say(f"note: {note}")
    for removal in result.removals:
        output.say(f"removed in {removal.namespace}: {proof_reports.removed(removal)}")
    output.say(f"{STAYS}\n{proof.sentence}")
