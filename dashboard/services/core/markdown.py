"""Texts in Markdown that are never markup."""

from __future__ import annotations


def as_code(text: str) -> str:
    """Text as a table cell of code."""
    flat = " ".join(text.split()).replace("|", "\\|").replace("`", "ˋ")
    return f"`{flat}`"
