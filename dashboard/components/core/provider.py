"""What pages work on: the settings, and the opened cluster with what all its sessions share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

import streamlit as st

from dashboard.services.core import cluster_choice
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import Workspace, open_workspace

T = TypeVar("T")
MOST_CLUSTERS = 4


@st.cache_resource(show_spinner=False)
def get_settings() -> Settings:
    """The settings that this process was started with."""
    return Settings()


class _OpenedCluster:
    """One workspace for all sessions, whose connections are thread-safe, and what is made of it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._made: dict[Callable[[Workspace], Any], Any] = {}
        self._lock = threading.Lock()

    def shared(self, kind: Callable[[Workspace], T]) -> T:
        with self._lock:
            if kind not in self._made:
                self._made[kind] = kind(self.workspace)
            return cast(T, self._made[kind])


@st.cache_resource(
    show_spinner=False, max_entries=MOST_CLUSTERS, on_release=lambda opened: opened.workspace.close()
)
def _open(cluster: str) -> _OpenedCluster:
    return _OpenedCluster(open_workspace(cluster_choice.chosen(get_settings(), cluster)))


def chosen_cluster() -> str:
    """The name of the cluster that this session looks at, "" for the one of the settings."""
    return str(st.session_state.get("cluster") or "")


def get_workspace() -> Workspace:
    """The workspace of this session's cluster."""
    return _open(chosen_cluster()).workspace


def shared(kind: Callable[[Workspace], T], cluster: str | None = None) -> T:
    """The one `kind` of this cluster, or of another: ten viewers cost a namespace no more than one."""
    return _open(chosen_cluster() if cluster is None else cluster).shared(kind)
