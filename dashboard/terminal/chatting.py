"""Commands that talk to actors: `send`, `history`, `diff`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

import typer

from dashboard.model.alignment import align
from dashboard.model.chat import Delivery, Histories, Turn
from dashboard.services import exports
from dashboard.services.chat import Chat
from dashboard.services.guard import Guard
from dashboard.services.workspace import Workspace
from dashboard.terminal import options, output
from dashboard.terminal.options import Actor, Json, Namespaces, Where, asks_where

MAX_TURNS = 500
Format = Annotated[
    Literal["text", "json", "markdown", "csv"], typer.Option("--format", help="how to print it")
]
Turns = Annotated[int, typer.Option("--turns", min=1, max=MAX_TURNS, help="the newest turns to read")]
Unlock = Annotated[list[str] | None, typer.Option("--unlock", help="write to this protected namespace")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(asks_where(send))
    app.command()(asks_where(history))
    app.command()(asks_where(diff))


def send(
    where: Where,
    text: Annotated[str, typer.Argument(help="what to say")],
    actor: Actor,
    namespace: Namespaces = None,
    message_id: Annotated[
        str | None, typer.Option(help="send again with the same id: no second turn")
    ] = None,
    unlock: Unlock = None,
    json: Json = False,
) -> None:
    """Send one message to the actor in each namespace; exit status 0 only where all answered."""
    with where.workspace() as opened:
        names = options.chosen(opened, namespace)
        guard = options.writing(opened, unlock).guard
        deliveries = []
        for delivery in Chat(opened, guard).send(names, actor, text, message_id=message_id):
            deliveries.append(delivery)
            if not json:
                _say(delivery)
    if json:
        output.as_json({"deliveries": [asdict(delivery) for delivery in deliveries]})
    output.failures({d.namespace: d.failure for d in deliveries if d.failure})


def _say(delivery: Delivery) -> None:
    if delivery.answer is not None:
        output.say(f"{delivery.namespace}: {delivery.answer}  ({delivery.latency_ms:.0f} ms)")


def _read(opened: Workspace, names: list[str], actor: str, turns: int) -> Histories:
    return Chat(opened, Guard(read_only=True)).histories(names, actor, turns=turns)


def history(
    where: Where,
    actor: Actor,
    namespace: Namespaces = None,
    turns: Turns = 50,
    json: Json = False,
) -> None:
    """The actor's newest turns in each namespace, oldest first."""
    with where.workspace() as opened:
        found = _read(opened, options.chosen(opened, namespace), actor, turns)
    if json:
        pages = {name: [asdict(turn) for turn in page.turns] for name, page in found.pages.items()}
        output.as_json({"actor": actor, "namespaces": pages, "failures": _plain(found)})
    else:
        rows = [(n, t.number, t.user, t.answer or "") for n, p in found.pages.items() for t in p.turns]
        output.table(("namespace", "turn", "you", "agent"), rows)
    output.failures(found.failures)


def diff(
    where: Where,
    actor: Actor,
    namespace: Namespaces = None,
    turns: Turns = 50,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="exit with 1 where turns differ")] = False,
    json: Json = False,
    format: Format = "text",
) -> None:
    """The actor's histories aligned turn by turn: same, differs, only in one namespace."""
    with where.workspace() as opened:
        found = _read(opened, options.chosen(opened, namespace), actor, turns)
    older = frozenset(name for name, page in found.pages.items() if page.before)
    comparison = align({name: page.turns for name, page in found.pages.items()}, more_before=older)
    compared = exports.Compared(actor, comparison, found.failures, older)
    forms = {"json": exports.as_json, "markdown": exports.as_markdown, "csv": exports.as_csv}
    form = forms.get("json" if json else format)
    if form:
        output.say(form(compared))
    else:
        rows = [(row.words, *(_cell(turn) for turn in row.cells.values())) for row in comparison.rows]
        output.table(("", *comparison.namespaces), rows)
    output.failures(found.failures)
    if exit_code and comparison.differing:
        raise typer.Exit(1)


def _cell(turn: Turn | None) -> str:
    return f"{turn.user} → {turn.answer or ''}" if turn else "-"


def _plain(found: Histories) -> dict[str, dict[str, str]]:
    return {name: asdict(failure) for name, failure in found.failures.items()}
