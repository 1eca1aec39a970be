"""Times in the reader's zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st


def clock_time(at: float) -> str:
    """Unix seconds as the time of day, with the date where it is not today."""
    return _words(datetime.fromtimestamp(at, _zone()))


def clock_time_of_iso(text: str) -> str:
    """ISO 8601 as the time of day, with the date where it is not today; "" for what is no time."""
    try:
        return _words(datetime.fromisoformat(text).astimezone(_zone()))
    except ValueError:
        return ""


def _zone() -> ZoneInfo:
    return ZoneInfo(st.context.timezone or "UTC")


def _words(moment: datetime) -> str:
    today = datetime.now(UTC).astimezone(moment.tzinfo).date()
    return moment.strftime("%H:%M:%S" if moment.date() == today else "%Y-%m-%d %H:%M:%S")
