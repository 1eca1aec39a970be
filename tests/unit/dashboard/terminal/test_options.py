"""The options that say which cluster a command is about."""

from __future__ import annotations

from pathlib import Path

import typer
from typer.testing import CliRunner

from dashboard.terminal.core.options import ClusterOptions, with_cluster_options


def test_each_field_of_where_is_an_option_after_the_commands_own() -> None:
    told: list[tuple[ClusterOptions, str]] = []

    def look(where: ClusterOptions, name: str) -> None:
        """What it is for."""
        told.append((where, name))

    app = typer.Typer()
    app.command()(with_cluster_options(look))
    words = ["prod", "--data", "d", "--cluster", "static", "--file", "f.toml", "--context", "c"]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert CliRunner().invoke(app, ["dev"]).exit_code == 0
    assert told == [
        (ClusterOptions(Path("d"), "static", Path("f.toml"), "c"), "prod"),
        (ClusterOptions(), "dev"),
    ]
    assert "What it is for." in CliRunner().invoke(app, ["--help"]).output


def test_what_is_not_said_is_the_environments() -> None:
    assert ClusterOptions().settings.deadline == ClusterOptions(context="c").settings.deadline
    assert ClusterOptions(context="c").settings.context == "c"
    assert ClusterOptions(cluster="static", static_file=Path("f.toml")).settings.static_file == Path("f.toml")
