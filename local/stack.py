"""The local stack's interface: `up`, `start_detached`, `down`, `status`, `reset`, `log_files`."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

from local import binaries, process, programs, state
from local.errors import StackError
from local.layout import Layout
from local.ports import HOST
from local.report import Report
from local.state import Namespace, Process, State
from local.supervisor import READY_SECONDS, Supervisor

__all__ = ["StackError", "UpOptions", "down", "log_files", "reset", "start_detached", "status", "up"]
END_SECONDS = 40.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class UpOptions:
    """What to start. `port` is the dashboard's, None for the usual one or the next that is free.

    `browse` opens the dashboard in the user's browser when it is ready.
    """

    data: Path
    namespaces: tuple[str, ...] = ("prod", "dev")
    protect: tuple[str, ...] = ()
    dashboard: bool = True
    port: int | None = None
    browse: bool = False


def check_options(options: UpOptions) -> None:
    """Raise `StackError` for names that cannot be namespaces."""
    for name in options.namespaces:
        if not re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", name):
            raise StackError(f"{name!r} cannot be a namespace: lower-case letters, digits and dashes.")
    if not options.namespaces or len(set(options.namespaces)) < len(options.namespaces):
        raise StackError("Name at least one namespace, each once.")
    unknown = set(options.protect) - set(options.namespaces)
    if unknown:
        raise StackError(f"--protect names {', '.join(sorted(unknown))}, which is not among the namespaces.")


def up(options: UpOptions, report: Report) -> None:
    """Run the stack in this process until SIGINT, SIGTERM or SIGHUP (the terminal is closed)."""
    check_options(options)
    layout = Layout(options.data.resolve())
    with state.exclusive(layout):
        _end_leftovers(layout)
        found = binaries.find(report)
        supervisor = Supervisor(layout, found, report, browse=options.browse)

        def stop(signum: int, frame: FrameType | None) -> None:
            supervisor.stop.set()

        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, stop)
        report(f"starting {', '.join(options.namespaces)} in {layout.data}")
        supervisor.run(options.namespaces, options.protect, dashboard=options.dashboard, port=options.port)
        report("stopped")


def start_detached(options: UpOptions, report: Report) -> None:
    """Start the stack in the background and return when it is ready. Raises `StackError` where it is not."""
    check_options(options)
    layout = Layout(options.data.resolve())
    with state.exclusive(layout):
        layout.prepare(options.namespaces)
        binaries.find(report)
    output = layout.log("stack")
    with output.open("wb") as log:
        supervisor = subprocess.Popen(
            _command(options),
            cwd=programs.PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    ready = False
    try:
        deadline = time.monotonic() + 2 * READY_SECONDS
        for line in _follow(
            output, until=lambda: _settled(layout, supervisor) or time.monotonic() > deadline
        ):
            report(line)
        found = state.running(layout)
        ready = bool(supervisor.poll() is None and found and found.ready)
    finally:
        if not ready:  # late, or given up with Ctrl-C: nothing half-started may stay behind
            _end(supervisor)
    if not ready:
        raise StackError(f"The stack did not start; {output} says:\n{output.read_text()[-2000:]}")


def _end(supervisor: subprocess.Popen[bytes]) -> None:
    supervisor.terminate()
    try:
        supervisor.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()


def _command(options: UpOptions) -> list[str]:
    command = [sys.executable, "-m", "dashboard", "up", "--data", str(options.data.resolve())]
    command += ["--namespaces", ",".join(options.namespaces)]
    command += [] if options.dashboard else ["--no-dashboard"]
    command += ["--port", str(options.port)] if options.port else []
    return command + [word for name in options.protect for word in ("--protect", name)]


def _settled(layout: Layout, supervisor: subprocess.Popen[bytes]) -> bool:
    if supervisor.poll() is not None:
        return True
    found = state.running(layout)
    return bool(found and found.ready)


def _follow(path: Path, *, until: Callable[[], bool]) -> Iterator[str]:
    with path.open(errors="replace") as file:
        while True:
            ended = until()
            yield from (line.rstrip() for line in file)
            if ended:
                return
            time.sleep(_POLL_SECONDS)


def down(data: Path) -> bool:
    """End the stack of `data`, also what a crash left behind; whether there was anything to end."""
    layout = Layout(data.resolve())
    found = state.read(layout)
    if found is None:
        return False
    supervisor = found.supervisor.handle()
    if supervisor:
        _signal(supervisor.terminate)
        _wait([supervisor])
    _end_leftovers(layout)
    return True


def _end_leftovers(layout: Layout) -> None:
    found = state.read(layout)
    if found is None:
        return
    left = [handle for recorded in found.processes.values() if (handle := recorded.handle())]
    for handle in left:
        _signal(handle.terminate)
    _wait(left)
    layout.state.unlink(missing_ok=True)


def _wait(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=END_SECONDS)
    for handle in alive:
        _signal(handle.kill)
    psutil.wait_procs(alive, timeout=5)


def _signal(send: Callable[[], None]) -> None:
    with suppress(psutil.NoSuchProcess):  # it ended by itself in between
        send()


def status(data: Path) -> dict[str, Any] | None:
    """The stack as it is now, in the shape of `daca-ops status --json`; None where none runs."""
    layout = Layout(data.resolve())
    found = state.running(layout)
    if found is None:
        return None
    with ThreadPoolExecutor(max_workers=16) as pool:
        namespaces = list(pool.map(lambda namespace: _namespace(layout, found, namespace), found.namespaces))
    placement = _pid(found, "placement")
    dashboard = found.dashboard_port if _pid(found, "dashboard") else None
    return {
        "cluster": "local",
        "dashboard": f"http://{HOST}:{dashboard}" if dashboard else None,
        "placement": {"pid": placement, "address": f"{HOST}:{found.placement_port}"},
        "namespaces": namespaces,
    }


def _pid(found: State, name: str) -> int | None:
    recorded: Process | None = found.processes.get(name)
    return recorded.pid if recorded and recorded.handle() else None


def _ready(pid: int | None, port: int, path: str) -> bool:
    """Whether the process itself answers at `port`, not another program that took its place."""
    return pid is not None and process.listens(pid, port) and programs.answers(f"http://{HOST}:{port}{path}")


def _namespace(layout: Layout, found: State, namespace: Namespace) -> dict[str, Any]:
    ports, name = namespace.ports, namespace.name
    agent, sidecar = _pid(found, f"{name}-agent"), _pid(found, f"{name}-sidecar")
    return {
        "name": name,
        "protected": namespace.protected,
        "agent": {
            "url": f"http://{HOST}:{ports.agent}",
            "pid": agent,
            "ready": _ready(agent, ports.agent, "/readyz"),
            "log": str(layout.log(f"{name}-agent")),
        },
        "sidecar": {
            "url": f"http://{HOST}:{ports.http}",
            "pid": sidecar,
            "version": programs.sidecar_version(ports.http),
            "ready": _ready(sidecar, ports.http, "/v1.0/healthz"),
            "log": str(layout.log(f"{name}-sidecar")),
        },
        "redis": {
            "host": HOST,
            "port": ports.redis,
            "db": 0,
            "pid": _pid(found, f"{name}-redis"),
            "password_file": str(namespace.password_file),
        },
    }


def reset(data: Path, namespace: str) -> int:
    """Delete everything in one namespace's Redis; how many keys. Refuses a protected namespace.

    The agent keeps nothing between turns, so the next turn starts a new history.
    """
    layout = Layout(data.resolve())
    found = state.running(layout)
    if found is None:
        raise StackError(f"No stack runs in {layout.data}: start it with `daca-ops up`.")
    for candidate in found.namespaces:
        if candidate.name == namespace:
            break
    else:
        raise StackError(f"There is no namespace {namespace} in {layout.data}.")
    if candidate.protected:
        raise StackError(
            f"{namespace} is protected: start the stack without --protect {namespace} to reset it."
        )
    password = candidate.password_file.read_text()
    import redis  # takes longer to import than all else that starts a stack

    with redis.Redis(host=HOST, port=candidate.ports.redis, password=password, socket_timeout=10) as client:
        count = int(client.dbsize())
        client.flushdb()
    return count


def log_files(data: Path) -> dict[str, Path]:
    """The log file of every process that has one, by process name."""
    folder = Layout(data.resolve()).data / "logs"
    return {path.stem: path for path in sorted(folder.glob("*.log"))}
