"""The options that commands share, and the workspace they lead to."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate

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


@dataclass(frozen=True)
class Where:
    """Which cluster a command is about, as its options say it."""

    data: Data = None
    cluster: Cluster = None
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
        from dashboard.services.workspace import open_workspace  # not needed by the local stack's commands

        opened = open_workspace(self.settings)
        try:
            yield opened
        finally:
            opened.close()


def asks_where(command: Callable[Concatenate[Where, ...], None]) -> Callable[..., None]:
    """`command` as Typer reads it: in place of its first parameter, an option for each field of `Where`."""
    own, fields = signature(command, eval_str=True), signature(Where, eval_str=True).parameters
    asked = [*list(own.parameters.values())[1:], *fields.values()]

    @wraps(command)
    def run(**said: Any) -> None:
        command(Where(**{name: said.pop(name) for name in fields}), **said)

    vars(run)["__signature__"] = own.replace(parameters=asked)
    return run


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
