"""The visible refresh control: interval, pause and the age of the data."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from typing import NoReturn

import streamlit as st

from dashboard.components.core import idle_stop

INTERVALS: dict[str, int | None] = {"off": None, "5 s": 5, "10 s": 10, "30 s": 30}
SHARED_SECONDS = 5
_READ_AT, _BEAT, _SINCE, _BY_TIMER = "read_at", "beat", "read_since", "by_timer"


def begin() -> None:
    """Called at each full run of the script."""
    by_timer = st.session_state.pop(_BY_TIMER, False)
    st.session_state[_SINCE] = _tick_began(every()) if by_timer else time.time()
    st.session_state.pop(_READ_AT, None)
    if not by_timer:
        idle_stop.touch()


def draw_anew() -> NoReturn:
    """By a timer, as what is drawn has changed; what others have read for this tick is new enough."""
    st.session_state[_BY_TIMER] = True
    st.rerun()


def read_anew() -> None:
    """What was read before this moment is too old: something was written."""
    st.session_state[_SINCE] = time.time()


def since(seconds: int | None = None) -> float:
    """Since when a reading is new enough for this run (Unix seconds).

    Whoever does something sees what is there now. The ticks of all viewers share one reading every `seconds`;
    else at the page's own interval, but at least one every five.
    """
    return max(float(st.session_state.get(_SINCE, 0.0)), _tick_began(seconds or every()))


def _tick_began(seconds: int | None) -> float:
    shared = min(seconds or 0, SHARED_SECONDS)
    return time.time() // shared * shared if shared else 0.0


def every() -> int | None:
    """Seconds between reads; None while paused or stopped."""
    return None if idle_stop.is_stopped() else INTERVALS[st.session_state.get("refresh") or "5 s"]


def tick() -> None:
    """Called by a timed fragment at each run."""
    idle_stop.tick()


def timer() -> Callable[[], bool]:
    """Whether a fragment runs by its timer, to be asked once in each run: its first is the page's own.

    A page that is drawn anew amidst its own run loses what was written and clicked for it; amidst its very
    first, it takes for set by code what came from the URL.
    """
    runs = count()
    return lambda: next(runs) > 0


def show_control() -> None:
    """The interval, in the sidebar."""
    st.segmented_control(
        "Refresh", list(INTERVALS), default="5 s", key="refresh", required=True, bind="query-params"
    )
    if idle_stop.is_stopped():
        idle_stop.show()
    else:
        _show_age()


def note_read(read_at: float) -> None:
    """Remember when the page's data was read (Unix seconds)."""
    st.session_state[_READ_AT] = read_at


@st.fragment(run_every=1)
def _show_age() -> None:
    """How old the page's data is, to the second; where the browser hears no more, it says so.

    A line that is cut without a word, as a port-forward is, leaves the last age standing: by frame.css the
    sentence that is hidden here shows itself unless the container's name changes.
    """
    beat = st.session_state[_BEAT] = 1 - st.session_state.get(_BEAT, 0)
    with st.container(key=f"beat-{beat}", gap=None):
        with st.container(key="age", gap=None):
            st.caption(_age())
        with st.container(key="silence", gap=None):
            words = "Nothing was heard for 10 s or more: disconnected, or busy. All here is as of before."
            st.caption(f":material/cloud_off: {words}")


def _age() -> str:
    read_at = st.session_state.get(_READ_AT)
    if not read_at:
        return "\u00a0"  # a page that reads nothing; what is below must not jump when it does
    age = max(0, round(time.time() - read_at))
    paused = "" if every() else ":material/pause: Paused. "
    return f"{paused}Last data {age} s ago"
