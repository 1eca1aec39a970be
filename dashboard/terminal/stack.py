"""Commands that run the local stack: `up`, `down`, `status`, `reset`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dashboard.model.core.errors import WriteRefused
from dashboard.services.core.settings import Settings
from dashboard.terminal.access import writes
from dashboard.terminal.core import output
from dashboard.terminal.core.options import ClusterOptions, Data, JsonOption, NoCluster
from local import binaries, stack
from local.errors import StackError


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (up, down, status, reset):
        app.command()(command)
    app.command(hidden=True)(prepare)


def _folder(data: Path | None) -> Path:
    return data or Settings().data


def prepare() -> None:
    """Find or build the programs that the stack runs; start nothing."""
    found = binaries.find(output.say)
    for name, path in vars(found).items():
        output.say(f"{name}: {path}")


def up(
    namespaces: Annotated[str, typer.Option(help="their names, with commas between")] = "prod,dev",
    detach: Annotated[bool, typer.Option("--detach", help="return when all is ready")] = False,
    dashboard: Annotated[bool, typer.Option("--dashboard/--no-dashboard", help="with the page")] = True,
    protect: Annotated[list[str] | None, typer.Option(help="a namespace where writing is locked")] = None,
    port: Annotated[int | None, typer.Option(help="the dashboard's port", min=1, max=65535)] = None,
    data: Data = None,
    _: NoCluster = None,
) -> None:
    """Start Redis, Dapr, an agent per namespace and the dashboard; Ctrl-C ends all of it."""
    wanted = stack.UpOptions(
        data=_folder(data),
        namespaces=tuple(name.strip() for name in namespaces.split(",") if name.strip()),
        protect=tuple(protect or ()),
        dashboard=dashboard,
        port=port,
        browse=dashboard and not detach and sys.stdout.isatty(),
    )
    start = stack.start_detached if detach else stack.up
    start(wanted, report=output.say)


def down(data: Data = None, _: NoCluster = None) -> None:
    """End the stack, also what a crash left behind."""
    ended = stack.down(_folder(data))
    output.say("stopped" if ended else "nothing was running")


def status(json: JsonOption = False, data: Data = None, _: NoCluster = None) -> None:
    """What runs, where, and whether it is ready; exit status 1 where a part is not."""
    found = stack.status(_folder(data))
    if found is None:
        raise StackError("No stack is running: start it with `daca-ops up`.")
    if json:
        output.as_json(found)
    else:
        output.table(
            ("namespace", "agent", "sidecar", "redis"),
            [
                (
                    n["name"],
                    _state(n["agent"]),
                    _state(n["sidecar"]),
                    f"{n['redis']['host']}:{n['redis']['port']}",
                )
                for n in found["namespaces"]
            ],
        )
        output.say(f"dashboard  {found['dashboard'] or 'not started'}")
    if not all(n["agent"]["ready"] and n["sidecar"]["ready"] for n in found["namespaces"]):
        raise typer.Exit(1)


def _state(part: dict[str, str]) -> str:
    return f"{part['url']}  {'ready' if part['ready'] else 'down' if part['pid'] is None else 'not ready'}"


def reset(
    namespace: Annotated[str, typer.Argument(help="whose data to delete")],
    yes: Annotated[str | None, typer.Option(help="the name again: ask nothing")] = None,
    data: Data = None,
    _: NoCluster = None,
) -> None:
    """Delete all actors and events of one namespace; a protected one is refused."""
    if yes is None and sys.stdin.isatty():
        yes = typer.prompt(f"This deletes all actors and events of {namespace}. Type its name to go on")
    if yes not in (None, namespace):
        raise WriteRefused(f"{yes} is not {namespace}: nothing was deleted.")
    with ClusterOptions(data, "local").workspace() as opened:
        audited = writes.writes(opened, way_out="Reset empties no protected namespace.")
        with audited.to(namespace, "reset") as endpoint:
            count = stack.reset(opened.settings.data, endpoint.name)
    output.say(f"{namespace}: deleted {count:,} keys")
