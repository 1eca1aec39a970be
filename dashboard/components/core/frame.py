"""What every page shares: the cluster, the chosen namespaces, the actor and the refresh control."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path

import streamlit as st

from dashboard.components.core import linked_namespaces, refresh
from dashboard.components.core.failure import show_empty, show_error, show_no_namespaces, show_warning
from dashboard.components.core.provider import get_settings, get_workspace, shared
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.errors import GatewayError
from dashboard.model.core.names import actor_id_problem
from dashboard.services.core import cluster_choice, namespaces
from dashboard.services.core.actor_ids import PolledActorIds

STATIC = Path(__file__).parents[2] / "static"
MOST_NAMESPACES = 4
DEFAULT_ACTOR = "user1"
FOLLOW_SECONDS = 2
ACTORS_KNOWN_SECONDS = 30.0


def asked_cluster() -> str:
    """The cluster that is asked for; before the sidebar is drawn it may stand in the address alone."""
    return str(st.session_state.get("cluster") or st.query_params.get("cluster") or "")


def show_sidebar(drawn_too: Callable[[], Hashable]) -> None:
    """Draw the shared controls; their values are in the URL.

    `drawn_too` tells what else of every page changes by itself: another value draws the page anew.
    """
    refresh.begin()
    st.html(STATIC / "frame.css")
    st.logo(STATIC / "logo.svg", size="large")
    with st.sidebar:
        _show_clusters()
        kind = _show_choices()
        _follow(lambda: (_change_token(), drawn_too()), refresh.timer())
        refresh.show_control()
        st.caption(kind)


def _show_choices() -> str:
    """Namespaces and actor, and what the cluster is; nothing where it cannot be asked: the page says why."""
    try:
        workspace = get_workspace()
        endpoints = workspace.outline()
    except GatewayError:
        return ""
    if endpoints:
        names = [endpoint.name for endpoint in endpoints]
        linked, first = st.query_params.get_all("ns"), "ns" not in st.session_state
        st.multiselect(
            "Namespaces",
            names,
            default=names[:2],
            max_selections=MOST_NAMESPACES,
            key="ns",
            bind="query-params",
            on_change=linked_namespaces.accept,
        )
        chosen = set(st.session_state.get("ns") or ())
        linked_namespaces.note(linked, names, chosen if first else None)
        _show_actor([endpoint for endpoint in endpoints if endpoint.name in chosen])
    return f"Cluster: {workspace.cluster.kind}"


def _change_token() -> Hashable:
    """What every page shows a part of: another value where it is to be drawn anew. Asks nobody."""
    try:
        return get_workspace().change_token(set(st.session_state.get("ns") or ()))
    except GatewayError as error:
        return str(error)


def _show_clusters() -> None:
    """The kubeconfig's contexts to switch between, where there are several."""
    names, meant = cluster_choice.names(get_settings())
    if len(names) < 2:
        return
    index = names.index(meant) if meant in names else 0
    st.selectbox("Cluster", names, index=index, key="cluster", bind="query-params", on_change=_forget_names)


def _forget_names() -> None:
    """Another cluster has other namespaces."""
    st.session_state.pop("ns", None)
    linked_namespaces.accept(st.query_params.get_all("ns"))


def _follow(token: Callable[[], Hashable], by_timer: Callable[[], bool]) -> None:
    """Draw the page anew when a namespace or a replica came or went, the cluster did, or the doctor is done.

    Never within the page's own run: what was written and clicked for it would be lost.
    """
    drawn = token()

    @st.fragment(run_every=FOLLOW_SECONDS)
    def follow() -> None:
        if by_timer() and token() != drawn and refresh.every():
            refresh.draw_anew()

    follow()


def _show_actor(endpoints: Sequence[Endpoint]) -> None:
    """One field to type an actor id, or to pick it from those found in the stores."""
    current = st.session_state.get("actor") or st.query_params.get("actor") or DEFAULT_ACTOR
    others = {current, *_known_actors(endpoints)} - {DEFAULT_ACTOR}
    st.selectbox(
        "Actor",
        # What is first is the default, which Streamlit keeps out of the URL: never the actor of a link.
        [DEFAULT_ACTOR, *sorted(others)],
        key="actor",
        bind="query-params",
        accept_new_options=True,
        placeholder="type an id, or pick one",
    )


def _known_actors(endpoints: Sequence[Endpoint]) -> tuple[str, ...]:
    """Those known lately: no page waits for a list that it may never open."""
    names = [endpoint.name for endpoint in endpoints]
    return shared(PolledActorIds).look(names, since=time.time() - ACTORS_KNOWN_SECONDS)


def all_endpoints(*, outline: bool = False) -> tuple[Endpoint, ...]:
    """Every namespace; stops the page where there is none or the cluster cannot be asked.

    An outline has no addresses, and of a large cluster is there sooner.
    """
    try:
        workspace = get_workspace()
        endpoints = workspace.outline() if outline else workspace.endpoints()
    except GatewayError as error:
        show_error(error)
        st.stop()
    if not endpoints:
        show_no_namespaces(workspace.cluster.why_down(""))
        st.stop()
    for warning in workspace.cluster.warnings():
        show_warning(warning)
    return endpoints


def chosen_among(endpoints: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
    """Those that are chosen; says what a link asked for besides."""
    found = namespaces.among(endpoints, st.session_state.get("ns") or ())
    linked_namespaces.show_left_out({each.name for each in endpoints}, [each.name for each in found])
    return found


def chosen_endpoints(*, one_in: str = "") -> tuple[Endpoint, ...]:
    """The chosen namespaces; stops the page where none is chosen.

    `one_in` is the URL's parameter in which a page keeps the one of them that it shows.
    """
    endpoints = all_endpoints()
    if (
        one_in and one_in not in st.session_state
    ):  # its control, which drops what it cannot hold, is yet to come
        linked_namespaces.note_one(st.query_params.get(one_in, ""), st.session_state.get("ns") or ())
    found = chosen_among(endpoints)
    if not found:
        show_empty("No namespace chosen", "Choose one to four in the sidebar.", icon=":material/checklist:")
        st.stop()
    return found


def chosen_actor() -> str:
    """The actor id; stops the page where it is none."""
    actor_id = str(st.session_state.get("actor") or "").strip()
    problem = actor_id_problem(actor_id)
    if problem:
        show_empty("That is no actor id", problem, icon=":material/error:")
        st.stop()
    return actor_id
