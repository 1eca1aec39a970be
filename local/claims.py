"""Ports that a stack keeps for itself while it runs, also while a child that listens there starts again."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from local.ports import is_free


class Claims:
    """Locks, one file a port, that end with this process. Two stacks that start at once see each other's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: list[int] = []

    def take(self, port: int) -> bool:
        """Keep `port`; False where something listens there or another stack keeps it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._folder / str(port), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        if not is_free(port):
            os.close(descriptor)
            return False
        self._held.append(descriptor)
        return True

    def release(self) -> None:
        """Give all of them back."""
        while self._held:
            os.close(self._held.pop())
