"""What pages work on. Shared things live in the resource cache, one user's things in the session."""

from __future__ import annotations

import streamlit as st

from dashboard.services.chat import Chat
from dashboard.services.guard import Guard
from dashboard.services.readings import Readings
from dashboard.services.settings import Settings
from dashboard.services.workspace import Workspace, open_workspace


@st.cache_resource(show_spinner=False)
def get_workspace() -> Workspace:
    """One workspace for all sessions: its connections are thread-safe."""
    return open_workspace(Settings())


@st.cache_resource(show_spinner=False)
def get_readings() -> Readings:
    """The newest readings, shared: ten viewers cost a namespace no more than one."""
    return Readings(get_workspace())


def get_guard() -> Guard:
    """This session's unlocked namespaces."""
    if "guard" not in st.session_state:
        st.session_state["guard"] = Guard(read_only=get_workspace().settings.read_only)
    guard: Guard = st.session_state["guard"]
    return guard


def get_chat() -> Chat:
    """This session's chat."""
    return Chat(get_workspace(), get_guard(), who=str(st.user.get("email") or "dashboard"))
