"""The command that compares one actor's witnesses: `actor`."""

from __future__ import annotations

from typing import Annotated

import typer

from dashboard.model.actors.truth import WITNESSES
from dashboard.services.actors import reports as truth_reports
from dashboard.services.actors import truth
from dashboard.services.actors.truth import ActorTruth
from dashboard.terminal.core import options, output
from dashboard.terminal.core.options import (
    ClusterOptions,
    JsonOption,
    Namespaces,
    Turns,
    with_cluster_options,
)


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(with_cluster_options(actor))


def actor(
    where: ClusterOptions,
    actor_id: Annotated[str, typer.Argument(help="the actor's id", callback=options.actor_id)],
    namespace: Namespaces = None,
    turns: Turns = truth.TURNS,
    until: Annotated[int | None, typer.Option(min=1, help="no turn after the one of this number")] = None,
    json: JsonOption = False,
) -> None:
    """What agent, store, stream and receivers have of one actor, and which of them disagrees.

    On top, whether the namespaces agree with each other, which they need not. Exit status 0 only where all
    could be read in every namespace and nothing waits or is wrong.
    """
    with where.workspace() as opened:
        found = truth.compare(opened, options.chosen(opened, namespace), actor_id, turns=turns, until=until)
    told = {outcome.namespace: outcome.value for outcome in found if outcome.value}
    failures = {outcome.namespace: outcome.failure for outcome in found if outcome.failure}
    state, together = truth_reports.agreement(told, failures)
    if json:
        plain = {name: truth_reports.as_plain(value) for name, value in told.items()}
        among = {"verdict": state, "words": together}
        output.as_json({"actor": actor_id, "together": among, "namespaces": plain, "failures": failures})
    else:
        if together:
            output.say(together)
        for name, value in told.items():
            _say(name, value)
    output.failures(failures)
    if any(value.truth.worst() in {"wrong", "waits"} or value.facts.failures for value in told.values()):
        raise typer.Exit(1)


def _say(name: str, found: ActorTruth) -> None:
    extent = truth_reports.extent(found)
    output.say(f"{name}: {truth_reports.verdict(found)}" + (f" ({extent})" if extent else ""))
    for source in WITNESSES:
        output.say(f"  {source}: {truth_reports.summary(found, source)}")
    if truth_reports.home(found) and found.facts.said:
        output.say(f"  host: {truth_reports.home(found)} since {found.facts.said.activated_at}")
    output.say(f"  active actors: {truth_reports.hosted(found)}")
    for mark in found.truth.marks:
        output.say(f"  {mark.source}: {mark.cause.name}. {mark.cause.words}")
    rows = [
        (
            row.turn.number,
            *(truth_reports.SIGNS[row.presence[source]] for source in WITNESSES),
            row.turn.user,
            f"{row.mark.source}: {row.mark.cause.name}. {row.mark.cause.words}" if row.mark else "",
        )
        for row in found.truth.turns
    ]
    output.table(("turn", *WITNESSES, "you", "what disagrees"), rows)
