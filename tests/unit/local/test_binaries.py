"""Which Redis the stack runs."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

import pytest

from local.binaries import redis_server
from local.errors import StackError


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of `PATH`, empty."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_the_bundled_server_runs_where_the_machine_has_none(programs: Path) -> None:
    told = subprocess.run([redis_server(), "--version"], capture_output=True, text=True, check=True)
    assert "v=9." in told.stdout


@pytest.mark.parametrize("name", ["redis-server", "valkey-server"])
def test_the_machines_own_server_comes_first(programs: Path, name: str) -> None:
    own = programs / name
    own.touch(mode=0o755)
    assert redis_server() == own


def test_without_any_the_error_says_how_to_get_one(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(StackError, match="apt-get install redis-server"):
        redis_server()
