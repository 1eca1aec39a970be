"""What dies is shown, comes back by itself, and takes nothing that was acknowledged with it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest

from local import stack as local_stack
from local import state
from local.errors import StackError
from local.layout import Layout
from tests.stack.running_stack import RunningStack
from tests.stack.waiting import wait_until


@pytest.mark.parametrize("part", ["sidecar", "agent", "redis"])
def test_a_killed_part_comes_back_with_every_turn(stack: RunningStack, actor_id: str, part: str) -> None:
    assert stack.say("dev", actor_id, "before").status_code == 200
    wait_until(lambda: stack.redis("dev").info("persistence")["aof_pending_bio_fsync"] == 0)
    killed = stack.kill("dev", part)
    assert stack.say("prod", actor_id, "the other goes on").status_code == 200
    wait_until(lambda: stack.namespace("dev")[part]["pid"] not in {None, killed}, what=f"a new {part}")
    wait_until(lambda: stack.ready("dev"), what="dev is ready")
    wait_until(lambda: stack.say("dev", actor_id, "after").status_code == 200, what="dev answers")
    contents = [m["content"] for m in stack.history("dev", actor_id) if m["role"] == "user"]
    assert contents[0] == "before"
    assert contents[-1] == "after"


def test_a_store_that_is_away_is_503_and_never_a_hang(stack: RunningStack, actor_id: str) -> None:
    with stack.held("dev", "redis"):
        reply = stack.say("dev", actor_id, "nobody stores this")
    assert reply.status_code == 503
    assert reply.headers["retry-after"]
    assert reply.headers["content-type"] == "application/problem+json"


def test_nothing_listens_beyond_loopback(stack: RunningStack) -> None:
    found = state.read(Layout(stack.data))
    assert found is not None
    for name, process in found.processes.items():
        connections = psutil.Process(process.pid).net_connections(kind="inet")
        addresses = {c.laddr.ip for c in connections if c.status == psutil.CONN_LISTEN or not c.raddr}
        assert addresses == {"127.0.0.1"}, name


def test_a_second_stack_in_the_same_folder_is_refused(stack: RunningStack) -> None:
    with pytest.raises(StackError, match="already runs"):
        local_stack.start_detached(local_stack.UpOptions(data=stack.data), report=lambda line: None)


def test_no_process_is_left_by_down_or_by_a_crash(empty_folder: Path) -> None:
    options = local_stack.UpOptions(data=empty_folder, namespaces=("one",), dashboard=False)
    for crash in (False, True):
        local_stack.start_detached(options, report=lambda line: None)
        found = state.running(Layout(empty_folder))
        assert found is not None
        handles = [handle for p in found.processes.values() if (handle := p.handle())]
        assert len(handles) == 4
        if crash:
            os.kill(found.supervisor.pid, signal.SIGKILL)
        assert local_stack.down(empty_folder)
        assert not [handle for handle in handles if handle.is_running()]
        assert local_stack.status(empty_folder) is None


def test_a_taken_dashboard_port_stops_before_anything_starts(empty_folder: Path, stack: RunningStack) -> None:
    port = int(stack.namespace("prod")["redis"]["port"])
    options = local_stack.UpOptions(data=empty_folder, namespaces=("one",), port=port)
    with pytest.raises(StackError, match=f"Port {port} is taken"):
        local_stack.start_detached(options, report=lambda line: None)
    assert local_stack.status(empty_folder) is None


def test_reset_clears_one_namespace_alone(stack: RunningStack, actor_id: str) -> None:
    for name in ("prod", "dev"):
        stack.say(name, actor_id, "kept or not")
    assert local_stack.reset(stack.data, "dev") > 0
    assert stack.history("dev", actor_id) == []
    assert len(stack.history("prod", actor_id)) == 2
