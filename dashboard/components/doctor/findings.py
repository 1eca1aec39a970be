"""What the doctor found: counts to filter by, a box for each finding, what is left open, the report."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import groupby

import streamlit as st

from dashboard.components.core.clock import clock_time
from dashboard.components.core.commands import show_commands
from dashboard.components.core.failure import show_empty
from dashboard.model.core.plural import counted
from dashboard.model.doctor.report import DoctorReport, Finding, Severity
from dashboard.services.doctor import reports
from dashboard.services.doctor.rules import ALL

ICONS: dict[Severity, str] = {
    "error": ":red[:material/cancel:]",
    "warning": ":orange[:material/warning:]",
    "info": ":blue[:material/info:]",
}
ON_A_PAGE = 25
_RULES = {rule.id for rule in ALL}


def show_verdict(report: DoctorReport) -> None:
    """The verdict in a line, with when it was come to."""
    worst = report.findings[0].severity if report.findings else None
    with st.container(
        border=True, gap="xsmall", key=f"doctor-{worst or ('partly' if report.not_checked else 'well')}"
    ):
        if worst:
            st.markdown(f"{ICONS[worst]} **Needs mending**")
        elif report.not_checked:
            st.markdown(":orange[:material/help:] **Nothing found, as far as could be checked**")
        else:
            st.markdown(":green[:material/verified:] **All is well**")
        st.text(f"{report.sentence}.")
        st.caption(f"{clock_time(report.ended_at)}, in {report.ended_at - report.started_at:.2f} s")


def chosen_findings(report: DoctorReport, severities: Collection[str], text: str) -> tuple[Finding, ...]:
    """Those of these severities (of all where there is none) that hold the text."""
    return tuple(
        found
        for found in report.findings
        if (not severities or found.severity in severities) and text.lower() in _searched(found)
    )


def _searched(found: Finding) -> str:
    return f"{found.namespace} {found.object} {found.rule} {found.seen}".lower()


def wanted_rule(text: str) -> str:
    """The rule that a link asks for, as those of Logs do; "" for none."""
    return text if text in _RULES else ""


def show_no_match(report: DoctorReport, rule: str) -> None:
    """Nothing passes the filter; of a rule that a link asks for, since when it is so and what to do."""
    if not rule or any(found.rule == rule for found in report.findings):
        show_empty("No finding matches", "Clear the filter to see all.", icon=":material/search_off:")
        return
    if any(left.rule == rule for left in report.not_checked):
        show_empty(f"{rule} could not be checked", "The reason is below.", icon=":material/help:")
        return
    text = (
        f"The look at {clock_time(report.ended_at)} saw no such fault in "
        f"{counted(len(report.namespaces), 'namespace')}. What a log tells of may be over, "
        "or have come after that look: check anew."
    )
    show_empty(f"{rule} is not among the findings", text, icon=":material/search_off:")


def pages(findings: Sequence[Finding]) -> int:
    """How many pages they fill."""
    return -(-len(findings) // ON_A_PAGE)


def show_findings(findings: Sequence[Finding], number: int) -> None:
    """The page of that number (from 1), by namespace."""
    ordered = sorted(findings, key=lambda found: found.namespace)
    shown = ordered[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    for namespace, group in groupby(shown, key=lambda found: found.namespace):
        _show_name(namespace)
        for position, found in enumerate(group):
            _show(found, f"{namespace}-{position}")


def _show_name(namespace: str) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.markdown(":material/folder_open:", width="content")
        st.text(namespace or "all together")


def _show(found: Finding, key: str) -> None:
    with st.container(border=True, gap="xsmall", key=f"finding-{found.severity}-{key}"):
        st.markdown(f"{ICONS[found.severity]} **{found.severity}** &ensp; {found.rule}")
        st.text(f"{found.object}: {found.seen}")
        st.text(found.why)
        st.text(f"To mend it: {found.fix}")
        if found.commands:
            st.code("\n".join(found.commands), language="shell", wrap_lines=True)
        st.markdown(f"[:material/menu_book: Documentation]({found.docs})")


def show_left_out(report: DoctorReport) -> None:
    """What could not be checked, by the reason."""
    if not report.not_checked:
        return
    with st.expander(f"Could not check ({len(report.not_checked):,})", icon=":material/help:"):
        for reason, names, rules in report.left_out:
            st.text(f"Because: {reason}\nIn {', '.join(names)}: {', '.join(rules)}")


def show_exports(report: DoctorReport, command: dict[str, str]) -> None:
    """The whole report in each form, and the command that makes it."""
    with st.container(horizontal=True):
        for label, ending, text in reports.all_forms(report):
            name = f"doctor.{ending}"
            st.download_button(
                label, text, name, on_click="ignore", icon=":material/download:", key=f"doctor-{label}"
            )
        show_commands(command, key="doctor-commands")
