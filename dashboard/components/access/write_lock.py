"""Protected namespaces look protected on every page, and are unlocked by typing their name."""

from __future__ import annotations

import streamlit as st

from dashboard.components.access.session import get_policy, get_writes
from dashboard.components.core import linked_namespaces
from dashboard.components.core.clock import clock_time
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.errors import WriteRefused


def tint(endpoint: Endpoint, part: str) -> str | None:
    """The key of a container that is tinted where the namespace is protected (see frame.css).

    `part` tells one endpoint's containers on a page apart.
    """
    return f"protected-{part}-{endpoint.name}" if endpoint.protected else None


def badge(endpoint: Endpoint) -> str:
    """Markdown to stand behind the namespace's name: that it is protected, "" where it is not."""
    if not endpoint.protected:
        return ""
    if get_policy().write_lock.unlocked_until(endpoint.name):
        return " :orange-badge[:material/lock_open: protected, unlocked]"
    return " :orange-badge[:material/lock: protected]"


def may_write() -> bool:
    """Whether this person may write at all, and chose where; where not, the page says why and who could."""
    never = get_policy().never()
    if never:
        st.badge("You may look, not write", icon=":material/visibility:", color="gray")
        st.text(never)
    return not (never or linked_namespaces.left_out())


def show_strip(endpoint: Endpoint, state: str = "") -> None:
    """The namespace's name and state (Markdown), with the way to unlock it where it is protected."""
    with st.container(key=tint(endpoint, "strip"), gap="xsmall"):
        st.markdown(f"**{endpoint.name}**{badge(endpoint)} &ensp; {state}")
        if endpoint.protected and not get_policy().never():
            _show_lock(endpoint.name)


def _show_lock(namespace: str) -> None:
    until = get_policy().write_lock.unlocked_until(namespace)
    if until is None:
        with st.popover("Unlock writing", icon=":material/lock:", type="tertiary"):
            _ask_for_the_name(namespace)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Writing is unlocked until {clock_time(until)}", width="content")
        if st.button("Lock again", icon=":material/lock:", type="tertiary", key=f"lock-{namespace}"):
            get_writes().lock(namespace)
            st.rerun()


def _ask_for_the_name(namespace: str) -> None:
    """A new field each time: a timer's message that is late brings along the name that was typed last."""
    number = st.session_state.get(f"unlocked {namespace}", 0)
    key = f"unlock-{namespace}-{number}"
    typed = st.text_input(f"Type {namespace} to unlock it for 15 minutes", key=key)
    if not typed:
        return
    try:
        if get_writes().unlock(namespace, typed):
            st.session_state[f"unlocked {namespace}"] = number + 1
            st.rerun()
        st.caption(":material/error: That is not its name.")
    except WriteRefused as error:
        st.text(str(error))
