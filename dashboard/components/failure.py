"""Failures and empty states, each with what to do next."""

from __future__ import annotations

import streamlit as st

from dashboard.model.chat import Failure
from dashboard.model.errors import GatewayError

_ICONS = {
    "no permission": ":material/lock:",
    "unreachable": ":material/cloud_off:",
    "not there": ":material/search_off:",
    "locked": ":material/lock:",
}


def show_failure(failure: Failure, namespace: str = "") -> None:
    """A box with the kind of failure, what was seen and what to do. Texts are data: shown as they are."""
    icon = _ICONS.get(failure.word, ":material/error:")
    with st.container(border=True):
        st.markdown(f"{icon} **{failure.word.capitalize()}**")
        st.text(f"{namespace}: {failure.what}" if namespace else failure.what)
        if failure.hint:
            st.text(failure.hint)


def show_error(error: GatewayError) -> None:
    """A gateway's error as a failure."""
    show_failure(Failure(error.word, error.what, error.hint))


def show_no_namespaces(why: str) -> None:
    """The empty state of every page."""
    with st.container(border=True):
        st.markdown(":material/inbox: **No namespaces**")
        st.text(why or "The cluster has no namespace with a chat agent.")
        st.code("make demo", language="shell")
