"""Histories aligned turn by turn."""

from __future__ import annotations

import streamlit as st

from dashboard.components.clock import clock_time_of_iso
from dashboard.components.commands import show_commands
from dashboard.components.provider import get_workspace
from dashboard.model.alignment import Comparison, Row, Verdict, difference
from dashboard.model.chat import Turn
from dashboard.model.counting import counted
from dashboard.model.places import Place
from dashboard.services import commands, exports
from dashboard.services.exports import Compared

_MARKS: dict[Verdict, str] = {
    "same": ":green[:material/check:]",
    "differs": ":orange[:material/difference:]",
    "only": ":orange[:material/call_split:]",
    "unread": ":gray[:material/more_horiz:]",
}
LONG_TEXT = 1_200


def show_counts(comparison: Comparison) -> None:
    """ "41 turns, 40 same, 1 only in prod"."""
    count = len(comparison.rows)
    parts = [counted(count, "turn")]
    if len(comparison.namespaces) > 1:
        parts.append(f"{comparison.count('same')} same")
    if comparison.count("differs"):
        parts.append(f"{comparison.count('differs')} differ")
    for name in comparison.namespaces:
        only = sum(row.only_in == (name,) for row in comparison.rows)
        if only:
            parts.append(f"{only} only in {name}")
    if comparison.count("unread"):
        parts.append(f"{comparison.count('unread')} not read everywhere")
    st.markdown("**" + ", ".join(parts) + "**")


def show_row(row: Row, number: int) -> None:
    """One turn in every namespace, marked with how it compares."""
    with st.container(border=True, gap="xsmall", key=f"row-{row.verdict}-{number}"):
        if len(row.cells) > 1:
            st.caption(f"{_MARKS[row.verdict]} {row.words}")
        columns = st.columns(len(row.cells))
        for column, (name, turn) in zip(columns, row.cells.items(), strict=True):
            with column.container(gap="xsmall"):
                _show_turn(name, turn, row.verdict, key=f"turn-{number}-{name}")
        if row.verdict == "differs" and st.toggle("What differs", key=f"difference-{number}"):
            st.code(difference(row), language="diff")


def _show_turn(name: str, turn: Turn | None, verdict: Verdict, *, key: str) -> None:
    if turn is None:
        st.caption(f"{name}: {'not read here' if verdict == 'unread' else 'not there'}")
        return
    at = clock_time_of_iso(turn.time)
    st.caption(f"{name}, turn {turn.number}" + (f" · {at}" if at else ""))
    _show_text(turn.user, icon=":material/person:", key=f"{key}-user")
    if turn.answer is not None:
        _show_text(turn.answer, icon=":material/smart_toy:", key=f"{key}-answer")
    else:
        st.caption(":material/hourglass_empty: no answer stored")


def _show_text(text: str, *, icon: str, key: str) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="top"):
        st.markdown(icon, width="content")
        with st.container(gap="xsmall"):
            if len(text) > LONG_TEXT and not st.toggle(f"Show all {len(text):,} characters", key=key):
                text = text[:LONG_TEXT] + " …"
            st.text(text)


def show_actions(compared: Compared, places: tuple[Place, ...]) -> None:
    """Export the comparison, and the commands that read the same."""
    actor_id = compared.actor_id
    with st.container(horizontal=True, horizontal_alignment="right"):
        with st.popover("Export", icon=":material/download:"):
            for label, kind, text in exports.all_forms(compared):
                st.download_button(label, text, f"{actor_id}.{kind}", on_click="ignore", key=f"export-{kind}")
        names, settings = [place.name for place in places], get_workspace().settings
        diff = commands.daca_ops(settings, "diff", "--actor", actor_id, namespaces=names)
        lines = {place.name: commands.history(place, actor_id) for place in places}
        stored = {f"{place.name}, its store": commands.stored_history(place, actor_id) for place in places}
        show_commands({"all of it": diff, **lines, **stored}, key="history-commands")
