"""One message to the same actor in several namespaces, and its histories side by side."""

from __future__ import annotations

import streamlit as st

from dashboard.components.access.session import get_writes
from dashboard.components.access.write_lock import badge, may_write, tint
from dashboard.components.chat.histories import show_actions, show_counts, show_rows
from dashboard.components.chat.pane import show_delivery, show_heading
from dashboard.components.core import refresh
from dashboard.components.core.failure import show_empty
from dashboard.components.core.frame import chosen_actor, chosen_endpoints
from dashboard.components.core.linked_namespaces import left_out
from dashboard.components.core.paging import CursorPaging
from dashboard.components.core.provider import shared
from dashboard.services.chat.exports import Compared
from dashboard.services.chat.histories import TURNS_A_PAGE, PolledHistories, ReadHistories
from dashboard.services.chat.sending import Chat, Sending

# An answer that comes within a moment is in the first picture of the page: nothing flickers.
AT_ONCE_SECONDS = 0.3

endpoints = chosen_endpoints()
actor_id = chosen_actor()
names = tuple(endpoint.name for endpoint in endpoints)
# One message may be on its way per namespace: sending again replaces that namespace's alone.
sendings: dict[str, Sending] = st.session_state.setdefault("sendings", {})
paging = CursorPaging[dict[str, str]]("older", actor_id)

st.subheader("Compare", anchor=False)
with st.container():  # inside a container the input stays at the top, and the page does not scroll to its end
    allowed, refused = may_write(), "You may not write here"
    if left_out():
        refused = "Choose the namespaces first"
    content = st.chat_input(
        f"Write to {' and '.join(names)}" if allowed else refused,
        max_chars=8000,
        submit_mode="disable",
        disabled=not allowed,
    )
if content:
    paging.go_to(None)
    sendings.clear()
    sending = Chat(get_writes()).start(names, actor_id, content)
    sendings.update(dict.fromkeys(names, sending))
    sending.wait(AT_ONCE_SECONDS)
    refresh.read_anew()


def _send_again(name: str) -> None:
    failed = sendings[name]
    sendings[name] = Chat(get_writes()).start(
        (name,), actor_id, failed.content, idempotency_key=failed.idempotency_key
    )
    sendings[name].wait(AT_ONCE_SECONDS)
    st.rerun()


def _on_the_way() -> bool:
    return any(sending.get(name) is None for name, sending in sendings.items())


polling, by_timer = _on_the_way(), refresh.timer()


@st.fragment(run_every=0.25 if polling else None)
def answers() -> None:
    """What each namespace answered, as it arrives."""
    timed = by_timer()
    for column, endpoint in zip(st.columns(len(endpoints)), endpoints, strict=True):
        sending = sendings.get(endpoint.name)
        with column:
            if sending and sending.actor_id == actor_id:
                with st.container(border=True, gap="xsmall", key=tint(endpoint, "answer")):
                    st.caption(f"{endpoint.name}{badge(endpoint)}")
                    again = show_delivery(sending.get(endpoint.name), endpoint)
                if again:
                    _send_again(endpoint.name)
    if timed and polling and not _on_the_way():
        st.rerun()  # all have answered: stop polling, and read the histories with the new turn


def read() -> ReadHistories:
    return shared(PolledHistories).look(names, actor_id, paging.cursor or {}, since=refresh.since())


read_by_tick = refresh.timer()


@st.fragment(run_every=refresh.every())
def headings() -> None:
    """How every namespace is, read anew at each tick; the turns are drawn anew where they are others."""
    refresh.tick()
    found = read() if read_by_tick() else drawn
    if found.turns_shown != drawn.turns_shown:
        refresh.draw_anew()
    if found.pages:
        refresh.note_read(found.read_at)
    for column, endpoint in zip(st.columns(len(endpoints)), endpoints, strict=True):
        with column:
            show_heading(endpoint, found.readings[endpoint.name])


def turns() -> None:
    """The newest turns of every namespace, aligned."""
    comparison = drawn.comparison
    left, middle, right = st.columns([2, 1, 2], vertical_alignment="center")
    with left:
        show_counts(comparison)
    only = middle.toggle("Only differences", key="differences", bind="query-params")
    with right:
        show_actions(Compared(actor_id, comparison, drawn.failures, frozenset(drawn.cursors)), endpoints)
    rows = comparison.differing if only else comparison.rows
    with st.container(gap="xsmall"):
        show_rows(rows)
    if not comparison.rows and drawn.pages:
        show_empty("No turns yet", f"Write the first message to {actor_id} above.", icon=":material/chat:")
    elif not rows and drawn.pages:
        open_rows = comparison.count("unknown") + comparison.count("unread")
        title = "No turn is known to differ" if open_rows else "No turn differs"
        show_empty(title, icon=":material/help:" if open_rows else ":material/check:")
    with st.container(horizontal=True):
        paging.show_buttons(drawn.cursors, first="Newest turns", more=f"Older {TURNS_A_PAGE} turns")


answers()
drawn = read()
headings()
turns()
