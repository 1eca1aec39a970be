"""Namespaces as cards: every part with icon, word and what was seen."""

from __future__ import annotations

import streamlit as st

from dashboard.components.clock import clock_time
from dashboard.components.protection import badge, tint
from dashboard.model.health import NamespaceHealth, State
from dashboard.model.places import Place
from dashboard.services.live import Reading

_MARKS: dict[State, str] = {
    "ok": ":green[:material/check_circle:]",
    "warning": ":orange[:material/warning:]",
    "down": ":red[:material/cancel:]",
    "unknown": ":gray[:material/help:]",
}
WORDS: dict[State, str] = {
    "ok": "all well",
    "warning": "needs a look",
    "down": "down",
    "unknown": "not known",
}
CARD_PIXELS = 380
NAME_PIXELS = 110


def show_card(place: Place, reading: Reading[NamespaceHealth]) -> None:
    """One namespace, as it was read last."""
    with st.container(border=True, width=CARD_PIXELS, gap="xsmall", key=tint(place, "card")):
        health = reading.value
        if health is None:
            st.markdown(f"**{place.name}**{badge(place)} &ensp; :gray[:material/hourglass_top: waiting]")
            return
        st.markdown(f"**{place.name}**{badge(place)} &ensp; {_MARKS[health.state]} {WORDS[health.state]}")
        for part in health.parts:
            with st.container(horizontal=True, gap="small"):
                st.markdown(f"{_MARKS[part.state]} {part.name}", width=NAME_PIXELS)
                with st.container(gap=None):
                    st.text(part.words)
                    if part.state != "ok" and part.hint:
                        st.text(part.hint)
        st.caption(_figures(health, reading))


def _figures(health: NamespaceHealth, reading: Reading[NamespaceHealth]) -> str:
    count = health.active_actors
    actors = "active actors unknown" if count is None else f"{count} active actor{'' if count == 1 else 's'}"
    latency = "" if health.latency_ms is None else f", agent answers in {health.latency_ms:.0f} ms"
    return f"{actors}{latency}, read {clock_time(reading.read_at)}"
