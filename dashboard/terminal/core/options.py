"""The options that commands share, and the workspace they lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate

import typer

from dashboard.model.core.names import actor_id_problem
from dashboard.services.core.settings import ClusterKind, Settings
from dashboard.terminal.core import output

if TYPE_CHECKING:
    from dashboard.services.core.workspace import Workspace

MOST_TURNS = 500


def actor_id(value: str) -> str:
    problem = actor_id_problem(value)
    if problem:
        raise typer.BadParameter(problem)
    return value


def _without_cluster(context: typer.Context, value: str | None) -> None:
    """Refuse in words what a reader of the other commands' help tries."""
    if value is None or value == ("kubernetes" if context.info_name == "init" else "local"):
        return
    what = {"audit": "the data folder (--data)", "init": "Kubernetes"}.get(
        context.info_name or "", "the stack on this machine"
    )
    raise typer.BadParameter(
        f"{context.info_name} is of {what} alone. "
        f"Of a cluster: daca-ops namespaces --cluster {value}, daca-ops dashboard --cluster {value}."
    )


Data = Annotated[Path | None, typer.Option("--data", help="the local stack's data folder")]
ClusterOption = Annotated[ClusterKind | None, typer.Option("--cluster", help="where namespaces come from")]
NoCluster = Annotated[ClusterKind | None, typer.Option("--cluster", hidden=True, callback=_without_cluster)]
StaticFile = Annotated[Path | None, typer.Option("--file", help="the static cluster's TOML file")]
Context = Annotated[str | None, typer.Option("--context", help="the kubeconfig's context")]
JsonOption = Annotated[bool, typer.Option("--json", help="machine-readable output")]
Namespaces = Annotated[
    list[str] | None, typer.Option("--namespace", "-n", help="again for each; all when left out")
]
Actor = Annotated[str, typer.Option("--actor", help="the actor's id", callback=actor_id)]
Turns = Annotated[int, typer.Option("--turns", min=1, max=MOST_TURNS, help="the newest turns to read")]
OneNamespace = Annotated[str, typer.Option("--namespace", "-n", help="the namespace to look into")]


@dataclass(frozen=True)
class ClusterOptions:
    """Which cluster a command is about, as its options say it."""

    data: Data = None
    cluster: ClusterOption = None
    static_file: StaticFile = None
    context: Context = None

    @property
    def settings(self) -> Settings:
        """Those of the environment, with what the command line says laid over them."""
        said = {name: value for name, value in asdict(self).items() if value is not None}
        return Settings().model_copy(update=said)

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """A workspace that is closed when the command ends."""
        from dashboard.services.core.workspace import (
            open_workspace,  # not needed by the local stack's commands
        )

        opened = open_workspace(self.settings)
        try:
            yield opened
        finally:
            opened.close()


def with_cluster_options(command: Callable[Concatenate[ClusterOptions, ...], None]) -> Callable[..., None]:
    """`command` as Typer reads it: in place of its first parameter, an option for each field of `Where`."""
    own, fields = signature(command, eval_str=True), signature(ClusterOptions, eval_str=True).parameters
    asked = [*list(own.parameters.values())[1:], *fields.values()]

    @wraps(command)
    def run(**said: Any) -> None:
        command(ClusterOptions(**{name: said.pop(name) for name in fields}), **said)

    vars(run)["__signature__"] = own.replace(parameters=asked)
    return run


def chosen_to_write(opened: Workspace, asked: Sequence[str] | None) -> tuple[str, ...]:
    """The same, for a command that writes: raises `NotThere` before it does where one is not there."""
    from dashboard.services.core import namespaces

    namespaces.chosen_to_write(opened, asked or ())
    return chosen(opened, asked)


def chosen(opened: Workspace, asked: Sequence[str] | None) -> tuple[str, ...]:
    """The asked-for namespaces, or all there are, with what the cluster warns of; raises `NotThere`."""
    from dashboard.services.core import namespaces

    names = namespaces.chosen(opened, asked or ())
    for warning in () if asked else opened.cluster.warnings():
        output.say(f"{warning.failure.what}\n{warning.failure.command}".rstrip(), err=True)
    return names
