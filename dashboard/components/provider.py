"""What pages work on. Shared things live in the resource cache, one user's things in the session."""

from __future__ import annotations

import streamlit as st

from dashboard.services.chat import Chat
from dashboard.services.guard import Guard
from dashboard.services.settings import Settings
from dashboard.services.workspace import Workspace, open_workspace


@st.cache_resource(show_spinner=False)
def get_workspace() -> Workspace:
    """One workspace for all sessions: its connections are thread-safe."""
    return open_workspace(Settings())


def get_guard() -> Guard:
    """This session's unlocked namespaces."""
    if "guard" not in st.session_state:
        st.session_state["guard"] = Guard(read_only=get_workspace().settings.read_only)
    guard: Guard = st.session_state["guard"]
    return guard


def get_chat() -> Chat:
    """This session's chat."""
    return Chat(get_workspace(), get_guard(), who=str(st.user.get("email") or "dashboard"))


@st.cache_data(ttl=10, max_entries=32, show_spinner=False)
def known_actor_ids(names: tuple[str, ...]) -> tuple[str, ...]:
    """Actor ids found in the stores of `names`, at most ten seconds old."""
    from dashboard.services import stores

    return stores.actor_ids(get_workspace(), names)
