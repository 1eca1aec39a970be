"""`daca-ops`: the same services as the pages, from a terminal."""

from __future__ import annotations

import os
import sys
from importlib import import_module, metadata
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from dashboard.model.core.errors import GatewayError, WriteRefused
from local.errors import StackError

HELP = """The same services as the pages, from a terminal.

up, down, status and reset are of the stack on this machine, audit of its data folder. All others take:

--cluster local (the default), --cluster kubernetes --context C, or --cluster static --file daca.toml
"""
# Each module of `dashboard/terminal` with its commands, in the order of the help.
COMMANDS = {
    "stack": ("up", "down", "status", "reset", "prepare"),
    "chat": ("send", "history", "diff"),
    "health": ("namespaces",),
    "stores": ("store",),
    "logs": ("logs",),
    "isolation": ("verify",),
    "access.audit": ("audit",),
    "doctor": ("doctor",),
    "topics": ("events",),
    "actors": ("actor",),
    "setup": ("k8s",),
    "page": ("dashboard",),
}


class CommandGroup(TyperGroup):
    """Every command by its name; the module of one is imported when that one is asked for.

    The clients of Redis, HTTP and Kubernetes take longer to import than most commands to run.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        self._load(*COMMANDS)
        return super().list_commands(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, None where there is none; all are loaded then, so that a similar one is named."""
        if cmd_name not in self.commands:
            self._load(*([module for module, words in COMMANDS.items() if cmd_name in words] or COMMANDS))
        return super().get_command(ctx, cmd_name)

    def _load(self, *modules: str) -> None:
        """Add the commands of these modules; groups come after the others, as Typer has them."""
        app = typer.Typer()
        app.callback()(common)  # without one Typer takes a lone command for no group
        for module in modules:
            import_module(f"dashboard.terminal.{module}").register(app)
        self.commands.update(get_group(app).commands)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"daca-ops {metadata.version('daca-ops')}")
        raise typer.Exit


def common(
    app_id: Annotated[
        str | None, typer.Option("--app-id", help="the agent's Dapr app-id, where it is not chat-agent")
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="print it and exit"),
    ] = False,
) -> None:
    """What holds for every command."""
    if app_id:
        os.environ["DACA_APP_ID"] = app_id  # what the command starts is meant too


def build() -> typer.Typer:
    """The command line."""
    app = typer.Typer(cls=CommandGroup, no_args_is_help=True, add_completion=False, help=HELP)
    app.callback()(common)
    return app


def main() -> None:
    """Run the command line; an error of ours is one line and exit status 1, never a traceback."""
    try:
        build()()
    except GatewayError as error:
        _fail(f"{error.word}: {error.what} {error.hint}".rstrip() + f"\n{error.command}")
    except (WriteRefused, StackError) as error:
        _fail(str(error))


def _fail(words: str) -> None:
    sys.stderr.write(f"daca-ops: {words.strip()}\n")
    raise SystemExit(1)
