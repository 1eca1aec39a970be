"""Times, read and written: the one module that parses them, and that words them.

Moments are Unix seconds; a text is ISO 8601.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SPAN = re.compile(r"(\d{1,9})\s*([smhd])")


def parse_iso(text: str) -> float | None:
    """ISO 8601 as Unix seconds; without a zone it is this machine's. None for what is no time."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def unix_seconds(text: str) -> float:
    """The same, 0 for what is no time."""
    return parse_iso(text) or 0.0


def parse_span(text: str) -> float:
    """A span as in `90s`, `10m`, `2h`, `1d`, in seconds; raises `ValueError`."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no span of time: write 90s, 10m, 2h or 1d.")
    return int(found[1]) * _SECONDS[found[2]]


def parse_moment(text: str, now: float) -> float | None:
    """A span before `now`, or an ISO 8601 time (UTC where it has no zone); None for what is neither."""
    if _SPAN.fullmatch(text.strip()):
        return now - parse_span(text)
    try:
        said = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp()


def iso_utc(at: float, timespec: str = "auto") -> str:
    """ISO 8601 in UTC, to `timespec` ("seconds", "milliseconds")."""
    moment = _moment(at, UTC)
    return moment.isoformat(timespec=timespec) if moment else _no_date(at)


def clock_time(at: float, zone: tzinfo | None = None) -> str:
    """The time of day in `zone` (this machine's where it is None), with the date where it is not today."""
    moment = _moment(at, zone)
    if moment is None:
        return _no_date(at)
    today = datetime.now(zone).date()
    return moment.strftime("%H:%M:%S" if moment.date() == today else "%Y-%m-%d %H:%M:%S")


def date_and_time(at: float) -> str:
    """Date and time of day in this machine's zone."""
    moment = _moment(at, None)
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else _no_date(at)


def _moment(at: float, zone: tzinfo | None) -> datetime | None:
    """None for what no calendar holds: the id of a stream's entry may begin with any number."""
    try:
        return datetime.fromtimestamp(at, zone)
    except (ValueError, OverflowError, OSError):
        return None


def _no_date(at: float) -> str:
    return f"{at:.0f} s, no date"
