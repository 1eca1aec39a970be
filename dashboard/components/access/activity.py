"""What was written from here: filter, latencies, table and export."""

from __future__ import annotations

import time
from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.components.core.commands import show_commands
from dashboard.services.access.audit import RESULT_ICONS, AuditEntry
from dashboard.services.access.audit_search import AuditFilter, as_csv, as_json_lines

PERIODS = {"1 h": 3600, "24 h": 86_400, "7 days": 7 * 86_400, "all": 0}
_SHAPES = {f"{RESULT_ICONS['done']} done": "circle", f"{RESULT_ICONS['failed']} failed": "cross"}
CHOICES = ("namespace", "action", "result", "who")
CROWD = 150
SMOOTHED_OVER = 15
PLOT_PIXELS = 300
GREY = "#8a949e"


def show_filter(seen: Sequence[AuditEntry]) -> AuditFilter:
    """What to look for; its values are in the URL. `seen` gives what can be chosen."""
    with st.container(horizontal=True, vertical_alignment="center"):
        text = st.text_input(
            "Filter",
            key="activity",
            placeholder="a text, actor, person or reason",
            label_visibility="collapsed",
            bind="query-params",
        )
        period = st.segmented_control(
            "Period",
            list(PERIODS),
            default="all",
            key="period",
            required=True,
            label_visibility="collapsed",
            width="content",
            bind="query-params",
        )
        count = sum(bool(st.query_params.get(f"activity_{name}")) for name in CHOICES)
        with st.popover(
            f"Only ({count})" if count else "Only", icon=":material/filter_list:", key="activity-only"
        ):
            chosen = {name: _choice(name, {str(getattr(entry, name)) for entry in seen}) for name in CHOICES}
    seconds = PERIODS[period or "all"]
    return AuditFilter(text=text or "", since=time.time() - seconds if seconds else 0.0, **chosen)


def _choice(name: str, values: set[str]) -> str:
    key = f"activity_{name}"
    current = st.query_params.get(key)
    return (
        st.selectbox(
            name.capitalize(),
            sorted(values | ({current} if current else set())),
            index=None,
            placeholder="any",
            key=key,
            bind="query-params",
        )
        or ""
    )


def as_frame(entries: Sequence[AuditEntry], zone: str) -> pd.DataFrame:
    """A row per entry with the time in `zone`; a latency that there is none of is missing."""
    times = pd.to_datetime([entry.at for entry in entries], unit="s", utc=True)
    latencies = [entry.latency_ms if entry.result != "refused" else -1.0 for entry in entries]
    frame = pd.DataFrame(
        {
            "Time": times.tz_convert(zone),
            "Result": [f"{RESULT_ICONS[entry.result]} {entry.result}" for entry in entries],
            "Why": [entry.why for entry in entries],
            "Who": [entry.who for entry in entries],
            "Action": [entry.action for entry in entries],
            "Namespace": [entry.namespace for entry in entries],
            "Latency (ms)": pd.Series(latencies).where(lambda values: values > 0),
            "Actor": [entry.actor_id for entry in entries],
            "Text": [entry.text for entry in entries],
        }
    )
    return frame if any(frame["Why"]) else frame.drop(columns="Why")


def show_latencies(frame: pd.DataFrame, zone: str) -> None:
    """Each write as a point; where they crowd, fainter ones and the median of those around."""
    timed = frame.dropna(subset="Latency (ms)").sort_values("Time")
    if timed.empty:
        return
    crowded = len(timed) > CROWD
    points = _points(timed, zone, crowded=crowded)
    plot = points + _medians(timed) if crowded else points
    st.altair_chart(plot.properties(height=PLOT_PIXELS), width="stretch")


def _points(timed: pd.DataFrame, zone: str, *, crowded: bool) -> alt.Chart:
    legend = alt.Legend(orient="top", title=None, symbolOpacity=1)
    grey = alt.Legend(orient="top", title=None, symbolFillColor=GREY, symbolStrokeColor=GREY, symbolOpacity=1)
    results = sorted(timed["Result"].unique())
    shapes = alt.Scale(domain=list(_SHAPES), range=list(_SHAPES.values()))
    chart: alt.Chart = (
        alt.Chart(timed)
        .mark_point(filled=True, size=20 if crowded else 60, opacity=0.4 if crowded else 0.9)
        .encode(
            x=alt.X("Time:T", title=f"Time ({zone})", axis=alt.Axis(labelOverlap=True, tickCount=8)),
            y=alt.Y(
                "Latency (ms):Q",
                title="Latency (ms)",
                scale=alt.Scale(type="log"),
                axis=alt.Axis(tickCount=4, gridOpacity=0.4),
            ),
            color=alt.Color("Namespace:N", legend=legend),
            shape=alt.Shape("Result:N", scale=shapes, legend=grey if len(results) > 1 else None),
            tooltip=[
                alt.Tooltip("Time:T", format="%Y-%m-%d %H:%M:%S"),
                *("Namespace", "Action", "Result", "Latency (ms)", "Who", "Actor"),
            ],
        )
    )
    return chart


def _medians(timed: pd.DataFrame) -> alt.Chart:
    around = timed.groupby("Namespace")["Latency (ms)"].transform(
        lambda values: values.rolling(SMOOTHED_OVER, center=True, min_periods=1).median()
    )
    line = alt.Chart(timed.assign(Median=around)).mark_line(strokeWidth=2.5, interpolate="monotone")
    chart: alt.Chart = line.encode(x="Time:T", y=alt.Y("Median:Q", title="Latency (ms)"), color="Namespace:N")
    return chart


def show_table(frame: pd.DataFrame, zone: str) -> None:
    """The entries, newest first."""
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        placeholder="",
        column_config={
            "Time": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm:ss", timezone=zone),
            "Latency (ms)": st.column_config.NumberColumn(format="%.0f"),
        },
    )


def show_actions(entries: Sequence[AuditEntry], command: str) -> None:
    """Take the entries away, and the command that lists the same."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        with st.popover("Export", icon=":material/download:"):
            st.download_button(
                "CSV", lambda: as_csv(entries), "activity.csv", on_click="ignore", key="export-csv"
            )
            st.download_button(
                "JSON lines",
                lambda: as_json_lines(entries),
                "activity.jsonl",
                on_click="ignore",
                key="export-jsonl",
            )
        show_commands({"The same from a terminal": command}, key="activity-commands")
