"""Which namespaces are meant: for the pages and the command line alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.errors import NotThere
from dashboard.services.core.workspace import Workspace, what_is_there


def chosen(workspace: Workspace, asked: Sequence[str]) -> tuple[str, ...]:
    """The names that are asked for, each once, or of all namespaces; raises `NotThere` where there is none.

    One that is not there is among them, so that its reading says so.
    """
    names = dict.fromkeys(asked or (endpoint.name for endpoint in workspace.endpoints()))
    if not names:
        raise NotThere("There is no namespace in this cluster.", hint=workspace.cluster.why_down(""))
    return tuple(names)


def chosen_to_write(workspace: Workspace, asked: Sequence[str]) -> tuple[str, ...]:
    """The same, before anything is written: raises `NotThere` where one of them is not there."""
    names = chosen(workspace, asked)
    missing = [name for name in names if name not in {endpoint.name for endpoint in workspace.endpoints()}]
    if missing:
        hint = what_is_there(workspace.endpoints(), workspace.cluster.why_down(missing[0]))
        which = f"namespace {missing[0]}" if len(missing) == 1 else f"namespaces {', '.join(missing)}"
        raise NotThere(f"There is no {which} in this cluster; nothing was written.", hint=hint)
    return names


def among(endpoints: Sequence[Endpoint], names: Collection[str]) -> tuple[Endpoint, ...]:
    """The endpoints of these names, in the cluster's order."""
    return tuple(endpoint for endpoint in endpoints if endpoint.name in names)
