"""One namespace's pane on Compare: how it is, and what it answered to the last message."""

from __future__ import annotations

import time

import streamlit as st

from dashboard.components.access.write_lock import show_strip
from dashboard.components.core.clock import clock_time
from dashboard.components.core.commands import show_commands
from dashboard.components.core.failure import show_failure
from dashboard.components.core.provider import get_workspace
from dashboard.model.chat.messages import Delivery, HistoryLength, HistoryPage
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.plural import counted
from dashboard.services.chat import commands as chat_commands
from dashboard.services.core import commands
from dashboard.services.core.polling_cache import Reading


def show_heading(endpoint: Endpoint, reading: Reading[HistoryPage]) -> None:
    """Name, protection, state, latency."""
    show_strip(endpoint, _state(reading))
    if reading.failure:
        st.text(f"{reading.failure.what} {reading.failure.hint}".strip())
        if reading.value is not None:
            st.caption(f"Showing what was read {time.time() - reading.read_at:.0f} s ago.")
    if reading.value and reading.value.longer:
        _show_loss(reading.value.longer, reading.value)


def _show_loss(before: HistoryLength, now: HistoryPage) -> None:
    st.markdown(":red[:material/cancel: history lost]")
    had = f"{counted(before.total, 'message')} at {clock_time(before.read_at)}"
    st.text(f"It had {had} and has {now.total or 0:,}: its store forgot some. Doctor says how it keeps them.")


def _state(reading: Reading[HistoryPage]) -> str:
    if reading.failure:
        return f":red[:material/cancel: {reading.failure.word}]"
    waited = time.time() - reading.awaited_since if reading.awaited_since else 0
    if reading.value is None or waited > 1:
        return f":orange[:material/hourglass_top: waiting {waited:.0f} s]"
    return (
        f":green[:material/check_circle:] ok, {reading.latency_ms:.0f} ms, read {clock_time(reading.read_at)}"
    )


def show_delivery(delivery: Delivery | None, endpoint: Endpoint) -> bool:
    """The answer with its latency, or why there is none; whether it was asked to send again."""
    if delivery is None:
        st.caption(f":material/hourglass_top: waiting for {endpoint.name}")
        return False
    if delivery.failure:
        show_failure(delivery.failure)
    else:
        st.caption(f":material/check: answered in {delivery.latency_ms:.0f} ms")
        st.text(delivery.answer or "")
    with st.container(horizontal=True):
        again = bool(delivery.failure) and st.button(
            "Send again", key=f"again-{endpoint.name}", icon=":material/replay:"
        )
        show_commands(_commands(delivery, endpoint), key=f"send-commands-{endpoint.name}")
    return again


def _commands(delivery: Delivery, endpoint: Endpoint) -> dict[str, str]:
    """Sent again with the same id, a message adds no turn."""
    unlock = ("--unlock", endpoint.name) if endpoint.protected else ()
    words = ("send", "--actor", delivery.actor_id, "--message-id", delivery.idempotency_key, *unlock)
    own = commands.daca_ops(
        get_workspace().settings, *words, namespaces=[endpoint.name], argument=delivery.content
    )
    return {
        endpoint.name: chat_commands.send(
            endpoint, delivery.actor_id, delivery.content, delivery.idempotency_key
        ),
        "with daca-ops": own,
    }
