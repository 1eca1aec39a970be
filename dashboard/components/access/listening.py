"""Who can reach this page: this machine alone, unless an address was named."""

from __future__ import annotations

import streamlit as st

from dashboard.components.core.failure import show_empty


def refuse_unasked() -> None:
    """Stop where nobody said what to listen on: Streamlit then listens on every interface.

    `.streamlit/config.toml` says loopback, but is read in the folder of the project alone.
    """
    if not st.get_option("server.address"):
        text = (
            "This page was started without an address to listen on: the whole network reaches it, with the "
            "rights of whoever started it. Start it by daca-ops, or name one by --server.address; 127.0.0.1 "
            "is this machine alone."
        )
        command = "daca-ops dashboard --cluster kubernetes"
        show_empty("Not served", text, icon=":material/public_off:", command=command)
        st.stop()
