"""The options that commands share, and the workspace they lead to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from dashboard.model.errors import NotThere
from dashboard.model.names import actor_id_problem
from dashboard.services.settings import ClusterKind, Settings
from dashboard.services.workspace import Workspace, open_workspace


def _actor_id(value: str) -> str:
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
Actor = Annotated[str, typer.Option("--actor", help="the actor's id", callback=_actor_id)]
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
    opened = open_workspace(settings(data, cluster, file, context))
    try:
        yield opened
    finally:
        opened.close()


def chosen(opened: Workspace, asked: Sequence[str] | None) -> list[str]:
    """The asked-for namespaces, or all there are; raises `NotThere` where that is none."""
    if asked:
        return list(dict.fromkeys(asked))
    names = [place.name for place in opened.places()]
    if not names:
        raise NotThere("There is no namespace in this cluster.", hint=opened.cluster.why_down(""))
    return names
