"""One child of the stack: how it is started, watched and stopped."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

STOP_SECONDS = 6.0
RESTART_AFTER = (0.2, 0.5, 1.0, 2.0, 5.0)
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Program:
    """What to run. `is_ready` probes it once, with a short deadline of its own."""

    name: str
    command: tuple[str, ...]
    log: Path
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
        with self.program.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.program.command,
                env={**os.environ, **self.program.environment},
                cwd=self.program.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        self._started = time.monotonic()

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


def _die_with_parent() -> None:
    """A supervisor that is killed outright leaves no child behind (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
