"""What was sent from here, and how long each namespace took."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.components.failure import show_empty
from dashboard.components.provider import get_workspace

st.subheader("Activity", anchor=False)
entries = get_workspace().audit.newest()
if not entries:
    show_empty("Nothing was sent from here yet", "Write a message on Compare.", icon=":material/timeline:")
    st.stop()

zone = st.context.timezone or "UTC"
frame = pd.DataFrame(
    {
        "Time": pd.to_datetime([entry.at for entry in entries], unit="s", utc=True).tz_convert(zone),
        "Namespace": [entry.namespace for entry in entries],
        "Who": [entry.who for entry in entries],
        "Actor": [entry.actor_id for entry in entries],
        "Text": [entry.text for entry in entries],
        "Result": [entry.result for entry in entries],
        "Latency (ms)": [entry.latency_ms for entry in entries],
    }
)
wanted = st.text_input("Filter", key="activity", placeholder="namespace, actor or text", bind="query-params")
if wanted:
    columns = frame[["Namespace", "Actor", "Text", "Result"]]
    hit = columns.apply(lambda column: column.str.contains(wanted, case=False, regex=False)).any(axis=1)
    frame = frame[hit]
answered = frame[frame["Latency (ms)"] >= 0]
if len(answered):
    plot = alt.Chart(answered).mark_point(filled=True, size=60)
    st.altair_chart(
        plot.encode(
            x=alt.X("Time:T", title=f"Time ({zone})", axis=alt.Axis(labelOverlap=True, format="%H:%M:%S")),
            y=alt.Y("Latency (ms):Q"),
            color=alt.Color("Namespace:N", legend=alt.Legend(orient="top", title=None)),
            shape="Namespace:N",
            tooltip=["Namespace", "Time", "Latency (ms)", "Actor"],
        ),
        width="stretch",
    )
st.caption(f"{len(frame)} of the newest {len(entries)} writes; the log is append-only")
moment = st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm:ss", timezone=zone)
st.dataframe(frame, hide_index=True, width="stretch", column_config={"Time": moment})
st.download_button("CSV", frame.to_csv(index=False), "activity.csv", icon=":material/download:")
