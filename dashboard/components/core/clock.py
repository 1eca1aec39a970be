"""Times in the reader's zone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.model.core import times


def clock_time(at: float) -> str:
    """Unix seconds as the time of day, with the date where it is not today."""
    return times.clock_time(at, ZoneInfo(st.context.timezone or "UTC"))


def clock_time_of_iso(text: str) -> str:
    """ISO 8601 as the time of day, with the date where it is not today; "" for what is no time."""
    at = times.parse_iso(text)
    return "" if at is None else clock_time(at)
