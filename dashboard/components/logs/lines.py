"""Lines of logs as one block of text, what of them is known, and the logs that could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st

from dashboard.components.core.clock import clock_time
from dashboard.components.core.failure import show_empty, show_failure
from dashboard.model.core.failure import Failure
from dashboard.model.logs.known_causes import KnownCause
from dashboard.model.logs.line_parser import Level
from dashboard.model.logs.log import Log, LogSource, SourcedLine, newest_first
from dashboard.services.core.polling_cache import Reading

MOST_SHOWN = 2000
BLOCK_PIXELS = 620
_MARKS: Mapping[Level | None, str] = {"warning": "!", "error": "✕", "fatal": "✕"}
_MANY: Mapping[Level | None, str] = {"warning": "warnings", "error": "errors", "fatal": "fatal"}


def show_lines(
    told: Sequence[SourcedLine], logs: Mapping[LogSource, Log], limit: int, *, named: bool
) -> None:
    """The newest lines first, in a block of fixed height: new ones do not move the page.

    They are among those of `logs`, of each of which `limit` were read at most; `named`: several namespaces
    are in one block.
    """
    among = sum(len(log.lines) for log in logs.values())
    older = [source.name for source, log in logs.items() if log.older]
    if older:
        st.caption(
            f":material/history: Read are the newest {limit:,} lines of {' and '.join(older)}; older ones "
            "exist. Choose more lines of each, or the command with --lines."
        )
    shown = newest_first(told[-MOST_SHOWN:])
    if not shown:
        text = (
            f"None of the {among:,} lines passes the filter."
            if among
            else "Nothing was written in this time."
        )
        show_empty("No lines", text, icon=":material/notes:")
        return
    st.caption(_count(told, among, len(shown)))
    wide = max(len(_who(each, named=named)) for each in shown)
    text = "\n".join(_words(each, wide, named=named) for each in shown)
    with st.container(height=BLOCK_PIXELS, border=False):  # code of a fixed height cannot be reached by key
        st.code(text, language=None, wrap_lines=True)


def _count(told: Sequence[SourcedLine], among: int, shown: int) -> str:
    counts = Counter(each.line.level for each in told if not each.line.continues)
    grave = [
        f"{counts[level]:,} {many if counts[level] > 1 else level}"
        for level, many in _MANY.items()
        if counts[level]
    ]
    words = ", ".join([f"{len(told):,} of {among:,} lines", *grave])
    return words + (f"; the newest {shown:,} are shown" if shown < len(told) else "")


def _who(each: SourcedLine, *, named: bool) -> str:
    pod = each.line.replica.rpartition("-")[2]
    return " ".join(filter(None, (each.source.namespace if named else "", each.source.part, pod)))


def _words(each: SourcedLine, wide: int, *, named: bool) -> str:
    line = each.line
    if line.continues:
        return f"    {line.raw}"
    at = "" if line.at is None else f"{clock_time(line.at)}.{int(line.at % 1 * 1000):03d}"
    mark, who = _MARKS.get(line.level, " "), _who(each, named=named)
    return f"{at} {mark} {line.level or '':7} {who:{wide}}  {line.text}"


def show_causes(causes: Iterable[KnownCause], namespaces: Sequence[str]) -> None:
    """What the doctor's rules know of these lines."""
    for cause in causes:
        with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":orange[:material/troubleshoot:] **{cause.namespace}**", width="content")
            lines = "1 line" if cause.count == 1 else f"{cause.count:,} lines"
            st.text(
                f"{cause.symptom.words} {cause.symptom.fix} ({lines}, the newest at {clock_time(cause.at)})"
            )
            if cause.symptom.rule:
                query = [*(("ns", name) for name in namespaces), ("find", cause.symptom.rule)]
                # A link of its own tab: the reader comes back to the very lines.
                st.link_button("Ask the doctor", f"doctor?{urlencode(query)}", icon=":material/stethoscope:")


def show_unread(readings: Mapping[LogSource, Reading[Log]]) -> None:
    """Each failure once with whose logs it concerns, and what is still awaited."""
    failed: dict[Failure, list[str]] = {}
    for source, reading in readings.items():
        for replica, failure in (reading.value.unread if reading.value else {}).items():
            failed.setdefault(failure, []).append(f"{source.name} of {replica}")
        if reading.failure:
            failed.setdefault(reading.failure, []).append(source.name)
        elif reading.value is None:
            st.caption(f":material/hourglass_top: waiting for {source.name}")
    for failure, names in failed.items():
        st.caption(f":material/error: {' and '.join(names)}")
        show_failure(failure)
