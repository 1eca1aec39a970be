"""The command that shows how each namespace is: `namespaces`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import typer

from dashboard.model.health.health import ICONS, NamespaceHealth
from dashboard.services.health import health_check
from dashboard.terminal.core import options, output
from dashboard.terminal.core.options import ClusterOptions, JsonOption, with_cluster_options


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(with_cluster_options(namespaces))


def namespaces(
    where: ClusterOptions,
    json: JsonOption = False,
) -> None:
    """Every namespace with the state of its parts; exit status 1 where a part is down."""
    with where.workspace() as opened:
        found = health_check.check(opened, options.chosen(opened, None))
    if json:
        output.as_json({"namespaces": [{**asdict(health), "state": health.state} for health in found]})
    else:
        output.table(("namespace", "", "agent", "sidecar", "placement", "store", "topic"), _rows(found))
        _say_what_helps(found)
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


def _say_what_helps(found: Sequence[NamespaceHealth]) -> None:
    """The commands that mend a part which is not well, each with what was seen."""
    for health in found:
        for part in (part for part in health.parts if part.command):
            output.say(f"\n{health.namespace} {part.name}: {part.words}\n{part.command}", err=True)
