"""A comparison as Markdown, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict

from dashboard.model.alignment import Comparison


def all_forms(actor_id: str, comparison: Comparison) -> tuple[tuple[str, str, str], ...]:
    """(label, file ending, text) of each form."""
    return (
        ("Markdown", "md", as_markdown(actor_id, comparison)),
        ("JSON", "json", as_json(actor_id, comparison)),
        ("CSV", "csv", as_csv(comparison)),
    )


def as_json(actor_id: str, comparison: Comparison) -> str:
    """Every row with its verdict and its turns."""
    rows = [asdict(row) for row in comparison.rows]
    return json.dumps({"actor": actor_id, "rows": rows}, ensure_ascii=False, indent=2)


def as_csv(comparison: Comparison) -> str:
    """A line per turn and namespace."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("verdict", "namespace", "turn", "user", "assistant"))
    for row in comparison.rows:
        for name, turn in row.cells.items():
            if turn:
                writer.writerow((row.words, name, turn.number, inert(turn.user), inert(turn.answer or "")))
    return file.getvalue()


def inert(text: str) -> str:
    """Spreadsheets run cells that begin like formulas (OWASP: CSV injection)."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def as_markdown(actor_id: str, comparison: Comparison) -> str:
    """A table with texts as code, so that no text is markup."""
    head = f"| {' | '.join(('', *comparison.namespaces))} |\n|{' --- |' * (len(comparison.namespaces) + 1)}"
    lines = [
        f"| {row.words} | "
        + " | ".join(_cell(t.user, t.answer) if t else "-" for t in row.cells.values())
        + " |"
        for row in comparison.rows
    ]
    return f"# {actor_id}\n\n{head}\n" + "\n".join(lines) + "\n"


def _cell(user: str, answer: str | None) -> str:
    return " <br> ".join(as_code(text) for text in (user, answer) if text)


def as_code(text: str) -> str:
    """Text as a Markdown table cell that is never markup."""
    flat = " ".join(text.split()).replace("|", "\\|").replace("`", "ˋ")
    return f"`{flat}`"
