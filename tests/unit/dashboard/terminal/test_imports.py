"""What a command imports: the libraries that it does not use take longer than most commands to run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PAGES = {"streamlit", "pandas", "altair", "fastapi"}
CLIENTS = {"httpx", "redis", "kubernetes", "websockets"}
LOCAL_STACK = {"psutil", "yaml", "local.stack"}
# The command in a process of its own, and then the names of all that it imported, a line each.
RUN = """
import sys
from dashboard import cli

try:
    cli.main()
except SystemExit:
    pass
print("imported:", *sorted(sys.modules), sep="\\n")
"""


def imported(*words: str) -> set[str]:
    """The modules that `daca-ops` with these words has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *words], capture_output=True, text=True, check=True, timeout=60
    )
    names = set(done.stdout.partition("imported:\n")[2].split())
    assert "dashboard.cli" in names, done
    return names


# What is there when the cluster was opened, and when it has told its addresses.
OPEN = """
import sys
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import open_workspace

opened = open_workspace(Settings(cluster="static", static_file=sys.argv[1]))
print(*sorted(sys.modules))
opened.endpoints()
print(*sorted(sys.modules))
"""


@pytest.fixture
def static(tmp_path: Path) -> tuple[str, ...]:
    """A static cluster of one namespace that names no address."""
    file = tmp_path / "daca.toml"
    file.write_text('[[namespace]]\nname = "prod"\n')
    return "--cluster", "static", "--file", str(file)


def test_the_version_needs_no_command() -> None:
    names = imported("--version")
    assert not names & {*PAGES, *CLIENTS, *LOCAL_STACK, "rich", "pydantic", "asyncio"}
    assert not {name for name in names if name.startswith("dashboard.terminal.")}


def test_an_option_before_the_command_loads_no_other() -> None:
    names = imported("--app-id", "doctor", "namespaces", "--help")
    commands = {name for name in names if name.startswith("dashboard.terminal.")}
    assert commands == {"dashboard.terminal.health", "dashboard.terminal.core"} | {
        name for name in commands if name.startswith("dashboard.terminal.core.")
    }


def test_the_help_of_all_commands_needs_no_page_and_no_client() -> None:
    names = imported("--help")
    assert "dashboard.terminal.actors" in names
    assert not names & {*PAGES, "redis", "kubernetes", "websockets"}


@pytest.mark.parametrize("words", [("namespaces",), ("namespaces", "--json"), ("logs",)], ids=" ".join)
def test_a_read_imports_what_it_asks_and_no_more(words: tuple[str, ...], static: tuple[str, ...]) -> None:
    names = imported(*words, *static)
    assert "dashboard.gateways.clusters.static" in names
    assert not names & {*PAGES, *CLIENTS, *LOCAL_STACK, "dashboard.gateways.manifest_shapes"}
    assert ("rich" in names) is (words == ("namespaces",))  # it draws the one table among them


def test_what_the_local_stack_says_needs_no_client(tmp_path: Path) -> None:
    names = imported("status", "--data", str(tmp_path))
    assert "local.stack" in names
    assert not names & {*PAGES, *CLIENTS, "rich", "yaml"}


def test_a_local_read_knows_no_manifests(tmp_path: Path) -> None:
    names = imported("namespaces", "--cluster", "local", "--data", str(tmp_path))
    assert "dashboard.gateways.clusters.local" in names
    assert not names & {*PAGES, *CLIENTS, "yaml", "local.stack", "dashboard.gateways.manifest_shapes"}


def test_a_client_is_imported_before_the_first_call_that_is_timed(tmp_path: Path) -> None:
    file = tmp_path / "daca.toml"
    file.write_text('[[namespace]]\nname = "prod"\nagent = "http://h:1"\nredis = "redis://h:2/0"\n')
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(file)], capture_output=True, text=True, check=True, timeout=60
    )
    before, after = (set(line.split()) for line in done.stdout.splitlines())
    assert not before & CLIENTS
    assert {"httpx", "redis"} <= after
    assert "kubernetes" not in after
