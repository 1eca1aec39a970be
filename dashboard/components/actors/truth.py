"""One namespace's witnesses of an actor: what each gave, and turn by turn which one disagrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.components.access.write_lock import show_strip
from dashboard.components.core.clock import clock_time_of_iso
from dashboard.components.core.commands import show_commands
from dashboard.components.core.failure import show_empty, show_failure
from dashboard.components.topics.events import mark, show_line
from dashboard.model.actors.truth import WITNESSES, Presence, TurnTruth, Witness
from dashboard.model.core.endpoints import Endpoint
from dashboard.services.actors import reports as truth_reports
from dashboard.services.actors.reports import Agreement
from dashboard.services.actors.truth import ActorTruth
from dashboard.services.core.polling_cache import Reading

SHORT_TEXT = 160
TITLES: dict[Witness, str] = {
    "agent": "Agent says",
    "store": "Store holds",
    "stream": "Topic carried",
    "received": "Received",
}
_WORDS: dict[Witness, str] = {"agent": "agent", "store": "store", "stream": "topic", "received": "received"}
_MARKS: dict[Presence, str] = {
    "there": ":green[:material/check:]",
    "missing": ":red[:material/close:]",
    "differs": ":red[:material/difference:]",
    "unread": ":gray[:material/question_mark:]",
    "none": ":gray[:material/remove:]",
}


_TOGETHER: dict[Agreement, str] = {
    "same": ":green[:material/check_circle:]",
    "differs": ":orange[:material/difference:]",
    "unknown": ":gray[:material/help:]",
}


def show_agreement(readings: Mapping[str, Reading[ActorTruth]]) -> None:
    """Whether the namespaces agree with each other; nothing where one alone is chosen."""
    found = {name: reading.value for name, reading in readings.items() if reading.value is not None}
    state, words = truth_reports.agreement(found, [name for name in readings if name not in found])
    if words:
        with st.container(horizontal=True, gap="small", key=f"together-{state}"):
            st.markdown(_TOGETHER[state], width="content")
            st.text(words)


def show_truth(
    endpoint: Endpoint, reading: Reading[ActorTruth], lines: dict[str, str], *, only_marked: bool
) -> None:
    """A pane: the verdict, the four sources, and the turns."""
    found = reading.value
    if found is None:
        show_strip(endpoint, ":orange[:material/hourglass_top: reading]" if not reading.failure else "")
        if reading.failure:
            show_failure(reading.failure)
        return
    worst = found.truth.worst()
    unread = worst is None and bool(found.facts.failures)
    state = ":gray[:material/help:]" if unread else mark(None if worst == "expected" else worst)
    show_strip(endpoint, f"{state} {truth_reports.verdict(found)}")
    if reading.failure:
        show_failure(reading.failure)
    _show_sources(endpoint, found)
    with st.container(horizontal=True):
        show_commands(lines, key=f"truth-commands-{endpoint.name}")
    for item in found.truth.marks:
        _show_cause(item.source, item.cause.severity, item.cause.name, item.cause.words)
    if found.truth.turns:
        st.caption(truth_reports.extent(found).capitalize())
    rows = [row for row in found.truth.turns if row.mark or not only_marked]
    _show_turns(endpoint, rows, bool(found.truth.turns))


def _show_sources(endpoint: Endpoint, found: ActorTruth) -> None:
    with st.container(border=True, gap="xsmall", key=f"sources-{endpoint.name}"):
        for source in WITNESSES:
            severity = "wrong" if source in found.facts.failures else found.truth.worst(source)
            show_line(f"{mark(severity)} {TITLES[source]}", truth_reports.summary(found, source))
        said = found.facts.said
        if said and said.replica:
            since = clock_time_of_iso(said.activated_at)
            show_line(":gray[:material/home:] Lives in", f"{said.replica} since {since}")
        if found.hosted:
            show_line(":gray[:material/groups:] Active actors", truth_reports.hosted(found))


def _show_turns(endpoint: Endpoint, rows: Sequence[TurnTruth], any_turns: bool) -> None:
    if not rows:
        if any_turns:
            show_empty("No turn disagrees", icon=":material/check:")
        else:
            show_empty("No turns yet", "Write to this actor on Compare.", icon=":material/chat:")
    for number, row in enumerate(reversed(rows)):
        _show_turn(endpoint, row, number)


def _show_turn(endpoint: Endpoint, row: TurnTruth, number: int) -> None:
    turn = row.turn
    verdict = row.mark.cause.severity if row.mark else "same"
    with st.container(border=True, gap="xsmall", key=f"truth-{verdict}-{endpoint.name}-{number}"):
        at = clock_time_of_iso(turn.time)
        st.caption(f"turn {turn.number}" + (f" · {at}" if at else ""))
        text = turn.user if len(turn.user) <= SHORT_TEXT else f"{turn.user[:SHORT_TEXT]}…"
        if text:
            st.text(text)
        st.markdown(" &ensp; ".join(f"{_MARKS[row.presence[s]]} {_WORDS[s]}" for s in WITNESSES))
        if row.mark:
            _show_cause(row.mark.source, row.mark.cause.severity, row.mark.cause.name, row.mark.cause.words)


def _show_cause(source: Witness, severity: str, name: str, words: str) -> None:
    st.markdown(f"{mark(severity)} **{_WORDS[source].capitalize()}: {name}**")  # type: ignore[arg-type]
    st.text(words)
