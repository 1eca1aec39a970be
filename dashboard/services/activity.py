"""Find entries of the audit log, newest first, and hand them out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime

from dashboard.services.audit import AuditLog, Entry
from dashboard.services.exports import inert

# Entries stand in the order in which they ended, and are dated by when they began.
_LONGEST_WRITE_SECONDS = 300
MOST_LOOKED_AT = 100_000


@dataclass(frozen=True)
class Wanted:
    """Which entries; what is left empty lets every one pass. `since` is Unix seconds."""

    text: str = ""
    namespace: str = ""
    action: str = ""
    result: str = ""
    who: str = ""
    since: float = 0.0

    def takes(self, entry: Entry) -> bool:
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
class Activity:
    """Entries newest first. `before` is where the next older ones begin, None where there are none.

    `looked_at` counts the entries that were read to find them.
    """

    entries: tuple[Entry, ...]
    before: int | None
    looked_at: int


def find(log: AuditLog, wanted: Wanted, *, limit: int, before: int | None = None) -> Activity:
    """The newest `limit` wanted entries older than `before`, of at most `MOST_LOOKED_AT` that are read."""
    found: list[Entry] = []
    place, count = before, 0
    for place, entry in log.backwards(before):
        count += 1
        if entry.at < wanted.since - _LONGEST_WRITE_SECONDS:
            return Activity(tuple(found), None, count)
        if wanted.takes(entry):
            found.append(entry)
        if len(found) == limit or count == MOST_LOOKED_AT:
            return Activity(tuple(found), place or None, count)
    return Activity(tuple(found), None, count)


def as_json_lines(entries: Sequence[Entry]) -> str:
    """One JSON object a line, as in the log itself."""
    return "".join(json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in entries)


def as_csv(entries: Sequence[Entry]) -> str:
    """A line per entry with the time in UTC; no cell is a formula."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("time", *(field.name for field in fields(Entry)[1:])))
    for entry in entries:
        moment = datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="milliseconds")
        cells = (getattr(entry, field.name) for field in fields(Entry)[1:])
        writer.writerow((moment, *(inert(cell) if isinstance(cell, str) else cell for cell in cells)))
    return file.getvalue()
