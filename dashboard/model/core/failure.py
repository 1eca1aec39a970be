"""Why something gave no answer, in words for a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """Why one namespace gave no answer, in words for its pane; `command` is shell lines that help, or ""."""

    word: str
    what: str
    hint: str = ""
    command: str = ""
