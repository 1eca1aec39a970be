"""One actor by its four witnesses in each namespace: agent, store, topic and receivers, and who disagrees."""

from __future__ import annotations

import streamlit as st

from dashboard.components import refresh
from dashboard.components.frame import chosen_actor, chosen_places
from dashboard.components.provider import get_readings, get_workspace
from dashboard.components.truth import show_truth
from dashboard.services import event_commands
from dashboard.services.truth import TURNS

places = chosen_places()
actor_id = chosen_actor()
names = tuple(place.name for place in places)
settings = get_workspace().settings

st.subheader("Actor", anchor=False)
with st.container(horizontal=True, vertical_alignment="center"):
    st.text(f"What is known of {actor_id}, by who knows it: the newest {TURNS} turns")
    only = st.toggle("Only what disagrees", key="disagreeing", bind="query-params")


@st.fragment(run_every=refresh.every())
def witnesses() -> None:
    """Every namespace in a pane of its own, read anew at each tick."""
    refresh.tick()
    found = get_readings().truths(names, actor_id)
    seen = [reading.value.read_at for reading in found.values() if reading.value is not None]
    if seen:
        refresh.note_read(min(seen))
    for column, place in zip(st.columns(len(places), gap="medium"), places, strict=True):
        with column:
            lines = event_commands.truth(settings, place, actor_id)
            show_truth(place, found[place.name], lines, only_marked=bool(only))


witnesses()
