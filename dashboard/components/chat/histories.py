"""Histories aligned turn by turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

import streamlit as st

from dashboard.components.core.clock import clock_time_of_iso
from dashboard.components.core.commands import show_commands
from dashboard.components.core.provider import get_workspace
from dashboard.model.chat.alignment import Comparison, Row, RowVerdict, difference
from dashboard.model.chat.messages import Turn
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.plural import counted
from dashboard.services.chat import commands as chat_commands
from dashboard.services.chat import exports
from dashboard.services.chat.exports import Compared
from dashboard.services.core import commands

_MARKS: dict[RowVerdict, str] = {
    "same": ":green[:material/check:]",
    "differs": ":orange[:material/difference:]",
    "only": ":orange[:material/call_split:]",
    "unread": ":gray[:material/more_horiz:]",
    "unknown": ":gray[:material/help:]",
}
LONG_TEXT = 1_200
# So many of the newest turns are drawn although they are the same; a run of more than these beyond is folded.
FRESH, FOLDED = 8, 3


def show_counts(comparison: Comparison) -> None:
    """ "41 turns, 40 same, 1 only in prod"."""
    count = len(comparison.rows)
    parts = [counted(count, "turn")]
    if len(comparison.namespaces) > 1:
        parts.append(f"{comparison.count('same')} same")
    if comparison.count("differs"):
        parts.append(f"{comparison.count('differs')} differ")
    elsewhere = comparison.count("only")
    for name in comparison.namespaces:
        only = sum(row.words == f"only in {name}" for row in comparison.rows)
        elsewhere -= only
        if only:
            parts.append(f"{only} only in {name}")
    if elsewhere:
        parts.append(f"{elsewhere} only in some")
    if comparison.count("unread"):
        parts.append(f"{comparison.count('unread')} not read everywhere")
    if comparison.count("unknown"):
        parts.append(f"{comparison.count('unknown')} not known")
    st.markdown("**" + ", ".join(parts) + "**")


def show_rows(rows: Sequence[Row]) -> None:
    """Turns newest first, what all have drawn once; a long run that is the same everywhere is folded."""
    numbered = list(enumerate(reversed(rows)))
    for same, group in groupby(numbered, key=lambda each: each[1].verdict == "same"):
        run = list(group)
        shown = max(0, FRESH - run[0][0])
        alone = len(run[0][1].cells) == 1
        if alone or not same or len(run) <= shown + FOLDED:
            shown = len(run)
        for number, row in run[:shown]:
            _show_row(row, number)
        if run[shown:]:
            _show_folded(run[shown:])


def _show_folded(run: Sequence[tuple[int, Row]]) -> None:
    """Read when it is opened; known by its oldest turn, as newer ones join it."""
    newest, oldest = (row.place.removeprefix("turn ") for row in (run[0][1], run[-1][1]))
    words = f"{_MARKS['same']} {len(run)} same, turns {oldest} to {newest}"
    fold = st.expander(words, key=f"fold-{oldest}", on_change="rerun", type="compact")
    if fold.open:
        with fold:
            for number, row in run:
                _show_row(row, number)


def _show_row(row: Row, number: int) -> None:
    """One turn in every namespace, marked with how it compares."""
    if row.verdict == "same":
        _show_same(row, key=f"turn-{number}")
        return
    with st.container(border=True, gap="xsmall", key=f"row-{row.verdict}-{number}"):
        st.caption(f"{_MARKS[row.verdict]} {row.words}")
        columns = st.columns(len(row.cells))
        for column, (name, turn) in zip(columns, row.cells.items(), strict=True):
            with column.container(gap="xsmall"):
                _show_turn(name, turn, row, key=f"turn-{number}-{name}")
        _show_difference(row, number)


def _show_same(row: Row, *, key: str) -> None:
    """The text that all share, once."""
    turns = [turn for turn in row.cells.values() if turn]
    stored = sorted(turn.time for turn in turns if turn.time)
    times = dict.fromkeys(clock_time_of_iso(time) for time in (*stored[:1], *stored[-1:]))
    head = f"{_MARKS['same']} {row.place}" if len(turns) > 1 else f"{next(iter(row.cells))}, {row.place}"
    place, message, answer = st.columns([2, 5, 5], gap="xsmall")
    with place:
        st.caption(head + (f" · {' to '.join(times)}" if times else ""))
    with message:
        _show_text(turns[0].user, key=f"{key}-user")
    with answer:
        _show_answer(turns[0], key=key)


def _show_difference(row: Row, number: int) -> None:
    """Nothing where no two texts stand against each other."""
    short = difference(row)
    if not short:
        return
    whole = difference(row, whole=True)
    if len(whole) > len(short) and st.toggle("Show all that differs", key=f"difference-{number}"):
        short = whole
    st.code(short, language="diff", wrap_lines=True)


def _show_turn(name: str, turn: Turn | None, row: Row, *, key: str) -> None:
    if turn is None:
        unread = "not read here" if name in row.unread else "not known"
        st.caption(f"{name}: {'not there' if name in row.lacking else unread}")
        return
    at = clock_time_of_iso(turn.time)
    st.caption(f"{name}, turn {turn.number}" + (f" · {at}" if at else ""))
    with _beside(":material/person:"):
        _show_text(turn.user, key=f"{key}-user")
    with _beside(":material/smart_toy:"):
        _show_answer(turn, key=key)


@contextmanager
def _beside(icon: str) -> Iterator[None]:
    with st.container(horizontal=True, gap="small", vertical_alignment="top"):
        st.markdown(icon, width="content")
        with st.container(gap="xsmall"):
            yield


def _show_answer(turn: Turn, *, key: str) -> None:
    if turn.answer is None:
        st.caption(":material/hourglass_empty: no answer stored")
    else:
        _show_text(turn.answer, key=f"{key}-answer")


def _show_text(text: str, *, key: str) -> None:
    if len(text) > LONG_TEXT and not st.toggle(f"Show all {len(text):,} characters", key=key):
        text = text[:LONG_TEXT] + " …"
    st.text(text)


def show_actions(compared: Compared, endpoints: tuple[Endpoint, ...]) -> None:
    """Export the comparison, and the commands that read the same."""
    actor_id = compared.actor_id
    with st.container(horizontal=True, horizontal_alignment="right"):
        with st.popover("Export", icon=":material/download:"):
            for label, kind, make in exports.all_forms(compared):
                st.download_button(
                    label, make, f"{actor_id}.{kind}", "text/plain", on_click="ignore", key=f"export-{kind}"
                )
        names, settings = [endpoint.name for endpoint in endpoints], get_workspace().settings
        diff = commands.daca_ops(settings, "diff", "--actor", actor_id, namespaces=names)
        lines = {endpoint.name: chat_commands.history(endpoint, actor_id) for endpoint in endpoints}
        stored = {
            f"{endpoint.name}, its store": commands.stored_history(endpoint, actor_id)
            for endpoint in endpoints
        }
        show_commands({"all of it": diff, **lines, **stored}, key="history-commands")
