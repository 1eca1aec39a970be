"""Commands for a Kubernetes cluster: `k8s init`."""

from __future__ import annotations

from typing import Annotated

import typer

from dashboard.services.setup import prepare
from dashboard.terminal.access import writes
from dashboard.terminal.core import output
from dashboard.terminal.core.options import ClusterOptions, Context, NoCluster


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    k8s = typer.Typer(no_args_is_help=True, help="Prepare a Kubernetes cluster.")
    k8s.callback()(_group)
    k8s.command("init")(init)
    app.add_typer(k8s, name="k8s")


def _group() -> None:
    """Prepare a Kubernetes cluster."""


def init(
    namespaces: Annotated[list[str], typer.Argument(help="the namespaces to prepare")],
    context: Context = None,
    _: NoCluster = None,
) -> None:
    """Create each namespace and the Secrets that must not be in git; changes nothing that is there."""
    settings = ClusterOptions(context=context).settings
    for line in prepare(settings, writes.policy(settings), namespaces):
        output.say(line)
