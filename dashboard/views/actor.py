"""One actor by its four witnesses in each namespace: agent, store, topic and receivers, and who disagrees."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from dashboard.components import filled, refresh
from dashboard.components.frame import chosen_actor, chosen_places
from dashboard.components.provider import get_readings, get_workspace
from dashboard.components.truth import show_truth
from dashboard.services import event_commands
from dashboard.services.truth import TURNS, ActorTruth

places = chosen_places()
actor_id = chosen_actor()
names = tuple(place.name for place in places)
settings = get_workspace().settings

st.subheader("Actor", anchor=False)
st.text(f"What is known of {actor_id}, by who knows it")


def _show_paging(found: Iterable[ActorTruth], until: int | None) -> None:
    """Older turns begin before those shown of the longest history: no namespace skips any."""
    first = max((each.truth.turns[0].turn.number for each in found if each.truth.turns), default=1)
    if first > 1:
        label = f"Older {min(TURNS, first - 1)} turns"
        st.button(label, icon=":material/history:", on_click=filled.fill, args=("until", str(first - 1)))
    if until:
        st.button("Newest turns", icon=":material/first_page:", on_click=filled.fill, args=("until", ""))


@st.fragment(run_every=refresh.every())
def witnesses() -> None:
    """Every namespace in a pane of its own, read anew at each tick."""
    refresh.tick()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        until = filled.number_field("Up to turn", "until", placeholder="newest", width=160)
        reading = get_readings().truths(names, actor_id, until)
        values = [each.value for each in reading.values() if each.value is not None]
        _show_paging(values, until)
        only = st.toggle("Only what disagrees", key="disagreeing", bind="query-params")
    if values:
        refresh.note_read(min(value.read_at for value in values))
    for column, place in zip(st.columns(len(places), gap="medium"), places, strict=True):
        with column:
            lines = event_commands.truth(settings, place, actor_id, until)
            show_truth(place, reading[place.name], lines, only_marked=bool(only))


witnesses()
