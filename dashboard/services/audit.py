"""The audit log: one JSON line per write, appended and never rewritten."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path

from dashboard.model.errors import WriteRefused

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """Who did what in which namespace, and what came of it. `at` is Unix seconds, `latency_ms` -1 if none."""

    at: float
    who: str
    namespace: str
    action: str
    actor_id: str
    text: str
    result: str
    latency_ms: float = -1.0


class AuditLog:
    """Appends to `path`; survives a restart. A log that cannot be written refuses the write it stands for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    @property
    def path(self) -> Path:
        return self._path

    def check(self) -> None:
        """Raise `WriteRefused` where the log cannot be written: what leaves no trace is not done."""
        try:
            os.close(self._open())
        except OSError as error:
            raise WriteRefused(f"The audit log {self._path} cannot be written: {error.strerror}.") from error

    def append(self, entry: Entry) -> None:
        """Write one line. Raises OSError when the disk refuses."""
        line = json.dumps(asdict(entry), ensure_ascii=False) + "\n"
        with self._lock, os.fdopen(self._open(), "a", encoding="utf-8") as file:
            file.write(line)

    def _open(self) -> int:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def newest(self, limit: int = 500) -> tuple[Entry, ...]:
        """The newest entries, newest first. A torn line (a crash while writing) is passed over and logged."""
        if not self._path.exists():
            return ()
        with self._path.open(encoding="utf-8") as file:
            lines = deque(file, maxlen=limit)
        entries = (self._parse(line) for line in reversed(lines))
        return tuple(entry for entry in entries if entry)

    def _parse(self, line: str) -> Entry | None:
        try:
            return Entry(**json.loads(line))
        except (ValueError, TypeError):
            log.warning("a line of %s is no audit entry: %.80r", self._path, line)
            return None
