"""Find entries of the audit log, newest first, and hand them out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from dashboard.model.core.times import iso_utc
from dashboard.services.access.audit import AuditEntry, AuditLog
from dashboard.services.core import csv_export

# Entries stand in the order in which they ended, and are dated by when they began.
_LONGEST_WRITE_SECONDS = 300
MOST_LOOKED_AT = 100_000


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which entries; what is left empty lets every one pass. `since` is Unix seconds."""

    text: str = ""
    namespace: str = ""
    action: str = ""
    result: str = ""
    who: str = ""
    since: float = 0.0

    def takes(self, entry: AuditEntry) -> bool:
        """Whether the entry is wanted; `text` is looked for without regard to case."""
        said = "\n".join((entry.who, entry.namespace, entry.actor_id, entry.text, entry.why))
        return (
            entry.at >= self.since
            and all(
                not want or want == getattr(entry, name)
                for name, want in (
                    ("namespace", self.namespace),
                    ("action", self.action),
                    ("result", self.result),
                    ("who", self.who),
                )
            )
            and self.text.casefold() in said.casefold()
        )


@dataclass(frozen=True)
class AuditPage:
    """Entries newest first. `before` is where the next older ones begin, None where there are none.

    `looked_at` counts the entries that were read to find them.
    """

    entries: tuple[AuditEntry, ...]
    before: int | None
    looked_at: int


def find(log: AuditLog, wanted: AuditFilter, *, limit: int, before: int | None = None) -> AuditPage:
    """The newest `limit` wanted entries older than `before`, of at most `MOST_LOOKED_AT` that are read."""
    found: list[AuditEntry] = []
    offset, count = before, 0
    for offset, entry in log.backwards(before):
        count += 1
        if entry.at < wanted.since - _LONGEST_WRITE_SECONDS:
            return AuditPage(tuple(found), None, count)
        if wanted.takes(entry):
            found.append(entry)
        if len(found) == limit or count == MOST_LOOKED_AT:
            return AuditPage(tuple(found), offset or None, count)
    return AuditPage(tuple(found), None, count)


def as_json_lines(entries: Sequence[AuditEntry]) -> str:
    """One JSON object a line, as in the log itself."""
    return "".join(json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in entries)


def as_csv(entries: Sequence[AuditEntry]) -> str:
    """A line per entry with the time in UTC."""
    names = [field.name for field in fields(AuditEntry)[1:]]
    rows = (
        (iso_utc(entry.at, "milliseconds"), *(getattr(entry, name) for name in names)) for entry in entries
    )
    return csv_export.as_csv(("time", *names), rows)
