"""The proofs that are made in the background, shared by all sessions."""

from __future__ import annotations

import streamlit as st

from dashboard.services.isolation.background import BackgroundProofs


@st.cache_resource(show_spinner=False)
def background_proofs() -> BackgroundProofs:
    """The newest ones: a reload or a shared link finds its proof again."""
    return BackgroundProofs()
