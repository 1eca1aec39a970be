"""Commands that look into stores: `store keys`, `store show`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from dashboard.services.stores import keys as stores
from dashboard.terminal.core import output
from dashboard.terminal.core.options import ClusterOptions, JsonOption, OneNamespace, with_cluster_options


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    store = typer.Typer(no_args_is_help=True, help="Look into a namespace's Redis; never writes.")
    store.command("keys")(with_cluster_options(keys))
    store.command("show")(with_cluster_options(show))
    app.add_typer(store, name="store")


def keys(
    where: ClusterOptions,
    namespace: OneNamespace,
    contains: Annotated[str, typer.Option(help="only keys whose name contains this")] = "",
    cursor: Annotated[str | None, typer.Option(help="go on where the last page stopped")] = None,
    json: JsonOption = False,
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
    where: ClusterOptions,
    key: Annotated[str, typer.Argument(help="the whole key, as `store keys` prints it")],
    namespace: OneNamespace,
    json: JsonOption = False,
) -> None:
    """One key decoded: value, version, time to live and size."""
    with where.workspace() as opened:
        value = stores.value(opened, namespace, key)
    if json:
        output.as_json(asdict(value))
        return
    size = "not given" if value.size_bytes is None else f"{value.size_bytes:,} bytes"
    output.say(f"{value.key}\n{value.redis_type}, version {value.version or '-'}, {value.expiry}, {size}")
    output.as_json(value.value)
