"""Commands and the cluster that they are told of."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dashboard import cli

RUNNER = CliRunner(env={"COLUMNS": "500"})


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    found: list[Any] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "chdir", found.append)
    monkeypatch.setattr(os, "execve", lambda *told: found.extend(told))
    return found


def run(*words: str) -> Any:
    return RUNNER.invoke(cli.build(), words)


def test_the_page_is_served_to_this_machine_with_the_settings_of_the_command(
    started: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(("one", "/two")))
    monkeypatch.setenv("DACA_REDIS_CA", "ca.pem")
    words = ("--cluster", "kubernetes", "--context", "c", "--file", "d.toml", "--data", "d", "--port", "8600")
    assert run("dashboard", *words).exit_code == 0
    folder, _, command, environment = started
    assert (folder / "dashboard" / "app.py").exists()
    assert command[-4:] == ["--server.address", "127.0.0.1", "--server.port", "8600"]
    wanted = {
        "DACA_CLUSTER": "kubernetes",
        "DACA_CONTEXT": "c",
        "DACA_STATIC_FILE": str(tmp_path / "d.toml"),
        "DACA_DATA": str(tmp_path / "d"),
        "DACA_REDIS_CA": str(tmp_path / "ca.pem"),
        "KUBECONFIG": f"{tmp_path / 'one'}{os.pathsep}/two",
    }
    assert {name: environment[name] for name in wanted} == wanted


@pytest.mark.parametrize(("anonymous", "warned"), [("operator", True), ("viewer", False)])
def test_another_address_is_served_where_it_is_named_and_who_may_write_is_said(
    started: list[Any], monkeypatch: pytest.MonkeyPatch, anonymous: str, warned: bool
) -> None:
    monkeypatch.setenv("DACA_ANONYMOUS", anonymous)
    said = run("dashboard", "--address", "0.0.0.0").output
    assert "--server.address 0.0.0.0" in " ".join(started[2])
    assert ("may write as an operator" in said) is warned


def test_help_names_the_clusters() -> None:
    said = run("--help").output
    assert "--cluster kubernetes --context C" in said
    assert "--cluster static --file" in said


@pytest.mark.parametrize("words", [("status",), ("up",), ("down",), ("reset", "prod"), ("audit",)])
def test_a_command_that_is_of_no_cluster_says_which_is(words: tuple[str, ...]) -> None:
    found = run(*words, "--cluster", "kubernetes")
    assert found.exit_code == 2
    assert "daca-ops namespaces --cluster kubernetes" in found.output
    assert "No such option" not in found.output
