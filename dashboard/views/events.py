"""A namespace's topics: what they carry as it comes, who has not acknowledged it, and a test event."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.components import filled, refresh
from dashboard.components.commands import show_commands
from dashboard.components.events import show_entries, show_entry, show_groups
from dashboard.components.failure import show_empty, show_error, show_failure
from dashboard.components.frame import chosen_actor, chosen_places
from dashboard.components.protection import show_strip
from dashboard.components.provider import get_readings, get_workspace
from dashboard.components.publishing import show_publishing
from dashboard.model.errors import GatewayError
from dashboard.model.events import Wanted
from dashboard.model.names import TOPIC
from dashboard.services import event_commands, events
from dashboard.services.live import Reading

FOLLOW_SECONDS = 1
SECTIONS = ("Entries", "Groups", "Publish")

places = chosen_places()
workspace = get_workspace()
st.subheader("Events", anchor=False)
names = [place.name for place in places]
with st.container(horizontal=True, vertical_alignment="bottom"):
    namespace = st.segmented_control(
        "Namespace", names, default=names[0], key="events_ns", required=True, bind="query-params"
    )
    place = next((p for p in places if p.name == namespace), places[0])
    known = get_readings().topics(place)
    topics = sorted({TOPIC, *(stream.name for stream in known.value or ())})
    topic = st.selectbox(
        "Topic", topics, index=topics.index(TOPIC), key="topic", width=320, bind="query-params"
    )
if place.protected:
    show_strip(place)
entries_tab, groups_tab, publish_tab = st.tabs(SECTIONS, key="show", bind="query-params")
with entries_tab:
    # Drawn also while another section is open: Streamlit takes from the URL what is not drawn.
    with st.container(horizontal=True, vertical_alignment="bottom"):
        actor_id = st.text_input(
            "Of actor", key="of", width=240, placeholder="every actor", bind="query-params"
        )
        event_type = st.text_input(
            "Of type", key="type", width=240, placeholder="every type", bind="query-params"
        )
        follow = st.toggle("Follow every second", key="follow", bind="query-params")
    listed, detail = st.columns([3, 2], gap="medium")
    with detail:
        picked = filled.text_field("Entry", "entry", placeholder="pick one, or type its id")
wanted = Wanted((actor_id or "").strip(), (event_type or "").strip())

view = (place.name, topic, wanted)
shown_for, before = st.session_state.get("events_page", (None, None))
if shown_for != view:
    before = None


def _go_to(position: str | None) -> None:
    st.session_state["events_page"] = (view, position)


def _is_known(reading: Reading[Any]) -> bool:
    """Whether there is something to draw; says what keeps it from being new."""
    if reading.failure:
        show_failure(reading.failure)
    elif reading.value is None:
        st.caption(f":material/hourglass_top: waiting for {place.name}")
    if reading.value is not None:
        refresh.note_read(reading.read_at)
    return reading.value is not None


def _show_entries() -> None:
    reading = get_readings().entries(place, topic, wanted, before)
    if not _is_known(reading) or reading.value is None:
        return
    page = reading.value.page
    if not page.entries:
        _show_none(page.scanned)
    else:
        show_entries(reading.value, key=f"entries-{place.name}")
    with st.container(horizontal=True, vertical_alignment="center"):
        if before:
            st.button("Newest", icon=":material/first_page:", on_click=_go_to, args=(None,))
        if page.before:
            st.button("Older", icon=":material/history:", on_click=_go_to, args=(page.before,))
        found = f"{len(page.entries):,} of {page.scanned:,} entries looked at"
        st.caption(
            found if page.before or wanted != Wanted() else f"{len(page.entries):,} entries, all there are"
        )
        lines = event_commands.entries(workspace.settings, place, topic, wanted)
        show_commands(lines, key="events-commands")


def _show_none(scanned: int) -> None:
    if scanned:
        text = f"None of {scanned:,} entries is of this actor and type. Clear the fields to see all."
        show_empty("No entry matches", text, icon=":material/search_off:")
    else:
        show_empty("Nothing was published yet", "Send a message on Compare, or publish a test event.")


def _show_groups() -> None:
    reading = get_readings().groups(place, topic)
    if not _is_known(reading) or reading.value is None:
        return
    if not reading.value:
        show_empty("No group reads this topic", "Nobody subscribes to it.", icon=":material/group_off:")
    show_groups(reading.value, key=f"group-{place.name}")
    st.caption("Looking takes part in no group: nothing is taken from anyone.")
    show_commands(event_commands.groups(workspace.settings, place, topic), key="groups-commands")


def _show_picked() -> None:
    if not picked:
        show_empty("No entry chosen", "Pick one to see it whole.", icon=":material/data_object:")
        return
    try:
        entry = events.entry(workspace, place, topic, picked)
        show_entry(entry, events.way(workspace, place, topic, entry.event.id) if entry.event else None)
    except GatewayError as error:
        show_error(error)


@st.fragment(run_every=FOLLOW_SECONDS if follow and refresh.every() else refresh.every())
def live_entries() -> None:
    """Read anew at each tick."""
    refresh.tick()
    _show_entries()
    if filled.value("entry") != picked:
        st.rerun()  # one was picked in the table: the field and what it shows are outside


@st.fragment(run_every=refresh.every())
def live_groups() -> None:
    """Read anew at each tick."""
    refresh.tick()
    _show_groups()


if entries_tab.open:
    with listed:
        live_entries()
    with detail:
        _show_picked()
elif groups_tab.open:
    with groups_tab:
        live_groups()
else:
    with publish_tab:
        show_publishing(place, topic, chosen_actor())
