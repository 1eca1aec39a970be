"""Every namespace with the state of each of its parts."""

from __future__ import annotations

import streamlit as st

from dashboard.components import refresh
from dashboard.components.frame import all_places
from dashboard.components.health import show_card
from dashboard.components.provider import get_readings

st.subheader("Overview", anchor=False)


@st.fragment(run_every=refresh.every())
def cards() -> None:
    """All namespaces, read anew at each tick."""
    refresh.tick()
    places = all_places()
    found = get_readings().health(places)
    seen = [reading.read_at for reading in found.values() if reading.value is not None]
    if seen:
        refresh.note_read(min(seen))
    with st.container(horizontal=True):
        for place in places:
            show_card(place, found[place.name])


cards()
