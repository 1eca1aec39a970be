"""Where the page listens: on loopback alone, unless somebody asked for more."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from local import ports
from local.programs import answers
from tests.stack.waiting import wait_until

PROJECT = Path(__file__).parents[2]
STREAMLIT = ("streamlit", "run", str(PROJECT / "dashboard" / "app.py"), "--server.port", "PORT")
OURS = ("dashboard", "dashboard", "--cluster", "static", "--file", "daca.toml", "--port", "PORT")


def listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("module", "everywhere"),
    [(STREAMLIT, False), (OURS, False), ((*OURS, "--address", "0.0.0.0"), True)],
)
def test_other_machines_reach_it_only_where_that_was_asked_for(
    module: Sequence[str], everywhere: bool, tmp_path: Path
) -> None:
    port = ports.choose(1).dashboard
    (tmp_path / "daca.toml").write_text('[[namespace]]\nname = "prod"\n')
    command = [sys.executable, "-m", *(str(port) if word == "PORT" else word for word in module)]
    ours = {"DACA_CLUSTER": "kubernetes", "PYTHONPATH": str(PROJECT), "HOME": str(tmp_path)}
    folder = PROJECT if module is STREAMLIT else tmp_path
    with subprocess.Popen(
        command, cwd=folder, env={**os.environ, **ours}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait_until(lambda: answers(f"http://127.0.0.1:{port}/_stcore/health"), what="the page is served")
            # Another address of this machine, which leads to who listens on all of them.
            assert listens("127.0.0.2", port) is everywhere
        finally:
            server.terminate()
    assert not listens("127.0.0.1", port), "what ends the command ends the page"
