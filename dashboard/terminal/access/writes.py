"""Writes from a terminal, where everyone is an operator."""

from __future__ import annotations

import getpass
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from dashboard.model.access.person import Person
from dashboard.services.access.write_policy import WritePolicy
from dashboard.services.core.settings import Settings

if TYPE_CHECKING:
    from dashboard.services.access.audited_write import AuditedWrites
    from dashboard.services.core.workspace import Workspace

Unlock = Annotated[list[str] | None, typer.Option("--unlock", help="write to this protected namespace")]
BY_OPTION = "Write to it with --unlock and its name."


def policy(settings: Settings, way_out: str = BY_OPTION) -> WritePolicy:
    """What may be written from a terminal, where everyone is an operator."""
    return WritePolicy(settings.read_only, person=Person(_who()), way_out=way_out)


def writes(
    opened: Workspace, unlock: Sequence[str] | None = None, *, way_out: str = BY_OPTION
) -> AuditedWrites:
    """Writes from a terminal; `unlock` names the protected namespaces that may be written to."""
    from dashboard.services.access.audited_write import open_writes

    found = open_writes(opened, policy(opened.settings, way_out))
    for name in unlock or ():
        found.unlock(name, name)
    return found


def _who() -> str:
    try:
        return f"{getpass.getuser()} (daca-ops)"
    except (KeyError, OSError):  # a container's user has no name
        return f"user {os.getuid()} (daca-ops)"
