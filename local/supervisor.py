"""Starts the process tree, starts again what dies, and ends all of it."""

from __future__ import annotations

import os
import secrets
import threading
import time
import webbrowser
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from local import components, ports, programs, state
from local.binaries import Binaries, cache_folder
from local.claims import Claims
from local.errors import StackError
from local.layout import Layout
from local.process import STOP_SECONDS, Child, Program
from local.report import Report
from local.state import Namespace, Process, State

READY_SECONDS = 60.0
TICK_SECONDS = 0.1


class Supervisor:
    """Owns every child. Runs in the main thread; `stop` may be set from a signal handler."""

    def __init__(self, layout: Layout, binaries: Binaries, report: Report, *, browse: bool = False) -> None:
        self._layout = layout
        self._binaries = binaries
        self._report = report
        self._browse = browse
        self._children: list[Child] = []
        self._claims = Claims(cache_folder() / "ports")
        self.stop = threading.Event()

    def run(
        self, names: tuple[str, ...], protect: Iterable[str], *, dashboard: bool, port: int | None
    ) -> None:
        """Start, watch until `stop` is set, end. Raises `StackError` when a part does not become ready."""
        layout = self._layout
        chosen = ports.choose(len(names), dashboard=port, take=self._claims.take)
        layout.prepare(names)
        protected = frozenset(protect)
        namespaces = tuple(
            Namespace(name, name in protected, own, layout.password_file(name))
            for name, own in zip(names, chosen.namespaces, strict=True)
        )
        for namespace in namespaces:
            components.write(layout, namespace.name, namespace.ports.redis)
        self._state = State(
            supervisor=Process.of(os.getpid()),
            placement_port=chosen.placement,
            dashboard_port=chosen.dashboard if dashboard else None,
            namespaces=namespaces,
            processes={},
        )
        try:
            self._start(self._plan(namespaces, chosen))
            if dashboard:
                self._start([programs.dashboard(layout, chosen.dashboard)])
            if not self.stop.is_set():
                self._write(ready=True)
                self._announce()
            self._watch()
        finally:
            self._end()

    def _plan(self, namespaces: tuple[Namespace, ...], chosen: ports.Ports) -> list[Program]:
        plan = [programs.placement(self._layout, self._binaries, chosen.placement, chosen.raft)]
        for namespace in namespaces:
            token = secrets.token_urlsafe(24)
            plan.append(programs.redis(self._layout, self._binaries, namespace))
            plan.append(programs.agent(self._layout, namespace, token))
            plan.append(programs.sidecar(self._layout, self._binaries, namespace, chosen.placement, token))
        return plan

    def _start(self, plan: list[Program]) -> None:
        """Start all at once (each waits for what it needs), and wait until all are ready."""
        fresh = [Child(program) for program in plan]
        for child in fresh:
            child.start()
            self._children.append(child)
        self._write()
        waiting = list(fresh)
        deadline = time.monotonic() + READY_SECONDS
        while waiting and not self.stop.is_set():
            self._revive()
            for child in [child for child in waiting if child.ready()]:
                waiting.remove(child)
                self._report(f"  {child.program.name} is ready")
            if time.monotonic() > deadline:
                raise StackError("\n".join(map(_why, waiting)))
            self.stop.wait(TICK_SECONDS)

    def _watch(self) -> None:
        while not self.stop.wait(TICK_SECONDS):
            self._revive()

    def _revive(self) -> None:
        changed = False
        for child in self._children:
            status = child.died()
            if status is not None:
                changed = True
                self._report(f"{child.program.name} ended with status {status}; starting it again")
                for line in child.last_lines():
                    self._report(f"    {line}")
            if child.due():
                child.start()
                changed = True
        if changed:
            self._write(ready=self._state.ready)

    def _write(self, *, ready: bool = False) -> None:
        processes = {c.program.name: Process.of(pid) for c in self._children if (pid := c.pid) is not None}
        self._state = replace(self._state, processes=processes, ready=ready)
        state.write(self._layout, self._state)

    def _announce(self) -> None:
        for namespace in self._state.namespaces:
            self._report(f"{namespace.name}: agent http://{ports.HOST}:{namespace.ports.agent}")
        if self._state.dashboard_port is not None:
            url = f"http://{ports.HOST}:{self._state.dashboard_port}"
            self._report(f"dashboard: {url}")
            if self._browse:
                webbrowser.open(url)

    def _end(self) -> None:
        """Dashboard first, then sidecars and agents, Redis last, so that nothing is lost on the way down."""
        for group in (("dashboard",), ("sidecar",), ("agent",), ("placement", "redis")):
            members = [c for c in self._children if c.program.name.rpartition("-")[2] in group]
            for child in members:
                child.terminate()
            deadline = time.monotonic() + STOP_SECONDS
            for child in members:
                child.wait(deadline)
        self._layout.state.unlink(missing_ok=True)
        self._claims.release()


def _why(child: Child) -> str:
    log = "\n".join(f"    {line}" for line in child.last_lines(10))
    where: Path = child.program.log
    return f"{child.program.name} is not ready after {READY_SECONDS:g} s. The end of {where}:\n{log}"
