"""What pages work on. Shared things live in the resource cache, one user's things in the session."""

from __future__ import annotations

import sys

import streamlit as st

from dashboard.model.people import Person
from dashboard.services import people, sources
from dashboard.services.chat import Chat
from dashboard.services.doctor.checkups import Checkups
from dashboard.services.guard import Guard
from dashboard.services.isolation import Runs
from dashboard.services.readings import Readings
from dashboard.services.settings import Settings
from dashboard.services.workspace import Workspace, open_workspace
from dashboard.services.writing import Writing


@st.cache_resource(show_spinner=False)
def get_settings() -> Settings:
    """The settings that this process was started with."""
    return Settings()


MOST_CLUSTERS = 4
Opened = tuple[Workspace, Readings, Checkups]


@st.cache_resource(show_spinner=False, max_entries=MOST_CLUSTERS, on_release=lambda opened: opened[0].close())
def _open(cluster: str) -> Opened:
    settings = get_settings()
    workspace = open_workspace(
        sources.chosen(settings, cluster), echo=sys.stdout if settings.echoes_audit else None
    )
    return workspace, Readings(workspace), Checkups(workspace)


def chosen_cluster() -> str:
    """The name of the cluster that this session looks at, "" for the one of the settings."""
    return str(st.session_state.get("cluster") or "")


def get_workspace() -> Workspace:
    """One workspace per cluster for all sessions: its connections are thread-safe."""
    return _open(chosen_cluster())[0]


def get_readings() -> Readings:
    """The newest readings, shared: ten viewers cost a namespace no more than one."""
    return _open(chosen_cluster())[1]


def get_checkups(cluster: str | None = None) -> Checkups:
    """What the doctor found in this cluster, or in another, shared by all sessions."""
    return _open(chosen_cluster() if cluster is None else cluster)[2]


def get_person() -> Person | None:
    """Who is here; None where they have to sign in first."""
    settings, user = get_settings(), st.user.to_dict()
    if "is_logged_in" not in user:  # no provider is set up
        return people.anonymous(settings)
    if not user["is_logged_in"] or people.is_over(settings, user):
        return None
    return people.signed_in(settings, user)


@st.cache_resource(show_spinner=False)
def get_runs() -> Runs:
    """The newest proofs of isolation, shared: a reload or a shared link finds its proof again."""
    return Runs()


def get_guard() -> Guard:
    """This session's rights and unlocked namespaces; another person starts with none unlocked.

    Each cluster has its own: `prod` of one is not `prod` of another.
    """
    key = f"guard {chosen_cluster()}"
    person = get_person() or Person("nobody", "viewer", "Sign in to write.")
    guard: Guard | None = st.session_state.get(key)
    if guard is None or guard.person != person:
        guard = Guard(get_settings().read_only, person=person)
        st.session_state[key] = guard
    return guard


def get_writing() -> Writing:
    """This session's writes."""
    return Writing(get_workspace(), get_guard())


def get_chat() -> Chat:
    """This session's chat."""
    return Chat(get_workspace(), get_guard())
