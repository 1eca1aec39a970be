"""What every page shares: the cluster, the chosen namespaces, the actor and the refresh control."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from pathlib import Path

import streamlit as st

from dashboard.components import refresh
from dashboard.components.failure import show_empty, show_error, show_no_namespaces, show_trouble
from dashboard.components.provider import get_checkups, get_readings, get_settings, get_workspace
from dashboard.model.errors import GatewayError
from dashboard.model.names import actor_id_problem
from dashboard.model.places import Place
from dashboard.services import sources

STATIC = Path(__file__).parents[1] / "static"
MOST_NAMESPACES = 4
DEFAULT_ACTOR = "user1"
FOLLOW_SECONDS = 2


def doctor_title() -> str:
    """The doctor's entry with what the last look found, as in "Doctor 2 !"; none is made for it.

    The navigation comes before the sidebar: the cluster may still stand in the address alone.
    """
    asked = st.session_state.get("cluster") or st.query_params.get("cluster") or ""
    try:
        report = get_checkups(sources.shown(get_settings(), str(asked))).standing.report
    except GatewayError:
        return "Doctor"  # the page says it
    return f"Doctor {report.short}".rstrip() if report else "Doctor"


def show_sidebar() -> None:
    """Draw the shared controls; their values are in the URL."""
    refresh.touch()
    st.html(STATIC / "frame.css")
    st.logo(STATIC / "logo.svg", size="large")
    with st.sidebar:
        _show_clusters()
        kind = _show_choices()
        _follow(_newest_word(), refresh.timer())
        refresh.show_control()
        st.caption(kind)


def _show_choices() -> str:
    """Namespaces and actor, and what the cluster is; nothing where it cannot be asked: the page says why."""
    try:
        workspace = get_workspace()
        places = workspace.outline()
    except GatewayError:
        return ""
    if places:
        names = [place.name for place in places]
        st.multiselect(
            "Namespaces",
            names,
            default=names[:2],
            max_selections=MOST_NAMESPACES,
            key="ns",
            bind="query-params",
        )
        chosen = set(st.session_state.get("ns") or ())
        _show_actor([place for place in places if place.name in chosen])
    return f"Cluster: {workspace.cluster.kind}"


def _newest_word() -> Hashable:
    """What every page shows a part of: another value where it is to be drawn anew. Asks nobody."""
    try:
        return get_workspace().newest_word(set(st.session_state.get("ns") or ())), doctor_title()
    except GatewayError as error:
        return str(error)


def _show_clusters() -> None:
    """The kubeconfig's contexts to switch between, where there are several."""
    names, meant = sources.names(get_settings())
    if len(names) < 2:
        return
    index = names.index(meant) if meant in names else 0
    st.selectbox("Cluster", names, index=index, key="cluster", bind="query-params", on_change=_forget_names)


def _forget_names() -> None:
    """Another cluster has other namespaces."""
    st.session_state.pop("ns", None)


@st.fragment(run_every=FOLLOW_SECONDS)
def _follow(drawn: Hashable, by_timer: Callable[[], bool]) -> None:
    """Draw the page anew when a namespace or a replica came or went, the cluster did, or the doctor is done.

    Never within the page's own run: what was written and clicked for it would be lost.
    """
    if by_timer() and _newest_word() != drawn and refresh.every():
        st.rerun()


def _show_actor(places: Sequence[Place]) -> None:
    """One field to type an actor id, or to pick it from those found in the stores."""
    current = st.session_state.get("actor") or st.query_params.get("actor") or DEFAULT_ACTOR
    others = {current, *get_readings().actor_ids(places)} - {DEFAULT_ACTOR}
    st.selectbox(
        "Actor",
        # What is first is the default, which Streamlit keeps out of the URL: never the actor of a link.
        [DEFAULT_ACTOR, *sorted(others)],
        key="actor",
        bind="query-params",
        accept_new_options=True,
        placeholder="type an id, or pick one",
    )


def all_places(*, outline: bool = False) -> tuple[Place, ...]:
    """Every namespace; stops the page where there is none or the cluster cannot be asked.

    An outline has no addresses, and of a large cluster is there sooner.
    """
    try:
        workspace = get_workspace()
        places = workspace.outline() if outline else workspace.places()
    except GatewayError as error:
        show_error(error)
        st.stop()
    if not places:
        show_no_namespaces(workspace.cluster.why_down(""))
        st.stop()
    for trouble in workspace.cluster.troubles():
        show_trouble(trouble)
    return places


def chosen_places() -> tuple[Place, ...]:
    """The chosen namespaces; stops the page where none is chosen."""
    places = all_places()
    chosen = st.session_state.get("ns") or []
    found = tuple(place for place in places if place.name in chosen)
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
