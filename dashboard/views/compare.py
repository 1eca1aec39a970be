"""One message to the same actor in several namespaces, and its histories side by side."""

from __future__ import annotations

import time

import streamlit as st

from dashboard.components import refresh
from dashboard.components.commands import show_commands
from dashboard.components.delivery import show_delivery, show_unlock
from dashboard.components.failure import show_failure
from dashboard.components.frame import chosen_actor, chosen_places
from dashboard.components.histories import show_counts, show_row
from dashboard.components.provider import get_chat, get_guard
from dashboard.model.alignment import align
from dashboard.model.chat import Delivery, Histories
from dashboard.services import commands, exports
from dashboard.services.chat import TURNS_A_PAGE

places = chosen_places()
actor_id = chosen_actor()
names = tuple(place.name for place in places)
deliveries: dict[str, Delivery] = st.session_state.setdefault("deliveries", {})

st.subheader("Compare", anchor=False)
with st.container():  # inside a container the input stays at the top, and the page does not scroll to its end
    content = st.chat_input(f"Write to {' and '.join(names)}", max_chars=8000, submit_mode="disable")
panes = {}
for column, place in zip(st.columns(len(places)), places, strict=True):
    with column:
        badge = ":material/lock: PROTECTED" if place.protected else ""
        st.markdown(f"**{place.name}** {badge}")
        if place.protected:
            show_unlock(place.name, get_guard())
        panes[place.name] = st.empty()


def send(targets: tuple[str, ...], text: str, message_id: str | None = None) -> None:
    """Send and draw each answer as it arrives."""
    for name in targets:
        panes[name].status(f"Waiting for {name}", state="running")
    for delivery in get_chat().send(targets, actor_id, text, message_id=message_id):
        deliveries[delivery.namespace] = delivery
        with panes[delivery.namespace].container():
            show_delivery(delivery)


if content:
    deliveries.clear()
    send(names, content)
again = st.session_state.pop("send_again", None)
if again in deliveries and again in names:
    send((again,), deliveries[again].content, deliveries[again].message_id)
for name in names:
    shown = deliveries.get(name)
    if shown and shown.actor_id == actor_id:
        with panes[name].container():
            show_delivery(shown)
            if shown.failure and st.button("Send again", key=f"again-{name}", icon=":material/replay:"):
                st.session_state["send_again"] = name
                st.rerun()


@st.fragment(run_every=refresh.current().every)
def histories() -> None:
    """The newest turns of every namespace, read anew at each tick."""
    older = st.session_state.get("older", {})
    before = older.get(actor_id, {})
    found = get_chat().histories(names, actor_id, before=before)
    comparison = align({name: page.turns for name, page in found.pages.items()})
    head, filters, more = st.columns([3, 2, 2], vertical_alignment="center")
    with head:
        show_counts(comparison)
        refresh.show_age(max((page.read_at for page in found.pages.values()), default=time.time()))
    only = filters.toggle("Only differences", key="differences", bind="query-params")
    with more:
        _show_export(found)
    for name, failure in found.failures.items():
        show_failure(failure, name)
    rows = comparison.differing if only else comparison.rows
    if not comparison.rows and found.pages:
        st.info(f"{actor_id} has no turns here yet. Write the first message above.", icon=":material/chat:")
    elif not rows and found.pages:
        st.info("No turn differs.", icon=":material/check:")
    for number, row in enumerate(reversed(rows)):
        show_row(row, number)
    _show_paging(found, older)


def _show_export(found: Histories) -> None:
    comparison = align({name: page.turns for name, page in found.pages.items()})
    with st.popover("Export", icon=":material/download:"):
        for label, kind, text in exports.all_forms(actor_id, comparison):
            st.download_button(label, text, f"{actor_id}.{kind}", on_click="ignore", key=f"export-{kind}")
    lines = {place.name: commands.history(place, actor_id) for place in places}
    stored = {f"{place.name}, its store": commands.stored_history(place, actor_id) for place in places}
    show_commands({**lines, **stored}, key="history-commands")


def _show_paging(found: Histories, older: dict[str, dict[str, str]]) -> None:
    cursors = {name: page.before for name, page in found.pages.items() if page.before}
    newest, next_older = st.columns(2)
    if actor_id in older:
        newest.button("Newest turns", icon=":material/first_page:", on_click=_go_to, args=({},))
    if cursors:
        label = f"Older {TURNS_A_PAGE} turns"
        next_older.button(label, icon=":material/history:", on_click=_go_to, args=({actor_id: cursors},))


def _go_to(older: dict[str, dict[str, str]]) -> None:
    st.session_state["older"] = older


histories()
