"""Every namespace with the state of each of its parts."""

from __future__ import annotations

import streamlit as st

from dashboard.components import refresh
from dashboard.components.failure import show_empty
from dashboard.components.frame import all_places
from dashboard.components.health import show_card
from dashboard.components.provider import get_readings

CARDS_A_PAGE = 24

st.subheader("Overview", anchor=False)


@st.fragment(run_every=refresh.every())
def cards() -> None:
    """A page of the namespaces, read anew at each tick; the others cost nothing."""
    refresh.tick()
    places = all_places(outline=True)
    if len(places) > CARDS_A_PAGE:
        wanted = st.text_input("Find", key="find", placeholder="part of a namespace", bind="query-params")
        places = tuple(place for place in places if (wanted or "").strip().lower() in place.name)
    if not places:
        show_empty("No namespace matches", "Clear the field to see all.", icon=":material/search_off:")
        return
    number = 1
    if len(places) > CARDS_A_PAGE:
        pages = -(-len(places) // CARDS_A_PAGE)
        number = st.pagination(pages, key="page", bind="query-params")
        st.caption(f"{len(places):,} namespaces, {CARDS_A_PAGE} on a page")
    shown = places[(number - 1) * CARDS_A_PAGE : number * CARDS_A_PAGE]
    found = get_readings().health(shown)
    seen = [reading.read_at for reading in found.values() if reading.value is not None]
    if seen:
        refresh.note_read(min(seen))
    with st.container(horizontal=True):
        for place in shown:
            show_card(place, found[place.name])


cards()
