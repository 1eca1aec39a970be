"""Commands that talk to actors: `send`, `history`, `diff`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal

import typer

from dashboard.model.chat.alignment import difference
from dashboard.model.chat.messages import Delivery, Histories, Turn
from dashboard.services.chat import exports, histories
from dashboard.services.chat.sending import Chat
from dashboard.services.core import commands
from dashboard.services.core.settings import Settings
from dashboard.terminal.access import writes
from dashboard.terminal.access.writes import Unlock
from dashboard.terminal.core import options, output
from dashboard.terminal.core.options import (
    Actor,
    ClusterOptions,
    JsonOption,
    Namespaces,
    Turns,
    with_cluster_options,
)

ChatFormat = Annotated[
    Literal["text", "json", "markdown", "csv"], typer.Option("--format", help="how to print it")
]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(with_cluster_options(send))
    app.command()(with_cluster_options(history))
    app.command()(with_cluster_options(diff))


def send(
    where: ClusterOptions,
    content: Annotated[str, typer.Argument(help="what to say")],
    actor: Actor,
    namespace: Namespaces = None,
    idempotency_key: Annotated[
        str, typer.Option("--message-id", help="send again with the same id: no second turn")
    ] = "",
    unlock: Unlock = None,
    json: JsonOption = False,
) -> None:
    """Send one message to the actor in each namespace; exit status 0 only where all answered."""
    with where.workspace() as opened:
        names = options.chosen_to_write(opened, namespace)
        deliveries = []
        for delivery in Chat(writes.writes(opened, unlock)).send(
            names, actor, content, idempotency_key=idempotency_key
        ):
            deliveries.append(delivery)
            if not json:
                _say(delivery)
    if json:
        output.as_json({"deliveries": [_fields(delivery) for delivery in deliveries]})
    failed = [delivery for delivery in deliveries if delivery.failure]
    if failed:
        output.say(_send_again(where.settings, failed, unlock or ()), err=True)
    output.failures({d.namespace: d.failure for d in failed if d.failure})


def _send_again(settings: Settings, failed: Sequence[Delivery], unlock: Sequence[str]) -> str:
    key, actor, content = failed[0].idempotency_key, failed[0].actor_id, failed[0].content
    names = [delivery.namespace for delivery in failed]
    words = [word for name in unlock for word in ("--unlock", name)]
    again = commands.daca_ops(
        settings, "send", "--actor", actor, "--message-id", key, *words, namespaces=names, argument=content
    )
    return f"message id: {key}\nTo send it again, without a second turn: {again}"


def _fields(delivery: Delivery) -> dict[str, Any]:
    fields = asdict(delivery)
    return {"message_id": fields.pop("idempotency_key"), **fields}


def _say(delivery: Delivery) -> None:
    if delivery.answer is not None:
        output.say(f"{delivery.namespace}: {delivery.answer}  ({delivery.latency_ms:.0f} ms)")


def history(
    where: ClusterOptions,
    actor: Actor,
    namespace: Namespaces = None,
    turns: Turns = 50,
    json: JsonOption = False,
) -> None:
    """The actor's newest turns in each namespace, oldest first."""
    with where.workspace() as opened:
        found = histories.read(opened, options.chosen(opened, namespace), actor, turns=turns)
    if json:
        pages = {name: [asdict(turn) for turn in page.turns] for name, page in found.pages.items()}
        output.as_json({"actor": actor, "namespaces": pages, "failures": _plain(found)})
    else:
        rows = [(n, t.number, t.user, t.answer or "") for n, p in found.pages.items() for t in p.turns]
        output.table(("namespace", "turn", "you", "agent"), rows)
    output.failures(found.failures)


def diff(
    where: ClusterOptions,
    actor: Actor,
    namespace: Namespaces = None,
    turns: Turns = 50,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="exit with 1 where turns differ")] = False,
    json: JsonOption = False,
    format: ChatFormat = "text",
) -> None:
    """The actor's histories aligned turn by turn: same, differs (and in what), only in one namespace.

    What is not known, because a namespace could not be asked again, counts as no difference.
    """
    with where.workspace() as opened:
        names = options.chosen(opened, namespace)
        found, comparison = histories.read_and_compare(opened, names, actor, turns=turns)
    older = frozenset(name for name, page in found.pages.items() if page.before)
    compared = exports.Compared(actor, comparison, found.failures, older)
    forms = {"json": exports.as_json, "markdown": exports.as_markdown, "csv": exports.as_csv}
    form = forms.get("json" if json else format)
    if form:
        output.say(form(compared))
    else:
        rows = [(row.words, *(_cell(turn) for turn in row.cells.values())) for row in comparison.rows]
        output.table(("", *comparison.namespaces), rows)
        for row in comparison.rows:
            if changed := difference(row, whole=True):
                output.say(f"\n{row.place}: {row.words}\n{changed}")
    output.failures(found.failures)
    if exit_code and comparison.differing:
        raise typer.Exit(1)


def _cell(turn: Turn | None) -> str:
    return f"{turn.user} → {turn.answer or ''}" if turn else "-"


def _plain(found: Histories) -> dict[str, dict[str, str]]:
    return {name: asdict(failure) for name, failure in found.failures.items()}
