"""What keeps two stacks, and other people's settings, apart from this one."""

from __future__ import annotations

import os
import socket
from contextlib import closing
from pathlib import Path

import pytest

from local import binaries, process, state
from local.claims import Claims
from local.errors import StackError
from local.layout import Layout
from local.ports import choose


def test_two_stacks_that_start_at_once_choose_different_ports(tmp_path: Path) -> None:
    one, two = Claims(tmp_path), Claims(tmp_path)
    first, second = choose(1, take=one.take), choose(1, take=two.take)
    assert not set(vars(first.namespaces[0]).values()) & set(vars(second.namespaces[0]).values())
    assert not two.take(first.placement)
    one.release()
    assert two.take(first.placement)
    two.release()


def test_only_the_process_that_listens_is_the_one_that_answers() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        assert process.listens(os.getpid(), port)
        assert not process.listens(os.getppid(), port)


def test_a_child_inherits_no_other_sidecar_and_no_proxy_for_loopback() -> None:
    inherited = {"PATH": "/bin", "DAPR_API_TOKEN": "x", "APP_PORT": "1", "no_proxy": "example.org"}
    found = process.environment(inherited)
    assert found["PATH"] == "/bin"
    assert not {"DAPR_API_TOKEN", "APP_PORT"} & found.keys()
    assert found["NO_PROXY"] == found["no_proxy"] == "example.org,127.0.0.1,localhost"


def test_a_state_file_of_another_shape_is_an_error_and_no_crash(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.state.write_text("{}")
    with pytest.raises(StackError, match="cannot be read"):
        state.read(layout)


def test_a_daprd_that_was_named_and_does_not_run_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("daprd", "placement"):
        (tmp_path / name).write_text("no program")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("DACA_DAPRD", str(tmp_path / "daprd"))
    with pytest.raises(StackError, match="DACA_DAPRD"):
        binaries.find(lambda line: None)
