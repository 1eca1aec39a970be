"""What was written from here, by whom, and what came of it."""

from __future__ import annotations

import time
from dataclasses import replace

import streamlit as st

from dashboard.components.access.activity import (
    as_frame,
    show_actions,
    show_filter,
    show_latencies,
    show_table,
)
from dashboard.components.access.session import get_audit
from dashboard.components.core import refresh
from dashboard.components.core.failure import show_empty
from dashboard.components.core.paging import CursorPaging
from dashboard.components.core.provider import get_settings
from dashboard.services.access import commands as audit_commands
from dashboard.services.access.audit_search import AuditFilter, AuditPage, find

A_PAGE = 500

st.subheader("Activity", anchor=False)
log, settings = get_audit(), get_settings()
zone = st.context.timezone or "UTC"
newest = find(log, AuditFilter(), limit=A_PAGE).entries
if not newest:
    show_empty("Nothing was written from here yet", "Write a message on Compare.", icon=":material/timeline:")
    st.stop()
wanted = show_filter(newest)
# A period goes on with the clock: the page stays.
paging = CursorPaging[int]("activity_page", replace(wanted, since=0.0))


@st.fragment(run_every=refresh.every())
def entries() -> None:
    """One page of entries, read anew at each tick."""
    refresh.tick()
    found = find(log, wanted, limit=A_PAGE, before=paging.cursor)
    refresh.note_read(time.time())
    if not found.entries:
        show_empty("Nothing matches", "Choose less to filter by.", icon=":material/search_off:")
        return
    frame = as_frame(found.entries, zone)
    show_latencies(frame, zone)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(_counts(found, older=paging.cursor is not None))
        show_actions(found.entries, audit_commands.audit(wanted, settings))
    show_table(frame, zone)
    with st.container(horizontal=True):
        paging.show_buttons(found.before, first="Newest", more=f"Older {A_PAGE}")


def _counts(found: AuditPage, *, older: bool) -> str:
    count = len(found.entries)
    more = "; older ones follow" if found.before else ""
    return f"{count:,} {'older ' if older else ''}writes{more}. The log is append-only."


entries()
