"""The newest proofs of isolation on disk, beside the audit log: a JSON file for each."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from dashboard.model.core.names import actor_id_problem
from dashboard.model.isolation.result import ProofResult
from dashboard.services.core.workspace import Workspace

log = logging.getLogger(__name__)
KEPT = 50
_RESULT = TypeAdapter(ProofResult)


@dataclass(frozen=True)
class ProofStore:
    """A result is found by its actor's id, which no two share. Any number of processes may keep theirs."""

    folder: Path

    def keep(self, result: ProofResult) -> None:
        """Write it whole or not at all; what is older than the newest `KEPT` goes.

        A disk that refuses is logged: the proof itself is made.
        """
        path = self._path(result.actor_id)
        unfinished = path.with_suffix(".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished.touch(0o600)
            unfinished.write_bytes(_RESULT.dump_json(result))
            unfinished.replace(path)
            for _, old in self._files()[KEPT:]:
                old.unlink(missing_ok=True)
        except OSError:
            log.exception("the proof %s could not be kept", path)

    def get(self, actor_id: str) -> ProofResult | None:
        """None where it is not kept, or cannot be read."""
        path = self._path(actor_id)
        written = None if actor_id_problem(actor_id) else _written(path)
        return None if written is None else _read(path, written)

    def newest(self) -> tuple[ProofResult, ...]:
        """All that can be read, newest first."""
        read = [_read(path, written) for written, path in self._files() if path.suffix == ".json"]
        return tuple(result for result in read if result)

    def _path(self, actor_id: str) -> Path:
        return self.folder / f"{actor_id}.json"

    def _files(self) -> list[tuple[int, Path]]:
        """When each was written, and the file: newest first, also what a crash left unfinished."""
        files = [(_written(path), path) for path in self.folder.glob("*")]
        return sorted(((written, path) for written, path in files if written is not None), reverse=True)


def proof_store(workspace: Workspace) -> ProofStore:
    """The proofs that were made here, whoever made them: kept beside the audit log."""
    return ProofStore(workspace.settings.data / "proofs")


def _written(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # another process took it away
        return None


@lru_cache(maxsize=2 * KEPT)
def _read(path: Path, written: int) -> ProofResult | None:
    """The file as it was `written`: a page that is drawn again reads nothing again."""
    try:
        return _RESULT.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        log.warning("%s is no proof that can be read", path)
        return None
