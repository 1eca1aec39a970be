"""Prove with one click that the chosen namespaces are isolated, or see by which way they are not."""

from __future__ import annotations

import streamlit as st

from dashboard.components import refresh
from dashboard.components.commands import show_commands
from dashboard.components.failure import show_empty, show_failure
from dashboard.components.frame import chosen_places
from dashboard.components.isolation import show_earlier, show_result, show_steps
from dashboard.components.protection import may_write, show_strip
from dashboard.components.provider import get_chat, get_runs, get_workspace
from dashboard.model.isolation import listed
from dashboard.services import commands, isolation

POLL_SECONDS = 0.4
AT_ONCE_SECONDS = 0.2

st.subheader("Isolation", anchor=False)
places = chosen_places()
names = tuple(place.name for place in places)
if len(names) < 2:
    text = "Isolation is between namespaces: choose them in the sidebar."
    show_empty("Choose at least two namespaces", text, icon=":material/checklist:")
    st.stop()

st.text(
    "Sends marked probes to an actor of its own in each namespace, looks for every mark in all of them, and "
    "removes what it wrote."
)
runs = get_runs()
asked_for = st.query_params.get("run", "")
if asked_for:
    st.query_params["run"] = asked_for  # a link to this very page leaves the browser's address as it was
run = runs.find(get_workspace(), asked_for, names)
allowed = may_write()
for place in places:
    if place.protected:
        show_strip(place)
asked = st.button(
    f"Prove that {listed(names)} are isolated",
    type="primary",
    icon=":material/verified_user:",
    disabled=not allowed or (run is not None and not run.over),
)
if asked:
    run = isolation.Isolation(get_chat()).start(names)
    runs.keep(run)
    st.query_params["run"] = run.id
    run.wait(AT_ONCE_SECONDS)
    st.rerun()
if run is None and asked_for:
    st.caption("The proof in this address is about other namespaces, or is no longer kept: make it again.")
under_way = run is not None and not run.over
by_timer = refresh.timer()


@st.fragment(run_every=POLL_SECONDS if under_way else None)
def progress() -> None:
    """The steps as they are done; it goes on by itself, whatever becomes of this page."""
    assert run is not None
    show_steps(run.steps)
    if by_timer() and under_way and run.over:
        st.rerun()


if under_way:
    progress()
if run and run.failure:
    show_failure(run.failure)
settings = get_workspace().settings
protected = [place.name for place in places if place.protected]
lines = {"from a terminal": commands.verify(settings, names, protected)}
if run is None:
    show_commands(lines, key="commands-verify")
elif run.result:
    refresh.note_read(run.result.ended_at)
    if not run.result.clean:
        lines["what is left, or comes late"] = commands.verify(settings, names, protected, remove=run.id)
    show_result(run.result, lines)
    if run.steps:
        with st.expander("Steps"):
            show_steps(run.steps)
show_earlier([result for result in isolation.earlier(get_workspace(), names) if result.actor_id != asked_for])
