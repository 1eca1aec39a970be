"""Protected namespaces look protected on every page, and are unlocked by typing their name."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from dashboard.components.clock import clock_time
from dashboard.components.provider import get_guard, get_writing
from dashboard.model.errors import WriteRefused
from dashboard.model.places import Place


def tint(place: Place, part: str) -> str | None:
    """The key of a container that is tinted where the namespace is protected (see frame.css).

    `part` tells one place's containers on a page apart.
    """
    return f"protected-{part}-{place.name}" if place.protected else None


def badge(place: Place) -> str:
    """Markdown to stand behind the namespace's name: that it is protected, "" where it is not."""
    if not place.protected:
        return ""
    if get_guard().unlocked_until(place.name):
        return " :orange-badge[:material/lock_open: protected, unlocked]"
    return " :orange-badge[:material/lock: protected]"


def may_write() -> bool:
    """Whether this person may write at all; where not, says why and who could."""
    never = get_guard().never()
    if never:
        with st.container(horizontal=True, gap="small", key="may-not-write"):
            st.markdown(":material/visibility:", width="content")
            st.text(never)
    return not never


def show_lock(place: Place) -> None:
    """Unlock a protected namespace by its name, or lock it again; nothing for one that is not protected."""
    guard = get_guard()
    if not place.protected or guard.never():
        return
    until = guard.unlocked_until(place.name)
    if until is None:
        _show_unlock(place.name)
        return
    with st.container(horizontal=True, vertical_alignment="center", key=tint(place, "unlocked")):
        st.markdown(f":material/lock_open: writing is unlocked until {clock_time(until)}", width="content")
        if st.button("Lock again", icon=":material/lock:", key=f"lock-{place.name}"):
            get_writing().lock(place.name)
            st.rerun()


def _show_unlock(namespace: str) -> None:
    with st.popover("Unlock writing", icon=":material/lock:"):
        typed = st.text_input(f"Type {namespace} to unlock it for 15 minutes", key=f"unlock-{namespace}")
        if not typed:
            return
        try:
            if get_writing().unlock(namespace, typed):
                st.rerun()
            st.caption(":material/error: That is not its name.")
        except WriteRefused as error:
            st.text(str(error))


def seconds_to_lock(places: Sequence[Place]) -> float | None:
    """When the next of these namespaces locks itself again, None where none is unlocked."""
    until = [u for place in places if (u := get_guard().unlocked_until(place.name))]
    return max(1.0, min(until) - time.time()) if until else None
