"""A part that fails, or another in its place, is found while it runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psutil
import pytest

from dashboard.model.core.endpoints import Endpoint
from tests.stack.diagnosis import edit, found, look, resources, spec
from tests.stack.running_stack import RunningStack
from tests.stack.waiting import wait_until


@pytest.mark.parametrize(
    ("part", "rule"),
    [("sidecar", "sidecar-not-ready"), ("agent", "agent-not-ready"), ("redis", "store-not-reached")],
)
def test_a_part_that_is_killed_is_found_and_what_it_hides_is_not_checked(
    stack: RunningStack, part: str, rule: str
) -> None:
    with stack.nobody_restarts():
        stack.kill("dev", part)
        report = look(stack.data)
        assert (rule, "dev") in found(report)
        assert {namespace for _, namespace in found(report)} == {"dev"}
        assert report.not_checked
    wait_until(lambda: stack.ready("dev"), what="dev is ready")
    wait_until(lambda: not found(look(stack.data)), what="nothing is found any more")


def test_a_placement_that_is_gone_is_found(stack: RunningStack) -> None:
    with stack.nobody_restarts():
        os.kill(int(stack.status()["placement"]["pid"]), signal.SIGKILL)
        wanted = {("placement-not-connected", name) for name in ("prod", "dev")}
        wait_until(lambda: wanted <= found(look(stack.data)), what="no placement is found")
    wait_until(lambda: not found(look(stack.data)), seconds=40, what="nothing is found any more")


@contextmanager
def misrouted(stack: RunningStack) -> Iterator[None]:
    """Events of dev go to a path that its agent has not; daprd reads its resources when it starts."""
    file = resources(stack.data)
    before = file.read_text()
    try:
        edit(file, spec(routes={"rules": [], "default": "/subscribed"}))
        stack.kill("dev", "sidecar")
        wait_until(lambda: stack.ready("dev"), what="dev is ready")
        yield
    finally:
        file.write_text(before)
        stack.kill("dev", "sidecar")
        wait_until(lambda: stack.ready("dev"), what="dev is ready")


def test_a_route_that_answers_404_is_found(stack: RunningStack) -> None:
    with misrouted(stack):
        wait_until(lambda: ("route-not-found", "dev") in found(look(stack.data)), what="the route is found")
    wait_until(lambda: not found(look(stack.data)), what="nothing is found any more")


AN_HOUR_AHEAD = """import runpy, time
now = time.time
time.time = lambda: now() + 3600
runpy.run_module("agent", run_name="__main__")"""


@contextmanager
def instead(stack: RunningStack, part: str, *command: str) -> Iterator[None]:
    """Another program in the place of a part of dev, or the same one started anew."""
    process = psutil.Process(int(stack.namespace("dev")[part]["pid"]))
    words, environment, folder = command or process.cmdline(), process.environ(), process.cwd()
    stack.kill("dev", part)
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, env=environment, cwd=folder, stdout=quiet, stderr=quiet) as running:
        try:
            yield
        finally:
            running.kill()


def test_a_clock_that_is_apart_is_found(stack: RunningStack) -> None:
    with stack.nobody_restarts(), instead(stack, "agent", sys.executable, "-c", AN_HOUR_AHEAD):
        wait_until(lambda: ("clocks-apart", "dev") in found(look(stack.data)), what="it is found")
    wait_until(lambda: not found(look(stack.data)), what="nothing is found any more")


def test_an_app_that_registers_no_actor_is_found(stack: RunningStack) -> None:
    port = stack.namespace("dev")["agent"]["url"].rpartition(":")[2]
    server = (sys.executable, "-m", "http.server", port, "--bind", "127.0.0.1")
    wanted = ("actor-type-not-registered", "dev")
    with stack.nobody_restarts(), instead(stack, "agent", *server), instead(stack, "sidecar"):
        wait_until(lambda: wanted in found(look(stack.data)), what="it is found")
    wait_until(lambda: not found(look(stack.data)), what="nothing is found any more")


def test_another_app_id_and_another_port_are_found(stack: RunningStack) -> None:
    prod = stack.namespace("prod")["agent"]["url"]

    def change(endpoint: Endpoint) -> Endpoint:
        return replace(endpoint, app_id="chat-agnet", agent_url=prod) if endpoint.name == "dev" else endpoint

    assert {("app-id-not-told", "dev"), ("app-port-not-answering", "dev")} <= found(look(stack.data, change))
