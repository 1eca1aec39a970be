"""The visible refresh control: interval, pause, and a stop when nobody looks."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count

import streamlit as st

IDLE_SECONDS = 10 * 60
INTERVALS: dict[str, int | None] = {"off": None, "5 s": 5, "10 s": 10, "30 s": 30}
_ASLEEP, _TOUCHED, _READ_AT = "asleep", "touched_at", "read_at"


def touch() -> None:
    """Somebody is here: called at each full run of the script, which only a person causes."""
    st.session_state.pop(_READ_AT, None)
    if not st.session_state.get(_ASLEEP):
        st.session_state[_TOUCHED] = time.time()


def every() -> int | None:
    """Seconds between reads; None while paused or asleep."""
    if st.session_state.get(_ASLEEP):
        return None
    return INTERVALS[st.session_state.get("refresh") or "5 s"]


def tick() -> None:
    """Called by a timed fragment at each run: stops all polling when nobody was here for ten minutes."""
    idle = time.time() - st.session_state.get(_TOUCHED, time.time())
    if idle > IDLE_SECONDS and not st.session_state.get(_ASLEEP):
        st.session_state[_ASLEEP] = True
        st.rerun()


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
    if st.session_state.get(_ASLEEP):
        st.caption(":material/bedtime: Stopped after ten minutes without you.")
        st.button("Resume", key="resume", icon=":material/play_arrow:", on_click=_wake)
    else:
        _show_age()


def _wake() -> None:
    st.session_state[_ASLEEP] = False


def note_read(read_at: float) -> None:
    """Remember when the page's data was read (Unix seconds)."""
    st.session_state[_READ_AT] = read_at


@st.fragment(run_every=1)
def _show_age() -> None:
    """How old the page's data is, to the second."""
    read_at = st.session_state.get(_READ_AT)
    if not read_at:
        st.caption("\u00a0")  # a page that reads nothing; what is below must not jump when it does
        return
    age = max(0, round(time.time() - read_at))
    paused = "" if every() else ":material/pause: Paused. "
    st.caption(f"{paused}Last data {age} s ago")
