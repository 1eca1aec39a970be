"""What pages work on. Shared things live in the resource cache, one user's things in the session."""

from __future__ import annotations

import streamlit as st

from dashboard.services import sources
from dashboard.services.chat import Chat
from dashboard.services.guard import Guard
from dashboard.services.readings import Readings
from dashboard.services.settings import Settings
from dashboard.services.workspace import Workspace, open_workspace

MOST_CLUSTERS = 4
Opened = tuple[Workspace, Readings]


@st.cache_resource(show_spinner=False, max_entries=MOST_CLUSTERS, on_release=lambda opened: opened[0].close())
def _open(cluster: str) -> Opened:
    workspace = open_workspace(sources.chosen(Settings(), cluster))
    return workspace, Readings(workspace)


def chosen_cluster() -> str:
    """The name of the cluster that this session looks at, "" for the one of the settings."""
    return str(st.session_state.get("cluster") or "")


def get_workspace() -> Workspace:
    """One workspace per cluster for all sessions: its connections are thread-safe."""
    return _open(chosen_cluster())[0]


def get_readings() -> Readings:
    """The newest readings, shared: ten viewers cost a namespace no more than one."""
    return _open(chosen_cluster())[1]


def get_guard() -> Guard:
    """This session's unlocked namespaces: `prod` of one cluster is not `prod` of another."""
    key = f"guard {chosen_cluster()}"
    if key not in st.session_state:
        st.session_state[key] = Guard(read_only=get_workspace().settings.read_only)
    guard: Guard = st.session_state[key]
    return guard


def get_chat() -> Chat:
    """This session's chat."""
    return Chat(get_workspace(), get_guard(), who=str(st.user.get("email") or "dashboard"))
