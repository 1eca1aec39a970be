"""What came of one message in one namespace."""

from __future__ import annotations

import streamlit as st

from dashboard.components.failure import show_failure
from dashboard.model.chat import Delivery
from dashboard.services.guard import Guard


def show_delivery(delivery: Delivery) -> None:
    """The answer with its latency, or why there is none."""
    if delivery.failure:
        show_failure(delivery.failure)
        return
    with st.container(border=True):
        st.caption(f":material/check_circle: answered in {delivery.latency_ms:.0f} ms")
        st.text(delivery.answer or "")


def show_unlock(namespace: str, guard: Guard) -> None:
    """Writing to a protected namespace: unlocked by typing its name."""
    left = guard.seconds_left(namespace)
    if left:
        st.caption(f":material/lock_open: Writing is unlocked for {max(1, left // 60)} min")
        return
    typed = st.text_input(f"Type {namespace} to unlock writing for 15 minutes", key=f"unlock-{namespace}")
    if typed and guard.unlock(namespace, typed):
        st.rerun()
    if typed:
        st.caption(":material/error: That is not its name.")
