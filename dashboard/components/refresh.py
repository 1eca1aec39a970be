"""The visible refresh control: interval, pause, and a stop when nobody looks."""

from __future__ import annotations

import time
from dataclasses import dataclass

import streamlit as st

IDLE_SECONDS = 10 * 60
INTERVALS = {"off": None, "5 s": 5, "10 s": 10, "30 s": 30}


@dataclass(frozen=True)
class Refresh:
    """`every` seconds between reads, None while paused or idle."""

    every: int | None
    idle: bool


def touch() -> None:
    """Somebody is here: called at each full run of the script, which only a person causes."""
    st.session_state["touched_at"] = time.time()


def current() -> Refresh:
    """What the control says now."""
    every = INTERVALS[st.session_state.get("refresh", "5 s")]
    idle = time.time() - st.session_state.get("touched_at", time.time()) > IDLE_SECONDS
    return Refresh(None if idle else every, idle)


def show_control() -> None:
    """The interval, in the sidebar."""
    st.segmented_control(
        "Refresh", list(INTERVALS), default="5 s", key="refresh", required=True, bind="query-params"
    )


def show_age(read_at: float) -> None:
    """How old the data below is, and whether it still changes."""
    refresh = current()
    age = max(0, round(time.time() - read_at))
    if refresh.idle:
        st.caption(":material/bedtime: Stopped after ten minutes without you")
        st.button("Resume", key="resume", on_click=touch)
    elif refresh.every is None:
        st.caption(f":material/pause: Paused, data {age} s old")
    else:
        st.caption(f":material/sync: Data {age} s old, read every {refresh.every} s")
