"""Every namespace with the state of each of its parts."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.components import refresh
from dashboard.components.failure import show_error, show_no_namespaces
from dashboard.components.provider import get_workspace
from dashboard.model.errors import GatewayError
from dashboard.model.health import ICONS, NamespaceHealth
from dashboard.services import fleet

_WORDS = {"ok": "all well", "warning": "needs a look", "down": "down", "unknown": "not known"}

st.subheader("Overview", anchor=False)


def _table(found: tuple[NamespaceHealth, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Namespace": health.namespace + (" (protected)" if health.protected else ""),
            "State": f"{ICONS[health.state]} {_WORDS[health.state]}",
            "Latency": "-" if health.latency_ms is None else f"{health.latency_ms:.0f} ms",
            **{part.name.capitalize(): f"{ICONS[part.state]} {part.words}" for part in health.parts},
            "Actors": "-" if health.active_actors is None else f"{health.active_actors} active",
        }
        for health in found
    )


@st.fragment(run_every=refresh.current().every)
def table() -> None:
    """All namespaces, read anew at each tick."""
    workspace = get_workspace()
    try:
        places = workspace.places()
    except GatewayError as error:
        show_error(error)
        return
    if not places:
        show_no_namespaces(workspace.cluster.why_down(""))
        return
    found = fleet.check(workspace, places)
    refresh.show_age(min(health.read_at for health in found))
    st.dataframe(_table(found), hide_index=True, width="stretch", key="overview")
    for health in found:
        for part in health.parts:
            if part.state in {"down", "warning"}:
                with st.container(border=True):
                    st.markdown(f"**{health.namespace}**: {part.name} {_WORDS[part.state]}")
                    st.text(f"{part.words} {part.hint}".strip())


table()
