"""`daca-ops`: the same services as the pages, from a terminal."""

from __future__ import annotations

import sys

import typer

from dashboard.model.errors import GatewayError, WriteRefused
from dashboard.terminal import chatting, looking, preparing, running

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
running.register(app)
chatting.register(app)
looking.register(app)
preparing.register(app)


def main() -> None:
    """Run the command line; an error of ours is one line and exit status 1, never a traceback."""
    try:
        app()
    except GatewayError as error:
        _fail(f"{error.word}: {error.what} {error.hint}")
    except (WriteRefused, running.StackError) as error:
        _fail(str(error))


def _fail(words: str) -> None:
    sys.stderr.write(f"daca-ops: {words.strip()}\n")
    raise SystemExit(1)
