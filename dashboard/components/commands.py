"""The command behind a panel, to copy."""

from __future__ import annotations

import streamlit as st


def show_commands(lines: dict[str, str], *, key: str) -> None:
    """A popover with one titled command per entry."""
    with st.popover("Commands", icon=":material/terminal:", key=key):
        for title, line in lines.items():
            st.caption(title)
            st.code(line, language="shell", wrap_lines=True)
