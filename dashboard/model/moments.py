"""Moments as people say them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_AGO = re.compile(r"(\d{1,6})\s*([smhd])\Z")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def moment(text: str, now: float) -> float | None:
    """Unix seconds of "15m", "2h" or "7d" before `now`, or of an ISO 8601 time (UTC where it has no zone).

    None for what is neither.
    """
    ago = _AGO.match(text.strip())
    if ago:
        return now - int(ago[1]) * _SECONDS[ago[2]]
    try:
        said = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp()
