"""How commands print: JSON for scripts, a plain table for people, failures on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer

from dashboard.model.core.failure import Failure
from dashboard.model.core.strict_json import strict, without_surrogates

# What reads a pipe wraps for itself: a cell that is cut or folded could not be searched.
PIPED_COLUMNS = 10_000


# What a terminal would obey, in texts of actors and clusters: shown instead (CWE-150).
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
_JSON_CONTROLS = {code: f"\\u{code:04x}" for code in range(127, 160)}  # JSON escapes the others itself


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print `text` as data: no character of it steers the terminal."""
    typer.echo(without_surrogates(text).translate(_CONTROLS), err=err, nl=nl)


def as_json(value: Any) -> None:
    """One JSON document on standard output, strict as `strict_json` makes it."""
    typer.echo(_strict_json(value, indent=2))


def as_json_line(value: Any) -> None:
    """One line of a stream of JSON documents, written out at once."""
    typer.echo(_strict_json(value))


def _strict_json(value: Any, indent: int | None = None) -> str:
    """What JSON has no word for is a text; no control character steers the terminal."""
    text = json.dumps(strict(value), ensure_ascii=False, allow_nan=False, indent=indent)
    return text.translate(_JSON_CONTROLS)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table of plain text: cells are data and never read as markup."""
    # Only a table is drawn, and Rich takes as long to import as all else that prints.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        drawn.add_row(*(Text(without_surrogates(str(cell)).translate(_CONTROLS)) for cell in row))
    Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_COLUMNS).print(drawn)


def failures(found: Mapping[str, Failure]) -> None:
    """Name each namespace that did not answer, and leave with exit status 1 if there is one."""
    for namespace, failure in found.items():
        line = f"{namespace}: {failure.word}: {failure.what} {failure.hint}"
        say(f"{line.rstrip()}\n{failure.command}".rstrip(), err=True)
    if found:
        raise typer.Exit(1)
