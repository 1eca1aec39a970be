"""Publish a test event: what it is, a confirmation, and its way afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from dashboard.components.access.session import get_writes
from dashboard.components.access.write_lock import may_write
from dashboard.components.core import refresh
from dashboard.components.core.failure import show_error, show_failure
from dashboard.components.core.provider import get_workspace
from dashboard.components.topics.events import show_way
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.errors import GatewayError, WriteRefused
from dashboard.model.core.failure import Failure
from dashboard.model.topics.events import TURN_EVENT
from dashboard.services.topics import delivery, publishing

POLL_SECONDS = 0.5


def show_publishing(
    endpoint: Endpoint, topic: str, actor_id: str, published: str, on_publish: Callable[[str], None]
) -> None:
    """The form, and how far the event `published` came; `on_publish` is told the id of a new one."""
    st.text(
        f"This sends a real event: the sidecar of {endpoint.name} publishes it to {topic}, and every "
        "subscriber receives it. It adds no turn to the actor."
    )
    allowed = may_write()
    left, right = st.columns(2)
    actor = left.text_input("For actor", value=actor_id, key="publish_actor", disabled=not allowed)
    kind = right.text_input("CloudEvent type", value=TURN_EVENT, key="publish_type", disabled=not allowed)
    text = st.text_input(
        "Text", value="a test event", key="publish_text", max_chars=1000, disabled=not allowed
    )
    sure = st.checkbox(
        f"Publish a real event to {endpoint.name}", key=f"publish_sure_{endpoint.name}", disabled=not allowed
    )
    if st.button("Publish", icon=":material/send:", type="primary", disabled=not (allowed and sure)):
        event_id = _publish(endpoint, topic, actor, text, kind)
        if event_id:
            on_publish(event_id)
            published = event_id
    if published:
        _show_progress(endpoint, topic, published)


def _publish(endpoint: Endpoint, topic: str, actor: str, text: str, kind: str) -> str:
    """The event's id, "" where it was not published, which is said."""
    try:
        event = publishing.new_event(actor, text, kind)
        publishing.publish(get_writes(), endpoint.name, topic, event)
        return event.id
    except WriteRefused as error:
        show_failure(Failure(error.word, str(error)))
    except GatewayError as error:
        show_error(error)
    return ""


def _show_progress(endpoint: Endpoint, topic: str, event_id: str) -> None:
    """Looks until the event was received; then the fragment ends itself."""
    arrived: set[str] = st.session_state.setdefault("arrived", set())
    going, by_timer = event_id not in arrived, refresh.timer()

    @st.fragment(run_every=POLL_SECONDS if going else None)
    def progress() -> None:
        timed = by_timer()
        try:
            way = delivery.trace(get_workspace(), endpoint.name, topic, event_id)
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
