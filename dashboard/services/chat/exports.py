"""A comparison as Markdown, JSON and CSV."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from dashboard.model.chat.alignment import Comparison, Row, RowVerdict, difference
from dashboard.model.core.failure import Failure
from dashboard.services.core import csv_export
from dashboard.services.core.markdown import as_code

_VERDICTS: tuple[RowVerdict, ...] = ("same", "differs", "only", "unread", "unknown")
_COUNTED = dict(
    zip(_VERDICTS, ("same", "differ", "only in some", "not read everywhere", "not known"), strict=True)
)


@dataclass(frozen=True)
class Compared:
    """A comparison, and what is not in it: who gave no answer, and whose older turns were not read."""

    actor_id: str
    comparison: Comparison
    failures: Mapping[str, Failure] = field(default_factory=dict)
    older: frozenset[str] = frozenset()


def all_forms(compared: Compared) -> tuple[tuple[str, str, Callable[[], str]], ...]:
    """(label, file ending, what makes the text) of each form."""
    return (
        ("Markdown", "md", partial(as_markdown, compared)),
        ("JSON", "json", partial(as_json, compared)),
        ("CSV", "csv", partial(as_csv, compared)),
    )


def as_plain(compared: Compared) -> dict[str, Any]:
    """The shape of `daca-ops diff --json`: every row with its verdict, its turns and what differs in them."""
    comparison = compared.comparison
    return {
        "actor": compared.actor_id,
        "namespaces": list(comparison.namespaces),
        "counts": {verdict: comparison.count(verdict) for verdict in _VERDICTS},
        "rows": [
            {**asdict(row), "words": row.words, "difference": _difference(row)} for row in comparison.rows
        ],
        "older_turns": sorted(compared.older),
        "failures": {name: asdict(failure) for name, failure in compared.failures.items()},
    }


def as_json(compared: Compared) -> str:
    return json.dumps(as_plain(compared), ensure_ascii=False, indent=2)


def as_csv(compared: Compared) -> str:
    """A line per turn and namespace."""
    rows = (
        (row.words, name, turn.number, turn.time, turn.user, turn.answer or "", _difference(row))
        for row in compared.comparison.rows
        for name, turn in row.cells.items()
        if turn
    )
    return csv_export.as_csv(
        ("verdict", "namespace", "turn", "time", "user", "assistant", "difference"), rows
    )


def as_markdown(compared: Compared) -> str:
    """A table with texts as code, so that no text is markup, and below it what differs, row by row."""
    comparison = compared.comparison
    counts = [f"{count} {_COUNTED[v]}" for v in _VERDICTS if (count := comparison.count(v))]
    missing = [f"- {name} gave no answer: {as_code(why.what)}" for name, why in compared.failures.items()]
    missing += [f"- {name} has older turns that are not in this table" for name in sorted(compared.older)]
    head = f"| {' | '.join(('', *comparison.namespaces))} |\n|{' --- |' * (len(comparison.namespaces) + 1)}"
    rows = [
        f"| {row.words} | "
        + " | ".join(_cell(t.user, t.answer) if t else "-" for t in row.cells.values())
        + " |"
        for row in comparison.rows
    ]
    title = f"# {compared.actor_id}\n\nTurns: {', '.join(counts) or 'none'}"
    return (
        "\n\n".join(
            filter(None, (title, "\n".join(missing), "\n".join((head, *rows)), *_differences(comparison)))
        )
        + "\n"
    )


def _difference(row: Row) -> str:
    """To the character, "" where no two texts stand against each other."""
    return difference(row, whole=True)


def _differences(comparison: Comparison) -> Iterator[str]:
    """Each as an indented block of code, which no text can end: it is of lines that begin with a mark."""
    for row in comparison.rows:
        lines = _difference(row).split("\n")
        if any(lines):
            yield f"{row.place.capitalize()}: {row.words}\n\n" + "\n".join(f"    {line}" for line in lines)


def _cell(user: str, answer: str | None) -> str:
    return " <br> ".join(as_code(text) for text in (user, answer) if text)
