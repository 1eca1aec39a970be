"""What was written from here, by whom, and what came of it."""

from __future__ import annotations

import time
from dataclasses import replace

import streamlit as st

from dashboard.components import refresh
from dashboard.components.activity import as_frame, show_actions, show_filter, show_latencies, show_table
from dashboard.components.failure import show_empty
from dashboard.components.provider import get_settings, get_workspace
from dashboard.services import commands
from dashboard.services.activity import Activity, Wanted, find

A_PAGE = 500

st.subheader("Activity", anchor=False)
log, settings = get_workspace().audit, get_settings()
zone = st.context.timezone or "UTC"
newest = find(log, Wanted(), limit=A_PAGE).entries
if not newest:
    show_empty("Nothing was written from here yet", "Write a message on Compare.", icon=":material/timeline:")
    st.stop()
wanted = show_filter(newest)


def _go_to(place: int | None) -> None:
    st.session_state["activity_page"] = (replace(wanted, since=0.0), place)


@st.fragment(run_every=refresh.every())
def entries() -> None:
    """One page of entries, read anew at each tick."""
    refresh.tick()
    asked, place = st.session_state.get("activity_page", (None, None))
    before = place if asked == replace(wanted, since=0.0) else None
    found = find(log, wanted, limit=A_PAGE, before=before)
    refresh.note_read(time.time())
    if not found.entries:
        show_empty("Nothing matches", "Choose less to filter by.", icon=":material/search_off:")
        return
    frame = as_frame(found.entries, zone)
    show_latencies(frame, zone)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(_counts(found, older=before is not None))
        show_actions(found.entries, commands.audit(wanted, settings))
    show_table(frame, zone)
    with st.container(horizontal=True):
        if before:
            st.button("Newest", icon=":material/first_page:", on_click=_go_to, args=(None,))
        if found.before:
            st.button(f"Older {A_PAGE}", icon=":material/history:", on_click=_go_to, args=(found.before,))


def _counts(found: Activity, *, older: bool) -> str:
    count = len(found.entries)
    more = "; older ones follow" if found.before else ""
    return f"{count:,} {'older ' if older else ''}writes{more}. The log is append-only."


entries()
