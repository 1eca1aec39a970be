"""Commands that look: `namespaces`, `store keys`, `store show`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from dashboard.model.health import ICONS, NamespaceHealth
from dashboard.services import fleet, stores
from dashboard.terminal import options, output
from dashboard.terminal.options import Json, OneNamespace, Where, asks_where


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    store = typer.Typer(no_args_is_help=True, help="Look into a namespace's Redis; never writes.")
    store.command("keys")(asks_where(keys))
    store.command("show")(asks_where(show))
    app.add_typer(store, name="store")
    app.command()(asks_where(namespaces))


def namespaces(
    where: Where,
    json: Json = False,
) -> None:
    """Every namespace with the state of its parts; exit status 1 where a part is down."""
    with where.workspace() as opened:
        found = fleet.check(opened, [opened.place(name) for name in options.chosen(opened, None)])
    if json:
        output.as_json({"namespaces": [{**asdict(health), "state": health.state} for health in found]})
    else:
        output.table(("namespace", "", "agent", "sidecar", "placement", "store", "topic"), _rows(found))
        output.what_helps(found)
    if any(health.state == "down" for health in found):
        raise typer.Exit(1)


def _rows(found: tuple[NamespaceHealth, ...]) -> list[tuple[str, ...]]:
    return [
        (
            health.namespace,
            "protected" if health.protected else "",
            *(f"{ICONS[part.state]} {part.words}" for part in health.parts),
        )
        for health in found
    ]


def keys(
    where: Where,
    namespace: OneNamespace,
    contains: Annotated[str, typer.Option(help="only keys whose name contains this")] = "",
    cursor: Annotated[str | None, typer.Option(help="go on where the last page stopped")] = None,
    json: Json = False,
) -> None:
    """One page of the keys in a namespace's store."""
    with where.workspace() as opened:
        page = stores.keys(opened, namespace, contains=contains, cursor=cursor)
    if json:
        output.as_json(asdict(page))
        return
    output.table(("kind", "key"), [(key.kind, key.raw) for key in page.keys])
    if page.cursor is not None:
        output.say(f"{page.stopped} To go on: --cursor {page.cursor}", err=True)


def show(
    where: Where,
    key: Annotated[str, typer.Argument(help="the whole key, as `store keys` prints it")],
    namespace: OneNamespace,
    json: Json = False,
) -> None:
    """One key decoded: value, version, time to live and size."""
    with where.workspace() as opened:
        value = stores.value(opened, namespace, key)
    if json:
        output.as_json(asdict(value))
        return
    ttl = "none" if value.ttl_seconds is None else f"{value.ttl_seconds} s"
    size = "not given" if value.size_bytes is None else f"{value.size_bytes:,} bytes"
    output.say(f"{value.key}\n{value.redis_type}, version {value.version or '-'}, expires {ttl}, {size}")
    output.as_json(value.value)
