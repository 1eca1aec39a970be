"""Numbers of things in words."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """ "1 turn", "1,200 turns"; for nouns whose plural ends in "s"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
