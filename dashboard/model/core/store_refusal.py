"""Why a Redis takes no writes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class StoreRefusal:
    """What was seen, as a sentence, and how it ends; `full` where more memory ends it."""

    words: str
    fix: str
    full: bool = False
