"""Publish a test event: what it is, a confirmation, and its way afterwards."""

from __future__ import annotations

import time

import streamlit as st

from dashboard.components import refresh
from dashboard.components.events import show_way
from dashboard.components.failure import show_error, show_failure
from dashboard.components.protection import may_write
from dashboard.components.provider import get_workspace, get_writing
from dashboard.model.chat import Failure
from dashboard.model.errors import GatewayError, WriteRefused
from dashboard.model.events import TURN_EVENT
from dashboard.model.places import Place
from dashboard.services import events, publishing

POLL_SECONDS = 0.5


def show_publishing(place: Place, topic: str, actor_id: str) -> None:
    """The form, and how far the last event came."""
    st.text(
        f"This sends a real event: the sidecar of {place.name} publishes it to {topic}, and every subscriber "
        "receives it. It adds no turn to the actor."
    )
    allowed = may_write()
    left, right = st.columns(2)
    actor = left.text_input("For actor", value=actor_id, key="publish_actor", disabled=not allowed)
    kind = right.text_input("CloudEvent type", value=TURN_EVENT, key="publish_type", disabled=not allowed)
    text = st.text_input(
        "Text", value="a test event", key="publish_text", max_chars=1000, disabled=not allowed
    )
    sure = st.checkbox(
        f"Publish a real event to {place.name}", key=f"publish_sure_{place.name}", disabled=not allowed
    )
    if st.button("Publish", icon=":material/send:", type="primary", disabled=not (allowed and sure)):
        _publish(place, topic, actor, text, kind)
    event_id = st.query_params.get("published")
    if event_id:
        _show_progress(place, topic, event_id)


def _publish(place: Place, topic: str, actor: str, text: str, kind: str) -> None:
    try:
        event = publishing.new_event(actor, text, kind)
        publishing.publish(get_writing(), place.name, topic, event)
        st.query_params["published"] = event.id
    except WriteRefused as error:
        show_failure(Failure(error.word, str(error)))
    except GatewayError as error:
        show_error(error)


def _show_progress(place: Place, topic: str, event_id: str) -> None:
    """Looks until the event was received; then the fragment ends itself."""
    arrived: set[str] = st.session_state.setdefault("arrived", set())
    going, by_timer = event_id not in arrived, refresh.timer()

    @st.fragment(run_every=POLL_SECONDS if going else None)
    def progress() -> None:
        timed = by_timer()
        try:
            way = events.way(get_workspace(), place, topic, event_id)
        except GatewayError as error:
            show_error(error)
            return
        refresh.note_read(time.time())
        show_way(way)
        if going and way.arrived:
            arrived.add(event_id)
            if timed:
                st.rerun()

    progress()
