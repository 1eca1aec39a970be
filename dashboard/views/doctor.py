"""Name each misconfiguration, with what was seen, why it matters and how to mend it."""

from __future__ import annotations

import streamlit as st

from dashboard.components import refresh
from dashboard.components.failure import show_empty, show_failure
from dashboard.components.findings import (
    chosen_findings,
    show_exports,
    show_findings,
    show_left_out,
    show_no_match,
    show_verdict,
    wanted_rule,
)
from dashboard.components.frame import all_places
from dashboard.components.provider import get_checkups, get_workspace
from dashboard.model.counting import counted
from dashboard.services import commands

POLL_SECONDS = 0.3
AT_ONCE_SECONDS = 0.8
ALL, CHOSEN = "all namespaces", "those of the sidebar"

st.subheader("Doctor", anchor=False)
places = all_places()
chosen = tuple(place.name for place in places if place.name in (st.session_state.get("ns") or ()))
checkups = get_checkups()
standing = checkups.standing

with st.container(horizontal=True, vertical_alignment="bottom"):
    scope = st.segmented_control(
        "Look at", [ALL, CHOSEN], default=ALL, key="scope", required=True, bind="query-params"
    )
    names = tuple(place.name for place in places) if scope == ALL else chosen
    count = counted(len(names), "namespace")
    asked = st.button(
        f"Check {count}",
        type="primary",
        icon=":material/stethoscope:",
        disabled=standing.under_way or not names,
    )
if asked:
    checkups.start(names)
    checkups.wait(AT_ONCE_SECONDS)
    st.rerun()


by_timer = refresh.timer()


@st.fragment(run_every=POLL_SECONDS)
def progress() -> None:
    """How far it is; it goes on by itself, whatever becomes of this page."""
    now = checkups.standing
    if by_timer() and not now.under_way:
        st.rerun()
    st.progress(now.done / max(1, now.total), text=f"{now.done:,} of {now.total:,} namespaces asked")


if standing.under_way:
    progress()
if standing.failure:
    show_failure(standing.failure)
report = standing.report
if report is None:
    if not standing.under_way and not standing.failure:
        text = "The doctor reads manifests, pods, sidecars, stores and streams, and changes nothing."
        rule = wanted_rule()
        show_empty(
            "Nobody has looked yet",
            f"{text} Check, and see whether {rule} is found." if rule else text,
            icon=":material/stethoscope:",
            command=commands.daca_ops(get_workspace().settings, "doctor"),
        )
    st.stop()

report = report if scope == ALL else report.of(names)
refresh.note_read(report.ended_at)
show_verdict(report)
looked_at = () if scope == ALL else report.namespaces
settings = get_workspace().settings
show_exports(report, {"from a terminal": commands.daca_ops(settings, "doctor", namespaces=looked_at)})
missing = [name for name in names if name not in report.namespaces]
if missing:
    st.caption(f":material/history: Not looked at yet: {len(missing):,} of {count}. Check them anew.")
found = chosen_findings(report)
if found:
    show_findings(found)
elif report.findings or wanted_rule():
    show_no_match(report)
show_left_out(report)
