"""A proof of isolation: its steps while it runs, then verdict, matrix, evidence and report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.components.core.clock import clock_time
from dashboard.components.core.commands import show_commands
from dashboard.model.isolation.proof import (
    MARKS,
    SURFACES,
    TITLES,
    Check,
    CheckState,
    Proof,
    ProofVerdict,
    Surface,
)
from dashboard.model.isolation.result import STAYS, ProofResult, Step, StepState
from dashboard.services.isolation import reports as proof_reports

_STEPS: dict[StepState, str] = {
    "waiting": ":gray[:material/radio_button_unchecked:]",
    "working": ":orange[:material/hourglass_top:]",
    "done": ":green[:material/check_circle:]",
    "failed": ":red[:material/cancel:]",
}
_VERDICTS: dict[ProofVerdict, str] = {
    "isolated": ":green[:material/verified_user:] **Isolated**",
    "broken": ":red[:material/gpp_bad:] **Not isolated**",
    "not proven": ":orange[:material/gpp_maybe:] **Not proven**",
}
# White text on each of these keeps 4.5 : 1 in both themes.
_COLOURS: dict[CheckState, str] = {
    "held": "#3d6b8e",
    "apart": "#2f7a4f",
    "leaked": "#b3261e",
    "not proven": "#6b5f4a",
}
CELL_PIXELS = 76
NAMES_PIXELS = 110
AXIS_PIXELS = 60
BESIDE_PIXELS = 340


def show_steps(steps: tuple[Step, ...]) -> None:
    """One line per step with how far it is; the words are counts of ours."""
    for step in steps:
        st.markdown(f"{_STEPS[step.state]} {step.title}: :gray[{step.words or step.state}]")


def show_result(result: ProofResult, command: dict[str, str]) -> None:
    """The verdict in one line, what leaked by which way, the matrix, every check, and the report."""
    proof = result.proof
    with st.container(border=True, gap="xsmall", key=f"verdict-{proof.verdict.replace(' ', '-')}"):
        st.markdown(_VERDICTS[proof.verdict])
        st.text(proof.sentence)
        took = result.ended_at - result.started_at
        st.caption(f"{_made(result)}, in {took:.1f} s, with actor {result.actor_id}")
    for way in proof.ways:
        with st.container(border=True, gap="xsmall"):
            st.markdown(f":red[:material/call_merge:] **{way.name.replace('-', ' ').capitalize()}**")
            st.text(way.words)
            st.text(f"What to do: {way.fix}")
    for note in proof.notes:
        with st.container(horizontal=True, gap="small"):
            st.markdown(":material/info:", width="content")
            st.text(note)
    with st.container(horizontal=True, gap="large"):
        show_matrix(proof)
        with st.container(width=BESIDE_PIXELS, gap="small"):
            _show_removal(result)
            _show_report(result, command)
    for surface in SURFACES:
        if surface not in proof.left_out:
            _show_checks(surface, [check for check in proof.checks if check.surface == surface])


def _made(result: ProofResult) -> str:
    """When and by whom, in Markdown."""
    return f"{clock_time(result.started_at)}{proof_reports.by(result)}"


def _show_report(result: ProofResult, command: dict[str, str]) -> None:
    name = f"isolation-{'-'.join(result.proof.namespaces)}"
    with st.container(horizontal=True):
        for label, kind, text in proof_reports.all_forms(result):
            file = f"{name}.{kind}"
            st.download_button(
                label, text, file, on_click="ignore", icon=":material/download:", key=f"proof-{kind}"
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
    colour = alt.Color(
        "State:N", scale=alt.Scale(domain=list(_COLOURS), range=[*_COLOURS.values()]), legend=None
    )
    text = partial(base.mark_text, color="#ffffff", fontWeight="bold")
    chart = alt.layer(
        base.mark_rect(cornerRadius=6).encode(color=colour),
        text(fontSize=20, dy=-12).encode(text="Sign:N"),
        text(fontSize=12, dy=14).encode(text="State:N"),
    )
    pixels = CELL_PIXELS * len(proof.namespaces)
    st.altair_chart(chart, width=pixels + NAMES_PIXELS, height=pixels + AXIS_PIXELS)


def _show_checks(surface: Surface, checks: Sequence[Check]) -> None:
    """Closed where all is well; the evidence of each pair is a line."""
    bad = [check for check in checks if check.state in {"leaked", "not proven"}]
    icon = (
        ":red[:material/cancel:]"
        if any(check.state == "leaked" for check in bad)
        else (":orange[:material/help:]" if bad else ":green[:material/check_circle:]")
    )
    words = f"{len(bad)} of {len(checks)} not well" if bad else f"{len(checks)} of {len(checks)} well"
    with st.expander(f"{icon} {TITLES[surface]}: {words}", expanded=bool(bad), key=f"checks-{surface}"):
        st.text("\n".join(f"{check.mark}, {check.pair}: {check.seen}" for check in checks))


def show_earlier(results: Sequence[ProofResult], view: Mapping[str, str | list[str]]) -> None:
    """A link to each proof that is kept, newest first, in the same view; nothing where there is none."""
    if not results:
        return
    with st.expander(f"Earlier proofs ({len(results)})", key="earlier"):
        for result in results:
            left = "" if result.clean else ", not all could be removed"
            st.page_link(
                "views/isolation/isolation.py",
                label=f"{_VERDICTS[result.proof.verdict]} {_made(result)}{left}",
                query_params={**view, "run": result.actor_id},
            )


def _show_removal(result: ProofResult) -> None:
    mark = ":green[:material/check_circle:]" if result.clean else ":red[:material/cancel:]"
    st.markdown(f"{mark} **{'Removed afterwards' if result.clean else 'Not all could be removed'}**")
    st.text(
        "\n".join(f"{removal.namespace}: {proof_reports.removed(removal)}" for removal in result.removals)
    )
    st.caption(STAYS)
