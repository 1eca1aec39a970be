"""The options that commands share, and the workspace they lead to."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboard.model.errors import NotThere
from dashboard.model.names import actor_id_problem
from dashboard.model.people import Person
from dashboard.services.guard import Guard
from dashboard.services.settings import ClusterKind, Settings
from dashboard.terminal import output

if TYPE_CHECKING:
    from dashboard.services.workspace import Workspace
    from dashboard.services.writing import Writing


def actor_id(value: str) -> str:
    problem = actor_id_problem(value)
    if problem:
        raise typer.BadParameter(problem)
    return value


Data = Annotated[Path | None, typer.Option("--data", help="the local stack's data folder")]
Cluster = Annotated[ClusterKind | None, typer.Option("--cluster", help="where namespaces come from")]
StaticFile = Annotated[Path | None, typer.Option("--file", help="the static cluster's TOML file")]
Context = Annotated[str | None, typer.Option("--context", help="the kubeconfig's context")]
Json = Annotated[bool, typer.Option("--json", help="machine-readable output")]
Namespaces = Annotated[
    list[str] | None, typer.Option("--namespace", "-n", help="again for each; all when left out")
]
Actor = Annotated[str, typer.Option("--actor", help="the actor's id", callback=actor_id)]
BY_OPTION = "Write to it with --unlock and its name."
OneNamespace = Annotated[str, typer.Option("--namespace", "-n", help="the namespace to look into")]


def settings(
    data: Path | None, cluster: ClusterKind | None, file: Path | None, context: str | None = None
) -> Settings:
    """The settings of the environment, with what the command line says laid over them."""
    said = {"data": data, "cluster": cluster, "static_file": file, "context": context}
    return Settings().model_copy(update={name: value for name, value in said.items() if value is not None})


@contextmanager
def workspace(
    data: Path | None, cluster: ClusterKind | None, file: Path | None, context: str | None = None
) -> Iterator[Workspace]:
    """A workspace that is closed when the command ends."""
    from dashboard.services.workspace import open_workspace  # not needed by the commands of the local stack

    opened = open_workspace(settings(data, cluster, file, context))
    try:
        yield opened
    finally:
        opened.close()


def guard(settings: Settings, way_out: str = BY_OPTION) -> Guard:
    """What may be written from a terminal, where everyone is an operator."""
    return Guard(settings.read_only, person=Person(_who()), way_out=way_out)


def writing(opened: Workspace, unlock: Sequence[str] | None = None, *, way_out: str = BY_OPTION) -> Writing:
    """Writes from a terminal; `unlock` names the protected namespaces that may be written to."""
    from dashboard.services.writing import Writing

    found = Writing(opened, guard(opened.settings, way_out))
    for name in unlock or ():
        found.unlock(name, name)
    return found


def _who() -> str:
    try:
        return f"{getpass.getuser()} (daca-ops)"
    except (KeyError, OSError):  # a container's user has no name
        return f"user {os.getuid()} (daca-ops)"


def chosen(opened: Workspace, asked: Sequence[str] | None) -> list[str]:
    """The asked-for namespaces, or all there are; raises `NotThere` where that is none."""
    if asked:
        return list(dict.fromkeys(asked))
    names = [place.name for place in opened.places()]
    for trouble in opened.cluster.troubles():
        output.say(f"{trouble.failure.what}\n{trouble.failure.command}".rstrip(), err=True)
    if not names:
        raise NotThere("There is no namespace in this cluster.", hint=opened.cluster.why_down(""))
    return names
