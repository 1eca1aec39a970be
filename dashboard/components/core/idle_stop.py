"""A tab that nobody looks at for ten minutes stops asking, until its reader is back."""

from __future__ import annotations

import time

import streamlit as st

IDLE_SECONDS = 10 * 60
_ASLEEP, _TOUCHED = "asleep", "touched_at"


def touch() -> None:
    """Somebody is here: called at each full run of the script, which only a person causes."""
    if not is_stopped():
        st.session_state[_TOUCHED] = time.time()


def is_stopped() -> bool:
    """Whether the tab has stopped."""
    return bool(st.session_state.get(_ASLEEP))


def tick() -> None:
    """Called by a timed fragment at each run: stops all polling when nobody was here for ten minutes."""
    idle = time.time() - st.session_state.get(_TOUCHED, time.time())
    if idle > IDLE_SECONDS and not is_stopped():
        st.session_state[_ASLEEP] = True
        st.rerun()


def show() -> None:
    """Why nothing moves, and how to go on."""
    st.caption(":material/bedtime: Stopped after ten minutes without you.")
    st.button("Resume", key="resume", icon=":material/play_arrow:", on_click=_wake)


def _wake() -> None:
    st.session_state[_ASLEEP] = False
