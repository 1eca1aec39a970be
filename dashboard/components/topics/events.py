"""What a topic carries: entries as a table, one of them whole, groups with what is pending, a way."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from dashboard.components.core.clock import clock_time, clock_time_of_iso
from dashboard.model.core.strict_json import strict
from dashboard.model.topics.cause import CauseSeverity
from dashboard.model.topics.events import GroupDetail, StreamEntry, position
from dashboard.services.topics.delivery import EventTrace, Listing

SHORT_TEXT = 120
_SIGNS: dict[CauseSeverity | None, str] = {None: "✓", "waits": "…", "expected": "·", "wrong": "✕"}
_MARKS: dict[CauseSeverity | None, str] = {
    None: ":green[:material/check_circle:]",
    "waits": ":orange[:material/hourglass_top:]",
    "expected": ":gray[:material/info:]",
    "wrong": ":red[:material/cancel:]",
}


def mark(severity: CauseSeverity | None) -> str:
    """The icon of a severity, in its colour."""
    return _MARKS[severity]


def show_line(title: str, words: str, *, width: int = 140) -> None:
    """A title (Markdown) of `width` pixels, and beside it a text that wraps within what is left."""
    with st.container(horizontal=True, gap="small"):
        st.markdown(title, width=width)
        with st.container(gap=None):
            st.text(words)


def show_entries(found: Listing, *, key: str, on_pick: Callable[[str], None]) -> None:
    """A line per entry, newest first; `on_pick` is told the id of one that is picked."""
    entries = found.page.entries
    newest = entries[0].id if entries else ""
    name = f"{key}-{newest}"  # a new entry moves all rows, and must not move the selection to another

    def pick() -> None:
        rows = st.session_state[name].selection.rows
        if rows:
            on_pick(entries[rows[0]].id)

    st.dataframe(
        pd.DataFrame([_line(entry, found) for entry in entries]),
        hide_index=True,
        width="stretch",
        selection_mode="single-row",
        on_select=pick,
        key=name,
        column_config={"Time": st.column_config.TextColumn(width="small")},
    )


def _line(entry: StreamEntry, found: Listing) -> dict[str, str]:
    severity, words = found.status(entry)
    event = entry.event
    return {
        "Time": clock_time(entry.written_at),
        "Actor": event.actor_id if event else "",
        "What became of it": f"{_SIGNS[severity]} {words}",
        "Type": event.type if event else "",
        "Data": _short(event.data if event else entry.fields),
        "Entry": entry.id,
    }


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(strict(value), ensure_ascii=False)
    return text if len(text) <= SHORT_TEXT else f"{text[:SHORT_TEXT]}…"


def show_entry(entry: StreamEntry, way: EventTrace | None) -> None:
    """One entry whole: its event's attributes and data, or its fields where it is no CloudEvent."""
    event = entry.event
    if event is None:
        st.markdown(":material/broken_image: **No CloudEvent**: id, type or source is missing. Its fields:")
        st.json(strict(entry.fields), expanded=2)
        return
    at = clock_time_of_iso(event.time) or event.time
    for title, text in (("Type", event.type), ("Event", event.id), ("Source", event.source), ("Time", at)):
        show_line(f":gray[{title}]", text or "not given", width=70)
    if way:
        show_way(way)
    if entry.repeats:
        st.markdown(":material/content_copy: **It names a field twice**; daprd reads the last. All fields:")
        st.json(strict(entry.fields), expanded=2)
    st.caption("Data")
    if isinstance(event.data, dict | list):
        st.json(strict(event.data), expanded=2)
    else:
        st.text(str(event.data))


def show_way(way: EventTrace) -> None:
    """Published, in the stream, received: how far an event came."""
    with st.container(border=True, gap="xsmall", key=f"way-{'arrived' if way.arrived else 'going'}"):
        steps = (
            (True, "published", way.event_id),
            (way.entry is not None or way.arrived, "in the stream", _entry_words(way)),
            (way.arrived, "received", _received_words(way)),
        )
        for done, title, words in steps:
            show_line(f"{mark(None) if done else mark('waits')} {title}", words)
        if way.cause:
            st.markdown(f"{mark(way.cause.severity)} **{way.cause.name}**")
            st.text(way.cause.words)


def _entry_words(way: EventTrace) -> str:
    if way.entry:
        return f"{way.entry.id}, {clock_time(way.entry.written_at)}"
    return "no longer there" if way.arrived else "not yet"


def _received_words(way: EventTrace) -> str:
    return f"{clock_time_of_iso(way.received_at)} by {way.replica}" if way.arrived else "not yet"


def show_groups(details: Sequence[GroupDetail], *, key: str) -> None:
    """Each group with its consumers, and the oldest of what it has not acknowledged."""
    for number, detail in enumerate(details):
        group = detail.group
        with st.container(border=True, gap="small", key=f"{key}-{number}"):
            with st.container(horizontal=True, gap="small"):
                st.markdown(f"{mark('waits' if group.pending else None)} **Group**", width="content")
                st.text(group.name)
            with st.container(horizontal=True, gap="medium"):
                for title, words in (
                    ("Consumers", ", ".join(consumer.name for consumer in detail.consumers) or "none"),
                    ("Pending", f"{group.pending:,}"),
                    ("Not taken yet (lag)", group.lag_words),
                    ("Last taken", group.last_id),
                ):
                    with st.container(gap=None, width="content"):
                        st.caption(title)
                        st.text(words)
            if detail.pending:
                _show_pending(detail, key=f"{key}-pending-{number}")


def _show_pending(detail: GroupDetail, *, key: str) -> None:
    shown = len(detail.pending)
    if shown < detail.group.pending:
        st.caption(f"The oldest {shown} of {detail.group.pending:,}:")
    st.dataframe(
        pd.DataFrame(
            {
                "Entry": item.entry_id,
                "Published": clock_time(position(item.entry_id)[0] / 1000),
                "Age": f"{time.time() - position(item.entry_id)[0] / 1000:,.0f} s",
                "Consumer": item.consumer,
                "Unacknowledged for": f"{item.idle_ms / 1000:,.0f} s",
                "Deliveries": item.deliveries,
            }
            for item in detail.pending
        ),
        hide_index=True,
        width="stretch",
        key=key,
    )
