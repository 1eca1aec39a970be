"""One child of the stack: how it is started, watched and stopped."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

STOP_SECONDS = 6.0
RESTART_AFTER = (0.2, 0.5, 1.0, 2.0, 5.0)
LOG_BYTES = 8_000_000
_PR_SET_PDEATHSIG = 1
_LOOPBACK = "127.0.0.1,localhost"
# Set for somebody else's sidecar, these would turn ours or its agent to the wrong place.
_FOREIGN = ("DAPR_", "APP_")


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run. `port` is where it must listen; `is_ready` probes it once, with a deadline of its own."""

    name: str
    command: tuple[str, ...]
    log: Path
    port: int
    is_ready: Callable[[], bool]
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None


class Child:
    """A program that is started again when it dies."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._deaths = 0
        self._start_at = 0.0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start it in a session of its own: a terminal's Ctrl-C reaches the supervisor alone."""
        _keep_short(self.program.log)
        with self.program.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.program.command,
                env=environment(os.environ) | self.program.environment,
                cwd=self.program.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_dying_with(os.getpid()) if sys.platform == "linux" else None,
            )
        self._started = time.monotonic()

    def ready(self) -> bool:
        """Whether it lives, listens itself (not another program on its port) and answers its probe."""
        pid = self.pid
        return pid is not None and listens(pid, self.program.port) and self.program.is_ready()

    def died(self) -> int | None:
        """The exit status if it died since it was started; asks for a restart, later each time."""
        if self._process is None or self._process.poll() is None:
            return None
        status = self._process.returncode
        self._process = None
        self._deaths = 1 if time.monotonic() - self._started > 30 else self._deaths + 1
        self._start_at = time.monotonic() + RESTART_AFTER[min(self._deaths, len(RESTART_AFTER)) - 1]
        return status

    def due(self) -> bool:
        """Whether it is time to start it again."""
        return self._process is None and time.monotonic() >= self._start_at

    def terminate(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def wait(self, deadline: float) -> None:
        """Wait for its end until `deadline` (monotonic), then kill it and all its group."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def last_lines(self, count: int = 5) -> list[str]:
        """The newest lines of its log."""
        if not self.program.log.exists():
            return []
        with self.program.log.open(errors="replace") as log:
            return [line.rstrip() for line in deque(log, maxlen=count)]


def listens(pid: int, port: int) -> bool:
    """Whether this very process listens at `port`."""
    try:
        sockets = psutil.Process(pid).net_connections(kind="tcp")
    except psutil.NoSuchProcess:
        return False
    return any(s.status == psutil.CONN_LISTEN and s.laddr.port == port for s in sockets)


def environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """What a child inherits: no other sidecar's settings, and no proxy between the parts of one machine."""
    kept = {name: value for name, value in inherited.items() if not name.startswith(_FOREIGN)}
    direct = ",".join(filter(None, (inherited.get("no_proxy") or inherited.get("NO_PROXY"), _LOOPBACK)))
    return kept | {"no_proxy": direct, "NO_PROXY": direct}


def _keep_short(log: Path) -> None:
    """Start a new file when the old one has grown; one older file is kept beside it."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.old"))


def _dying_with(parent: int) -> Callable[[], None]:
    """A supervisor that is killed outright leaves no child behind (prctl(2), PR_SET_PDEATHSIG)."""
    libc = ctypes.CDLL(None)

    def arrange() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it was killed before the call above: no signal will come
            os._exit(1)

    return arrange
