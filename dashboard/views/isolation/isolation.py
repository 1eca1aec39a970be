"""Prove with one click that the chosen namespaces are isolated, or see by which way they are not."""

from __future__ import annotations

import streamlit as st

from dashboard.components.access.session import get_writes
from dashboard.components.access.write_lock import may_write, show_strip
from dashboard.components.core import refresh
from dashboard.components.core.commands import show_commands
from dashboard.components.core.failure import show_empty, show_failure
from dashboard.components.core.frame import chosen_endpoints
from dashboard.components.core.provider import get_workspace
from dashboard.components.isolation.background import background_proofs
from dashboard.components.isolation.proof import show_earlier, show_result, show_steps
from dashboard.model.isolation.proof import listed
from dashboard.services.chat.sending import Chat
from dashboard.services.isolation import commands as isolation_commands
from dashboard.services.isolation.background import earlier
from dashboard.services.isolation.prover import Prover

POLL_SECONDS = 0.4
AT_ONCE_SECONDS = 0.2

st.subheader("Isolation", anchor=False)
endpoints = chosen_endpoints()
names = tuple(endpoint.name for endpoint in endpoints)
if len(names) < 2:
    text = "Isolation is between namespaces: choose them in the sidebar."
    show_empty("Choose at least two namespaces", text, icon=":material/checklist:")
    st.stop()

st.text(
    "Sends marked probes to an actor of its own in each namespace, looks for every mark in all of them, and "
    "removes what it wrote."
)
runs = background_proofs()
asked_for = st.query_params.get("run", "")
if asked_for:
    st.query_params["run"] = asked_for  # a link to this very page leaves the browser's address as it was
run = runs.find(get_workspace(), asked_for, names)
allowed = may_write()
for endpoint in endpoints:
    if endpoint.protected:
        show_strip(endpoint)
asked = st.button(
    f"Prove that {listed(names)} are isolated",
    type="primary",
    icon=":material/verified_user:",
    disabled=not allowed or (run is not None and not run.over),
)
if asked:
    run = Prover(Chat(get_writes())).start(names)
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
protected = [endpoint.name for endpoint in endpoints if endpoint.protected]
lines = {"from a terminal": isolation_commands.verify(settings, names, protected)}
if run is None:
    show_commands(lines, key="commands-verify")
elif run.result:
    refresh.note_read(run.result.ended_at)
    if not run.result.clean:
        lines["what is left, or comes late"] = isolation_commands.verify(
            settings, names, protected, remove=run.id
        )
    show_result(run.result, lines)
    if run.steps:
        with st.expander("Steps"):
            show_steps(run.steps)
view = {name: st.query_params.get_all(name) for name in st.query_params}
others = [result for result in earlier(get_workspace(), names) if result.actor_id != asked_for]
show_earlier(others, view)
