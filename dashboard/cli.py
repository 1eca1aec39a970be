"""`daca-ops`: the same services as the pages, from a terminal."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Annotated

import typer

from dashboard.model.core.errors import GatewayError, WriteRefused
from local.errors import StackError

HELP = """The same services as the pages, from a terminal.

up, down, status and reset are of the stack on this machine, audit of its data folder. All others take:

--cluster local (the default), --cluster kubernetes --context C, or --cluster static --file daca.toml
"""
# Each module of `dashboard/terminal` with its commands: only that of the asked-for command is imported,
# because the clients of Redis, HTTP and Kubernetes take longer to import than most commands to run.
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


def common(
    app_id: Annotated[
        str | None, typer.Option("--app-id", help="the agent's Dapr app-id, where it is not chat-agent")
    ] = None,
) -> None:
    """What holds for every command."""
    if app_id:
        os.environ["DACA_APP_ID"] = app_id  # what the command starts is meant too


def build(word: str = "") -> typer.Typer:
    """The command line that knows `word`, or every command where there is none of that name."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, help=HELP)
    app.callback()(common)  # without one Typer runs a lone command without its name
    for module in [m for m, words in COMMANDS.items() if word in words] or COMMANDS:
        import_module(f"dashboard.terminal.{module}").register(app)
    return app


def main() -> None:
    """Run the command line; an error of ours is one line and exit status 1, never a traceback."""
    try:
        build(next(iter(sys.argv[1:]), ""))()
    except GatewayError as error:
        _fail(f"{error.word}: {error.what} {error.hint}".rstrip() + f"\n{error.command}")
    except (WriteRefused, StackError) as error:
        _fail(str(error))


def _fail(words: str) -> None:
    sys.stderr.write(f"daca-ops: {words.strip()}\n")
    raise SystemExit(1)
