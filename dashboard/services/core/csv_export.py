"""Rows as CSV in which no cell is a formula (OWASP: CSV injection)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence


def as_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A line per row below `head`."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows([_inert(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return file.getvalue()


def _inert(text: str) -> str:
    """Spreadsheets run cells that begin like formulas."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
