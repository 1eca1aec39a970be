"""A namespace's topics: what they carry as it comes, who has not acknowledged it, and a test event."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from dashboard.components.access.write_lock import show_strip
from dashboard.components.core import refresh, url_state
from dashboard.components.core.commands import show_commands
from dashboard.components.core.failure import show_empty, show_error, show_failure
from dashboard.components.core.frame import chosen_actor, chosen_endpoints
from dashboard.components.core.paging import CursorPaging
from dashboard.components.core.provider import get_workspace, shared
from dashboard.components.topics.events import show_entries, show_entry, show_groups
from dashboard.components.topics.publishing import show_publishing
from dashboard.model.core.errors import GatewayError
from dashboard.model.core.names import TOPIC
from dashboard.model.topics.events import EntryFilter
from dashboard.services.core.polling_cache import Reading
from dashboard.services.topics import commands as topic_commands
from dashboard.services.topics import delivery
from dashboard.services.topics import entries as topic_entries
from dashboard.services.topics.polled import PolledTopics

FOLLOW_SECONDS = 1
SECTIONS = ("Entries", "Groups", "Publish")

endpoints = chosen_endpoints(one_in="events_ns")
workspace = get_workspace()
st.subheader("Events", anchor=False)
names = [endpoint.name for endpoint in endpoints]
with st.container(horizontal=True, vertical_alignment="bottom"):
    namespace = st.segmented_control(
        "Namespace", names, default=names[0], key="events_ns", required=True, bind="query-params"
    )
    endpoint = next((p for p in endpoints if p.name == namespace), endpoints[0])
    known = shared(PolledTopics).topics(endpoint.name, since=refresh.since())
    topics = sorted({TOPIC, *(stream.name for stream in known.value or ())})
    topic = st.selectbox(
        "Topic", topics, index=topics.index(TOPIC), key="topic", width=320, bind="query-params"
    )
if endpoint.protected:
    show_strip(endpoint)
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
        picked = url_state.text_field("Entry", "entry", placeholder="pick one, or type its id")
wanted = EntryFilter((actor_id or "").strip(), (event_type or "").strip())

paging = CursorPaging[str]("events_page", (endpoint.name, topic, wanted))


def _keep_published(event_id: str) -> None:
    st.query_params["published"] = event_id


def _is_known(reading: Reading[Any]) -> bool:
    """Whether there is something to draw; says what keeps it from being new."""
    if reading.failure:
        show_failure(reading.failure)
    elif reading.value is None:
        st.caption(f":material/hourglass_top: waiting for {endpoint.name}")
    if reading.value is not None:
        refresh.note_read(reading.read_at)
    return reading.value is not None


def _show_entries() -> None:
    reading = shared(PolledTopics).entries(
        endpoint.name, topic, wanted, paging.cursor, since=refresh.since(FOLLOW_SECONDS if follow else None)
    )
    if not _is_known(reading) or reading.value is None:
        return
    page = reading.value.page
    if not page.entries:
        _show_none(page.scanned)
    else:
        show_entries(reading.value, key=f"entries-{endpoint.name}", on_pick=partial(url_state.fill, "entry"))
    with st.container(horizontal=True, vertical_alignment="center"):
        paging.show_buttons(page.before, first="Newest", more="Older")
        found = f"{len(page.entries):,} of {page.scanned:,} entries looked at"
        st.caption(
            found
            if page.before or wanted != EntryFilter()
            else f"{len(page.entries):,} entries, all there are"
        )
        lines = topic_commands.entries(workspace.settings, endpoint, topic, wanted)
        show_commands(lines, key="events-commands")


def _show_none(scanned: int) -> None:
    if scanned:
        text = f"None of {scanned:,} entries is of this actor and type. Clear the fields to see all."
        show_empty("No entry matches", text, icon=":material/search_off:")
    else:
        show_empty("Nothing was published yet", "Send a message on Compare, or publish a test event.")


def _show_groups() -> None:
    reading = shared(PolledTopics).groups(endpoint.name, topic, since=refresh.since())
    if not _is_known(reading) or reading.value is None:
        return
    if not reading.value:
        show_empty("No group reads this topic", "Nobody subscribes to it.", icon=":material/group_off:")
    show_groups(reading.value, key=f"group-{endpoint.name}")
    st.caption("Looking takes part in no group: nothing is taken from anyone.")
    show_commands(topic_commands.groups(workspace.settings, endpoint, topic), key="groups-commands")


def _show_picked() -> None:
    if not picked:
        show_empty("No entry chosen", "Pick one to see it whole.", icon=":material/data_object:")
        return
    try:
        entry = topic_entries.entry(workspace, endpoint.name, topic, picked)
        show_entry(
            entry, delivery.trace(workspace, endpoint.name, topic, entry.event.id) if entry.event else None
        )
    except GatewayError as error:
        show_error(error)


@st.fragment(run_every=FOLLOW_SECONDS if follow and refresh.every() else refresh.every())
def live_entries() -> None:
    """Read anew at each tick."""
    refresh.tick()
    _show_entries()
    if url_state.value("entry") != picked:
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
        published = st.query_params.get("published", "")
        show_publishing(endpoint, topic, chosen_actor(), published, _keep_published)
