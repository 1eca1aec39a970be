"""What every page shares: the cluster, the chosen namespaces, the actor and the refresh control."""

from __future__ import annotations

import streamlit as st

from dashboard.components import refresh
from dashboard.components.failure import show_error, show_no_namespaces
from dashboard.components.provider import get_workspace, known_actor_ids
from dashboard.model.errors import GatewayError
from dashboard.model.names import actor_id_problem
from dashboard.model.places import Place

MOST_NAMESPACES = 4
DEFAULT_ACTOR = "user1"


def show_sidebar() -> None:
    """Draw the shared controls; their values are in the URL."""
    refresh.touch()
    with st.sidebar:
        try:
            workspace = get_workspace()
            names = [place.name for place in workspace.places()]
        except GatewayError as error:
            show_error(error)
            return
        st.caption(f"Cluster: {workspace.cluster.kind}")
        if not names:
            return
        st.multiselect(
            "Namespaces",
            names,
            default=names[:2],
            max_selections=MOST_NAMESPACES,
            key="ns",
            bind="query-params",
        )
        chosen = tuple(st.session_state.get("ns") or ())
        ids = known_actor_ids(chosen)
        st.text_input("Actor", DEFAULT_ACTOR, key="actor", max_chars=64, bind="query-params")
        if ids:
            st.selectbox(
                "Actors in the stores", ids, index=None, key="picked", placeholder="pick one", on_change=_pick
            )
        refresh.show_control()


def _pick() -> None:
    picked = st.session_state.get("picked")
    if picked:
        st.session_state["actor"] = picked


def chosen_places() -> tuple[Place, ...]:
    """The chosen namespaces; stops the page with an empty state where there are none."""
    try:
        workspace = get_workspace()
        places = workspace.places()
    except GatewayError as error:
        show_error(error)
        st.stop()
    if not places:
        show_no_namespaces(workspace.cluster.why_down(""))
        st.stop()
    chosen = st.session_state.get("ns") or []
    found = tuple(place for place in places if place.name in chosen)
    if not found:
        st.info("Choose one to four namespaces in the sidebar.", icon=":material/arrow_back:")
        st.stop()
    return found


def chosen_actor() -> str:
    """The actor id; stops the page where it is none."""
    actor_id = str(st.session_state.get("actor") or "").strip()
    problem = actor_id_problem(actor_id)
    if problem:
        st.warning(problem, icon=":material/error:")
        st.stop()
    return actor_id
