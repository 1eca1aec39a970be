"""Name each misconfiguration, with what was seen, why it matters and how to mend it."""

from __future__ import annotations

import streamlit as st

from dashboard.components.core import refresh
from dashboard.components.core.failure import show_empty, show_failure
from dashboard.components.core.frame import all_endpoints
from dashboard.components.core.provider import get_workspace, shared
from dashboard.components.doctor.findings import (
    chosen_findings,
    pages,
    show_exports,
    show_findings,
    show_left_out,
    show_no_match,
    show_verdict,
    wanted_rule,
)
from dashboard.model.core.plural import counted
from dashboard.model.doctor.report import SEVERITIES, Severity
from dashboard.services.core import commands
from dashboard.services.doctor.checkups import Checkups

POLL_SECONDS = 0.3
AT_ONCE_SECONDS = 0.8
FIND_PIXELS = 320
ALL, CHOSEN = "all namespaces", "those of the sidebar"

st.subheader("Doctor", anchor=False)
endpoints = all_endpoints()
chosen = tuple(endpoint.name for endpoint in endpoints if endpoint.name in (st.session_state.get("ns") or ()))
checkups = shared(Checkups)
standing = checkups.standing

with st.container(horizontal=True, vertical_alignment="bottom"):
    scope = st.segmented_control(
        "Look at", [ALL, CHOSEN], default=ALL, key="scope", required=True, bind="query-params"
    )
    names = tuple(endpoint.name for endpoint in endpoints) if scope == ALL else chosen
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
        rule = wanted_rule(st.query_params.get("find", "").strip())
        text = "The doctor reads manifests, pods, sidecars, stores and streams, and changes nothing."
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
severities: list[Severity] = []
text = ""
if report.findings or st.query_params.get("find"):
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # The URL holds what an option shows: counts in it would break shared links.
        severities = st.pills(
            "Severity", SEVERITIES, selection_mode="multi", key="severity", bind="query-params"
        )
        text = st.text_input(
            "Find", key="find", placeholder="part of a finding", bind="query-params", width=FIND_PIXELS
        )
text = (text or "").strip()
rule = wanted_rule(text)
found = chosen_findings(report, severities, text)
if found:
    count_of_pages = pages(found)
    number = st.pagination(count_of_pages, key="page", bind="query-params") if count_of_pages > 1 else 1
    show_findings(found, number)
elif report.findings or rule:
    show_no_match(report, rule)
show_left_out(report)
