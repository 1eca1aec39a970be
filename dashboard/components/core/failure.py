"""Failures and empty states, each with what to do next. Texts are data, never markup."""

from __future__ import annotations

import streamlit as st

from dashboard.components.core.clock import clock_time
from dashboard.model.core.endpoints import ClusterWarning
from dashboard.model.core.errors import GatewayError
from dashboard.model.core.failure import Failure

_ICONS = {
    "no permission": ":material/lock:",
    "locked": ":material/lock:",
    "unreachable": ":material/cloud_off:",
    "not there": ":material/search_off:",
}


def show_failure(failure: Failure) -> None:
    """The kind of failure, what was seen and what to do."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":red[{_ICONS.get(failure.word, ':material/error:')}] **{failure.word.capitalize()}**")
        st.text(failure.what)
        if failure.hint:
            st.text(failure.hint)
        if failure.command:
            st.code(failure.command, language="shell", wrap_lines=True)


def show_error(error: GatewayError) -> None:
    """A gateway's error as a failure."""
    show_failure(error.failure)


def show_warning(warning: ClusterWarning) -> None:
    """Something of the cluster cannot be followed: what is shown may be old."""
    show_failure(warning.failure)
    st.caption(f":material/history: The list of namespaces is as of {clock_time(warning.since)}.")


def show_empty(title: str, text: str = "", *, icon: str = ":material/inbox:", command: str = "") -> None:
    """An empty state: what there is none of, and what to do."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"{icon} **{title}**")
        if text:
            st.text(text)
        if command:
            st.code(command, language="shell")


def show_no_namespaces(why: str) -> None:
    """The empty state of every page."""
    text = why or "The cluster has no namespace with a chat agent."
    show_empty("No namespaces", text, command="make demo")
