"""Why something is not where it might be, and how grave that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CauseSeverity = Literal["waits", "expected", "wrong"]
CAUSE_SEVERITIES: dict[CauseSeverity, str] = {
    "waits": "on its way",
    "expected": "explained",
    "wrong": "something is wrong",
}


@dataclass(frozen=True)
class Cause:
    """Why something is not where it might be: `name` in two or three words, `words` in a sentence."""

    name: str
    severity: CauseSeverity
    words: str
