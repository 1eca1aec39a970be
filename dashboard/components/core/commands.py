"""The command behind a panel, to copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard.components.core.failure import show_error
from dashboard.model.core.errors import GatewayError

Lines = Mapping[str, str]


def show_commands(lines: Lines | Callable[[], Lines], *, key: str) -> None:
    """A popover with one titled command per entry; "" is no command.

    What is called for its lines is called only when the popover is open: a page may have many.
    """
    if not callable(lines):
        with st.popover("Commands", icon=":material/terminal:", key=key):
            _show(lines)
        return
    box = st.popover("Commands", icon=":material/terminal:", key=key, on_change="rerun")
    if box.open:
        with box:
            try:
                _show(lines())
            except GatewayError as error:
                show_error(error)


def _show(lines: Lines) -> None:
    for title, line in lines.items():
        if line:
            st.caption(title)
            st.code(line, language="shell", wrap_lines=True)
