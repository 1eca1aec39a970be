"""One actor by its four witnesses in each namespace: agent, store, topic and receivers, and who disagrees."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from dashboard.components.actors.truth import show_agreement, show_truth
from dashboard.components.core import refresh, url_state
from dashboard.components.core.frame import chosen_actor, chosen_endpoints
from dashboard.components.core.provider import get_workspace, shared
from dashboard.services.actors import commands as actor_commands
from dashboard.services.actors.truth import TURNS, ActorTruth, PolledTruths

endpoints = chosen_endpoints()
actor_id = chosen_actor()
names = tuple(endpoint.name for endpoint in endpoints)
settings = get_workspace().settings

st.subheader("Actor", anchor=False)
st.text(f"What is known of {actor_id}, by who knows it")


def _show_paging(found: Iterable[ActorTruth], until: int | None) -> None:
    """Older turns begin before those shown of the longest history: no namespace skips any."""
    first = max((each.truth.turns[0].turn.number for each in found if each.truth.turns), default=1)
    if first > 1:
        label = f"Older {min(TURNS, first - 1)} turns"
        st.button(label, icon=":material/history:", on_click=url_state.fill, args=("until", str(first - 1)))
    if until:
        st.button("Newest turns", icon=":material/first_page:", on_click=url_state.fill, args=("until", ""))


@st.fragment(run_every=refresh.every())
def witnesses() -> None:
    """Every namespace in a pane of its own, read anew at each tick."""
    refresh.tick()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        until = url_state.number_field("Up to turn", "until", placeholder="newest", width=160)
        reading = shared(PolledTruths).look(names, actor_id, until, since=refresh.since())
        values = [each.value for each in reading.values() if each.value is not None]
        _show_paging(values, until)
        only = st.toggle("Only what disagrees", key="disagreeing", bind="query-params")
    if values:
        refresh.note_read(min(value.read_at for value in values))
    show_agreement(reading)
    for column, endpoint in zip(st.columns(len(endpoints), gap="medium"), endpoints, strict=True):
        with column:
            lines = actor_commands.truth(settings, endpoint, actor_id, until)
            show_truth(endpoint, reading[endpoint.name], lines, only_marked=bool(only))


witnesses()
