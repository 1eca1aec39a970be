"""Histories aligned turn by turn."""

from __future__ import annotations

import streamlit as st

from dashboard.model.alignment import Comparison, Row
from dashboard.model.chat import Turn

ICONS = {"same": ":material/check:", "differs": ":material/difference:", "only": ":material/call_split:"}
LONG_TEXT = 1_200


def show_counts(comparison: Comparison) -> None:
    """ "41 turns, 40 same, 1 only in prod"."""
    count = len(comparison.rows)
    parts = [f"{count} turn{'' if count == 1 else 's'}", f"{comparison.count('same')} same"]
    if comparison.count("differs"):
        parts.append(f"{comparison.count('differs')} differ")
    for name in comparison.namespaces:
        only = sum(row.only_in == (name,) for row in comparison.rows)
        if only and len(comparison.namespaces) > 1:
            parts.append(f"{only} only in {name}")
    st.markdown("**" + ", ".join(parts) + "**")


def show_row(row: Row, number: int) -> None:
    """One turn in every namespace, marked with how it compares."""
    with st.container(border=True, gap="xsmall"):
        if len(row.cells) > 1:
            st.caption(f"{ICONS[row.verdict]} {row.words}")
        columns = st.columns(len(row.cells))
        for column, (name, turn) in zip(columns, row.cells.items(), strict=True):
            with column.container(gap="xsmall"):
                _show_turn(name, turn, key=f"turn-{number}-{name}")


def _show_turn(name: str, turn: Turn | None, *, key: str) -> None:
    if turn is None:
        st.caption(f"{name}: not there")
        return
    st.caption(f"{name}, turn {turn.number}")
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
