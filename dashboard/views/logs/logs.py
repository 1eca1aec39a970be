"""The logs of agents and sidecars, in one by time or side by side."""

from __future__ import annotations

import streamlit as st

from dashboard.components.access.write_lock import badge, tint
from dashboard.components.core import refresh
from dashboard.components.core.commands import show_commands
from dashboard.components.core.frame import chosen_actor, chosen_endpoints
from dashboard.components.core.provider import get_workspace, shared
from dashboard.components.logs.lines import show_causes, show_lines, show_unread
from dashboard.model.logs.known_causes import known_causes
from dashboard.model.logs.line_parser import LEVELS, level_of
from dashboard.model.logs.log import LogFilter, LogSource, interleaved
from dashboard.services.logs import commands as log_commands
from dashboard.services.logs.reading import PolledLogs

PARTS = ("agent", "sidecar")
SPANS = ("all", "5m", "15m", "1h", "24h")
VIEWS = ("together", "side by side")
LINES = (2000, 5000, 20_000)

endpoints = chosen_endpoints()
names = tuple(endpoint.name for endpoint in endpoints)

st.subheader("Logs", anchor=False)
with st.container(horizontal=True, vertical_alignment="bottom"):
    picked = st.pills("Part", PARTS, selection_mode="multi", default=PARTS, key="part", bind="query-params")
    view = st.segmented_control(
        "View", VIEWS, default=VIEWS[0], required=True, key="view", bind="query-params"
    )
    level = st.selectbox("Level", ("all", *LEVELS[1:]), key="level", width=130, bind="query-params")
    span = st.selectbox("Not older than", SPANS, key="since", width=130, bind="query-params")
    limit = st.selectbox("Lines of each", LINES, key="lines", width=130, bind="query-params")
    contains = st.text_input("Text", key="text", width=240, placeholder="part of a line", bind="query-params")
    only = st.toggle("Only this actor", key="only", bind="query-params")

    parts = tuple(picked) or PARTS
    chosen = LogFilter(level_of(level), (contains or "").strip(), chosen_actor() if only else "")
    age = "" if span == "all" else span
    show_commands(log_commands.logs(get_workspace(), names, parts, chosen, age), key="logs-commands")


@st.fragment(run_every=refresh.every())
def lines() -> None:
    """The newest lines of each log, read anew at each tick."""
    refresh.tick()
    sources = [LogSource(name, part) for name in names for part in parts]
    found = shared(PolledLogs).look(sources, age, limit, since=refresh.since())
    refresh.note_read(min((r.read_at for r in found.values() if r.value is not None), default=0.0))
    panes = [endpoints] if view == VIEWS[0] else [(endpoint,) for endpoint in endpoints]
    for column, pane in zip(st.columns(len(panes)), panes, strict=True):
        mine = {
            source: reading for source, reading in found.items() if source.namespace in {p.name for p in pane}
        }
        logs = {source: reading.value for source, reading in mine.items() if reading.value is not None}
        told = interleaved({source: chosen.of(log.lines) for source, log in logs.items()})
        with column:
            with st.container(horizontal=True):
                for endpoint in pane:
                    with st.container(
                        key=tint(endpoint, "log"), width="content" if len(pane) > 1 else "stretch"
                    ):
                        st.markdown(f"**{endpoint.name}**{badge(endpoint)}")
            show_unread(mine)
            show_causes(known_causes(told), names)
            if logs:
                show_lines(told, logs, limit, named=len(pane) > 1)


lines()
