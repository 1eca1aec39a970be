"""The options that say which cluster a command is about."""

from __future__ import annotations

from pathlib import Path

import typer
from typer.testing import CliRunner

from dashboard.terminal.options import Where, asks_where


def test_each_field_of_where_is_an_option_after_the_commands_own() -> None:
    told: list[tuple[Where, str]] = []

    def look(where: Where, name: str) -> None:
        """What it is for."""
        told.append((where, name))

    app = typer.Typer()
    app.command()(asks_where(look))
    words = ["prod", "--data", "d", "--cluster", "static", "--file", "f.toml", "--context", "c"]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert CliRunner().invoke(app, ["dev"]).exit_code == 0
    assert told == [(Where(Path("d"), "static", Path("f.toml"), "c"), "prod"), (Where(), "dev")]
    assert "What it is for." in CliRunner().invoke(app, ["--help"]).output


def test_what_is_not_said_is_the_environments() -> None:
    assert Where().settings.deadline == Where(context="c").settings.deadline
    assert Where(context="c").settings.context == "c"
    assert Where(cluster="static", static_file=Path("f.toml")).settings.static_file == Path("f.toml")
