"""The chosen namespaces, or all there are, with the state of each of their parts."""

from __future__ import annotations

import streamlit as st

from dashboard.components.core import refresh
from dashboard.components.core.failure import show_empty
from dashboard.components.core.frame import all_endpoints, chosen_among
from dashboard.components.core.provider import shared
from dashboard.components.health.cards import show_card
from dashboard.model.core.endpoints import Endpoint
from dashboard.services.health.health_check import PolledHealth

CARDS_A_PAGE = 24

st.subheader("Overview", anchor=False)


def _chosen_or_all(endpoints: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
    """As on every page what is chosen in the sidebar; all on demand, or where nothing is chosen."""
    found = chosen_among(endpoints)
    if len(found) in {0, len(endpoints)}:
        return endpoints
    every = st.toggle(f"All {len(endpoints):,} namespaces", key="all", bind="query-params")
    return endpoints if every else found


@st.fragment(run_every=refresh.every())
def cards() -> None:
    """A page of the namespaces, read anew at each tick; the others cost nothing."""
    refresh.tick()
    endpoints = _chosen_or_all(all_endpoints(outline=True))
    if len(endpoints) > CARDS_A_PAGE:
        wanted = st.text_input("Find", key="find", placeholder="part of a namespace", bind="query-params")
        endpoints = tuple(
            endpoint for endpoint in endpoints if (wanted or "").strip().lower() in endpoint.name
        )
    if not endpoints:
        show_empty("No namespace matches", "Clear the field to see all.", icon=":material/search_off:")
        return
    number = 1
    if len(endpoints) > CARDS_A_PAGE:
        pages = -(-len(endpoints) // CARDS_A_PAGE)
        number = st.pagination(pages, key="page", bind="query-params")
        st.caption(f"{len(endpoints):,} namespaces, {CARDS_A_PAGE} on a page")
    shown = endpoints[(number - 1) * CARDS_A_PAGE : number * CARDS_A_PAGE]
    found = shared(PolledHealth).look([endpoint.name for endpoint in shown], since=refresh.since())
    seen = [reading.read_at for reading in found.values() if reading.value is not None]
    if seen:
        refresh.note_read(min(seen))
    with st.container(horizontal=True):
        for endpoint in shown:
            show_card(endpoint, found[endpoint.name])


cards()
