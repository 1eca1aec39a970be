"""One message to the same actor in several namespaces, and its histories side by side."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.components import refresh
from dashboard.components.failure import show_empty
from dashboard.components.frame import chosen_actor, chosen_places
from dashboard.components.histories import show_actions, show_counts, show_row
from dashboard.components.pane import show_delivery, show_heading
from dashboard.components.protection import badge, may_write, tint
from dashboard.components.provider import get_chat, get_readings
from dashboard.model.alignment import align
from dashboard.services.chat import TURNS_A_PAGE, Sending
from dashboard.services.exports import Compared

# An answer that comes within a moment is in the first picture of the page: nothing flickers.
AT_ONCE_SECONDS = 0.3

places = chosen_places()
actor_id = chosen_actor()
names = tuple(place.name for place in places)
# One message may be on its way per namespace: sending again replaces that namespace's alone.
sendings: dict[str, Sending] = st.session_state.setdefault("sendings", {})

st.subheader("Compare", anchor=False)
with st.container():  # inside a container the input stays at the top, and the page does not scroll to its end
    allowed = may_write()
    content = st.chat_input(
        f"Write to {' and '.join(names)}" if allowed else "You may not write here",
        max_chars=8000,
        submit_mode="disable",
        disabled=not allowed,
    )
if content:
    st.session_state["older"] = {}
    sendings.clear()
    sending = get_chat().start(names, actor_id, content)
    sendings.update(dict.fromkeys(names, sending))
    sending.wait(AT_ONCE_SECONDS)


def _send_again(name: str) -> None:
    failed = sendings[name]
    sendings[name] = get_chat().start((name,), actor_id, failed.content, message_id=failed.message_id)
    sendings[name].wait(AT_ONCE_SECONDS)
    st.rerun()


def _on_the_way() -> bool:
    return any(sending.get(name) is None for name, sending in sendings.items())


polling, by_timer = _on_the_way(), refresh.timer()


@st.fragment(run_every=0.25 if polling else None)
def answers() -> None:
    """What each namespace answered, as it arrives."""
    timed = by_timer()
    for column, place in zip(st.columns(len(places)), places, strict=True):
        sending = sendings.get(place.name)
        with column:
            if sending and sending.actor_id == actor_id:
                with st.container(border=True, gap="xsmall", key=tint(place, "answer")):
                    st.caption(f"{place.name}{badge(place)}")
                    again = show_delivery(sending.get(place.name), place)
                if again:
                    _send_again(place.name)
    if timed and polling and not _on_the_way():
        st.rerun()  # all have answered: stop polling, and read the histories with the new turn


@st.fragment(run_every=refresh.every())
def histories() -> None:
    """The newest turns of every namespace, read anew at each tick."""
    refresh.tick()
    before = st.session_state.get("older", {}).get(actor_id, {})
    found = get_readings().histories(names, actor_id, before)
    pages = {name: reading.value for name, reading in found.items() if reading.value is not None}
    cursors = {name: page.before for name, page in pages.items() if page.before}
    comparison = align(
        {name: page.turns for name, page in pages.items()},
        more_before=frozenset(cursors),
        more_after=frozenset(before),
    )
    if pages:
        refresh.note_read(min(found[name].read_at for name in pages))
    for column, place in zip(st.columns(len(places)), places, strict=True):
        with column:
            show_heading(place, found[place.name])
    left, middle, right = st.columns([2, 1, 2], vertical_alignment="center")
    with left:
        show_counts(comparison)
    only = middle.toggle("Only differences", key="differences", bind="query-params")
    with right:
        silent = {n: reading.failure for n, reading in found.items() if n not in pages and reading.failure}
        show_actions(Compared(actor_id, comparison, silent, frozenset(cursors)), places)
    rows = comparison.differing if only else comparison.rows
    for number, row in enumerate(reversed(rows)):
        show_row(row, number)
    if not comparison.rows and pages:
        show_empty("No turns yet", f"Write the first message to {actor_id} above.", icon=":material/chat:")
    elif not rows and pages:
        show_empty("No turn differs", icon=":material/check:")
    _show_paging(bool(before), cursors)


def _show_paging(away: bool, cursors: dict[str, str]) -> None:
    with st.container(horizontal=True):
        if away:
            st.button("Newest turns", icon=":material/first_page:", on_click=partial(_go_to, {}))
        if cursors:
            label = f"Older {TURNS_A_PAGE} turns"
            st.button(label, icon=":material/history:", on_click=partial(_go_to, {actor_id: cursors}))


def _go_to(page: dict[str, dict[str, str]]) -> None:
    st.session_state["older"] = page


answers()
histories()
