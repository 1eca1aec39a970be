"""The audit log: one JSON line per write, appended and never rewritten."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Literal, TextIO

from pydantic import TypeAdapter, ValidationError

from dashboard.model.core.errors import GatewayError, WriteRefused

log = logging.getLogger(__name__)
WriteResult = Literal["done", "refused", "failed"]
RESULT_ICONS: dict[WriteResult, str] = {"done": "✓", "refused": "⊘", "failed": "✗"}
LONGEST_TEXT = 200
ROOM_BYTES = 1 << 16
_BLOCK_BYTES = 1 << 16


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """Who did what in which namespace, and what came of it.

    `at` is Unix seconds, `latency_ms` -1 where there is none, `why` the words of what was refused or failed.
    """

    at: float
    who: str
    namespace: str
    action: str
    actor_id: str
    text: str
    result: WriteResult = "failed"
    latency_ms: float = -1.0
    why: str = ""
    cluster: str = ""


_ENTRY = TypeAdapter(AuditEntry)


class AuditLog:
    """Appends to `path`, and to `echo` where that is given (a cluster collects what a pod prints).

    It survives a restart, and any number of threads and processes may append at once.
    """

    def __init__(self, path: Path, *, echo: TextIO | None = None) -> None:
        self._path = path
        self._echo = echo

    @property
    def path(self) -> Path:
        return self._path

    def check(self) -> None:
        """Raise `WriteRefused` where the log cannot be written: what leaves no trace is not done."""
        try:
            descriptor = self._open()
            disk = os.fstatvfs(descriptor)
            os.close(descriptor)
        except OSError as error:
            words = f"The audit log {self._path} cannot be written: {error.strerror}."
            raise WriteRefused(words, word="no permission") from error
        if disk.f_bavail * disk.f_frsize < ROOM_BYTES:
            raise WriteRefused(f"The audit log {self._path} has no room left on its disk.", word="failed")

    @contextmanager
    def recording(self, entry: AuditEntry) -> Iterator[None]:
        """A line of what comes of the block: `entry` with result, reason and time taken.

        Raises `WriteRefused` where the log cannot be written, or what the block raises.
        """
        self.check()
        began = time.monotonic()
        result: WriteResult = "failed"
        why = "interrupted"
        try:
            yield
            result, why = "done", ""
        except WriteRefused as error:
            result, why = "refused", str(error)
            raise
        except Exception as error:
            why = error.what if isinstance(error, GatewayError) else f"{type(error).__name__}: {error}"
            raise
        finally:
            took = round((time.monotonic() - began) * 1000, 1)
            self._keep(replace(entry, result=result, why=why, latency_ms=took))

    def _keep(self, entry: AuditEntry) -> None:
        entry = replace(entry, text=entry.text[:LONGEST_TEXT], why=entry.why[:LONGEST_TEXT])
        try:
            self.append(entry)
        except OSError:  # it is done already: its trace goes where there is room
            log.critical("the audit log could not keep %s", entry, exc_info=True)

    def append(self, entry: AuditEntry) -> None:
        """Write one line, whole and on its own. Raises OSError when the disk refuses."""
        # What a terminal passes on is not always text: a lone surrogate becomes a question mark.
        line = (json.dumps(asdict(entry), ensure_ascii=False) + "\n").encode("utf-8", "replace")
        with os.fdopen(self._open(), "r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            end = file.seek(0, os.SEEK_END)
            torn = end and os.pread(file.fileno(), 1, end - 1) != b"\n"  # by a crash in the middle of a line
            left = b"\n" * torn + line
            while left:
                left = left[file.write(left) :]
        if self._echo:
            self._echo.write(line.decode())
            self._echo.flush()

    def _open(self) -> int:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)

    def newest(self, limit: int = 500) -> tuple[AuditEntry, ...]:
        """The newest entries, newest first; what a crash tore is passed over and logged."""
        return tuple(islice((entry for _, entry in self.backwards()), limit))

    def backwards(self, before: int | None = None) -> Iterator[tuple[int, AuditEntry]]:
        """Each entry with its offset in the file, newest first, from the one before the offset `before` on.

        Reads no more of the file than is asked for.
        """
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return
        with file:
            end = file.seek(0, os.SEEK_END) if before is None else before
            for offset, line in _lines_backwards(file, end):
                entry = self._parse(line)
                if entry:
                    yield offset, entry

    def _parse(self, line: bytes) -> AuditEntry | None:
        try:
            return _ENTRY.validate_json(line)
        except ValidationError:
            log.warning("a line of %s is no audit entry: %.80r", self._path, line)
            return None


def _lines_backwards(file: BinaryIO, end: int) -> Iterator[tuple[int, bytes]]:
    """The whole lines before `end`, last first, each with where it begins."""
    kept = b""
    while end:
        start = max(0, end - _BLOCK_BYTES)
        file.seek(start)
        lines = (file.read(end - start) + kept).split(b"\n")
        begins = start + sum(len(line) + 1 for line in lines)
        for line in lines[:0:-1]:
            begins -= len(line) + 1
            if line:
                yield begins, line
        kept, end = lines[0], start
    if kept:
        yield 0, kept
