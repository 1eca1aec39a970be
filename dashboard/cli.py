"""`daca-ops`: the same services as the pages, from a terminal."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from dashboard.model.errors import GatewayError, WriteRefused
from dashboard.terminal import chatting, looking, preparing, proving, running

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
running.register(app)
chatting.register(app)
looking.register(app)
proving.register(app)
preparing.register(app)


@app.callback()
def common(
    app_id: Annotated[
        str | None, typer.Option("--app-id", help="the agent's Dapr app-id, where it is not chat-agent")
    ] = None,
) -> None:
    """`daca-ops`: the same services as the pages, from a terminal."""
    if app_id:
        os.environ["DACA_APP_ID"] = app_id  # what the command starts is meant too


def main() -> None:
    """Run the command line; an error of ours is one line and exit status 1, never a traceback."""
    try:
        app()
    except GatewayError as error:
        _fail(f"{error.word}: {error.what} {error.hint}".rstrip() + f"\n{error.command}")
    except (WriteRefused, running.StackError) as error:
        _fail(str(error))


def _fail(words: str) -> None:
    sys.stderr.write(f"daca-ops: {words.strip()}\n")
    raise SystemExit(1)
