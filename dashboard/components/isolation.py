"""A proof of isolation: its steps while it runs, then verdict, matrix, evidence and report."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.components.clock import clock_time
from dashboard.components.commands import show_commands
from dashboard.model.isolation import MARKS, TITLES, Proof, State, Verdict
from dashboard.model.proofs import STAYS, Result, Step, StepState
from dashboard.services import proof_reports

_STEPS: dict[StepState, str] = {
    "waiting": ":gray[:material/radio_button_unchecked:]",
    "working": ":orange[:material/hourglass_top:]",
    "done": ":green[:material/check_circle:]",
    "failed": ":red[:material/cancel:]",
}
_VERDICTS: dict[Verdict, str] = {
    "isolated": ":green[:material/verified_user:] **Isolated**",
    "broken": ":red[:material/gpp_bad:] **Not isolated**",
    "not proven": ":orange[:material/gpp_maybe:] **Not proven**",
}
# White text on each of these keeps 4.5 : 1 in both themes.
_COLOURS: dict[State, str] = {
    "held": "#3d6b8e",
    "apart": "#2f7a4f",
    "leaked": "#b3261e",
    "not proven": "#6b5f4a",
}
CELL_PIXELS = 84
NAMES_PIXELS = 120


def show_steps(steps: tuple[Step, ...]) -> None:
    """One line per step with how far it is."""
    for step in steps:
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.markdown(f"{_STEPS[step.state]} {step.title}", width="content")
            st.caption(step.words or step.state, width="content")


def show_result(result: Result, command: dict[str, str]) -> None:
    """The verdict in one line, what leaked by which way, the matrix, every check, and the report."""
    proof = result.proof
    with st.container(border=True, gap="xsmall", key=f"verdict-{proof.verdict.replace(' ', '-')}"):
        st.markdown(_VERDICTS[proof.verdict])
        st.text(proof.sentence)
        took = result.ended_at - result.started_at
        st.caption(f"proven {clock_time(result.started_at)} in {took:.1f} s with actor {result.actor_id}")
    for way in proof.ways:
        with st.container(border=True, gap="xsmall"):
            st.markdown(f":red[:material/call_merge:] **{way.name.replace('-', ' ').capitalize()}**")
            st.text(way.words)
            st.text(f"What to do: {way.fix}")
    for note in proof.notes:
        st.text(f"Note: {note}")
    show_matrix(proof)
    _show_checks(proof)
    _show_removal(result)
    with st.container(horizontal=True):
        name = f"isolation-{'-'.join(proof.namespaces)}"
        for label, kind, text in proof_reports.all_forms(result):
            st.download_button(
                label, text, f"{name}.{kind}", on_click="ignore", icon=":material/download:", key=f"proof-{kind}"
            )
        show_commands(command, key="proof-commands")


def show_matrix(proof: Proof) -> None:
    """Whose probes were found where, a cell for each ordered pair: state by sign, word and colour."""
    cells = [
        {"Probes of": origin, "Looked in": where, "Sign": MARKS[state], "State": state}
        for origin in proof.namespaces
        for where in proof.namespaces
        for state in [proof.pair(origin, where)]
    ]
    band = alt.Scale(paddingInner=0.06, paddingOuter=0)
    base = alt.Chart(pd.DataFrame(cells)).encode(
        x=alt.X("Looked in:N", sort=None, scale=band, axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y("Probes of:N", sort=None, scale=band),
        tooltip=["Probes of", "Looked in", "State"],
    )
    colour = alt.Color("State:N", scale=alt.Scale(domain=list(_COLOURS), range=[*_COLOURS.values()]), legend=None)
    text = {"color": "#ffffff", "fontWeight": "bold"}
    chart = alt.layer(
        base.mark_rect(cornerRadius=6).encode(color=colour),
        base.mark_text(fontSize=20, dy=-12, **text).encode(text="Sign:N"),
        base.mark_text(fontSize=12, dy=14, **text).encode(text="State:N"),
    )
    count = len(proof.namespaces)
    size = {"width": CELL_PIXELS * count, "height": CELL_PIXELS * count}
    st.altair_chart(chart.properties(**size), width=CELL_PIXELS * count + NAMES_PIXELS)


def _show_checks(proof: Proof) -> None:
    rows = [(TITLES[c.surface], c.origin, c.namespace, c.mark, c.seen) for c in proof.checks]
    columns = ["Check", "Probes of", "Looked in", "State", "What was read"]
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        width="stretch",
        key="checks",
        column_config={"What was read": st.column_config.TextColumn(width="large")},
    )


def _show_removal(result: Result) -> None:
    mark = ":green[:material/check_circle:]" if result.clean else ":red[:material/cancel:]"
    st.markdown(f"{mark} **{'Removed afterwards' if result.clean else 'Not all could be removed'}**")
    for removal in result.removals:
        st.text(f"{removal.namespace}: {proof_reports.removed(removal)}")
    st.caption(STAYS)
