"""Checkups in the background, for pages that come and go: one at a time, its result kept with its age."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard.model.core.failure import Failure
from dashboard.model.doctor.report import DoctorReport
from dashboard.services.core.fan_out import attempt
from dashboard.services.core.workspace import Workspace
from dashboard.services.doctor import checkup


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The newest report, or why there is none; `done` of `total` namespaces while one is under way."""

    report: DoctorReport | None = None
    failure: Failure | None = None
    under_way: bool = False
    done: int = 0
    total: int = 0


class Checkups:
    """Shared by all sessions of one workspace. Thread-safe."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._changed = threading.Condition()
        self._standing = Standing()

    @property
    def standing(self) -> Standing:
        with self._changed:
            return self._standing

    def start(self, names: Sequence[str]) -> None:
        """Begin one, or join the one that is under way."""
        with self._changed:
            if self._standing.under_way:
                return
            self._standing = replace(self._standing, failure=None, under_way=True, done=0, total=len(names))
        threading.Thread(target=self._work, args=(tuple(names),), daemon=True).start()

    def wait(self, seconds: float) -> None:
        """Return when none is under way, at the latest after `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: not self._standing.under_way, seconds)

    def _work(self, names: tuple[str, ...]) -> None:
        report, failure = attempt(lambda: self._check(names))
        with self._changed:
            self._standing = Standing(report=report or self._standing.report, failure=failure)
            self._changed.notify_all()

    def _check(self, names: tuple[str, ...]) -> DoctorReport:
        endpoints = checkup.endpoints(self._workspace, names)
        return checkup.check(self._workspace, endpoints, self._note)

    def _note(self, done: int, total: int) -> None:
        with self._changed:
            self._standing = replace(self._standing, done=done, total=total)
