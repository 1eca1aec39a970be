"""Namespaces as cards: every part with icon, word and what was seen."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.components.access.write_lock import badge, tint
from dashboard.components.core.clock import clock_time, clock_time_of_iso
from dashboard.components.core.commands import show_commands
from dashboard.components.core.failure import show_failure
from dashboard.components.core.provider import get_workspace, shared
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.plural import counted
from dashboard.model.health.deployed import Deployed, Replica, WarningEvent
from dashboard.model.health.health import HealthState, NamespaceHealth
from dashboard.services.core import commands
from dashboard.services.core.polling_cache import Reading
from dashboard.services.health import commands as health_commands
from dashboard.services.health.health_check import PolledHealth

_MARKS: dict[HealthState, str] = {
    "ok": ":green[:material/check_circle:]",
    "warning": ":orange[:material/warning:]",
    "down": ":red[:material/cancel:]",
    "unknown": ":gray[:material/help:]",
}
WORDS: dict[HealthState, str] = {
    "ok": "all well",
    "warning": "needs a look",
    "down": "down",
    "unknown": "not known",
}
CARD_PIXELS = 380
NAME_PIXELS = 110
WARNINGS_PIXELS = 220
MARK_PIXELS = 20


def show_card(endpoint: Endpoint, reading: Reading[NamespaceHealth]) -> None:
    """One namespace, as it was read last."""
    with st.container(border=True, width=CARD_PIXELS, gap="xsmall", key=tint(endpoint, "card")):
        health = reading.value
        if health is None:
            st.markdown(
                f"**{endpoint.name}**{badge(endpoint)} &ensp; :gray[:material/hourglass_top: waiting]"
            )
            return
        st.markdown(
            f"**{endpoint.name}**{badge(endpoint)} &ensp; {_MARKS[health.state]} {WORDS[health.state]}"
        )
        for part in health.parts:
            with st.container(horizontal=True, gap="small"):
                st.markdown(f"{_MARKS[part.state]} {part.name}", width=NAME_PIXELS)
                with st.container(gap=None):
                    st.text(part.words)
                    if part.state != "ok" and part.hint:
                        st.text(part.hint)
                    if part.command:
                        st.code(part.command, language="shell", wrap_lines=True)
        st.caption(_figures(health, reading))
        show_commands(partial(_commands, endpoint.name), key=f"commands-{endpoint.name}")
        if health.deployed:
            _show_deployed(endpoint.name, health.deployed)


def _commands(namespace: str) -> dict[str, str]:
    workspace = get_workspace()
    all_of_them = commands.daca_ops(workspace.settings, "namespaces")
    return {**health_commands.parts(workspace.endpoint(namespace)), "every namespace": all_of_them}


def _show_deployed(namespace: str, deployed: Deployed) -> None:
    """Replicas, restarts and why a pod is not ready; what the cluster warned of when opened."""
    count = deployed.restarts
    restarts = "no restarts" if not count else counted(count, "restart")
    replicas = counted(deployed.wanted, "replica")
    title = f"{deployed.ready} of {replicas} ready, {restarts}"
    box = st.expander(title, key=f"inside-{namespace}", on_change="rerun", icon=":material/deployed_code:")
    if not box.open:
        return
    with box:
        st.caption(deployed.workload)
        if deployed.unread:
            show_failure(deployed.unread)
        for pod in deployed.replicas:
            mark = _MARKS["ok" if pod.ready else "warning"]
            with st.container(horizontal=True, gap="xsmall"):
                st.markdown(mark, width=MARK_PIXELS)
                with st.container(gap=None):
                    st.text(_about(pod))
        _show_warnings(shared(PolledHealth).warnings(namespace))


def _show_warnings(reading: Reading[tuple[WarningEvent, ...]]) -> None:
    if reading.failure:
        show_failure(reading.failure)
        return
    if reading.value is None:
        st.caption(":material/hourglass_top: reading the events")
    elif not reading.value:
        st.caption(":material/check: no warnings")
    else:
        lines = (
            f"{clock_time_of_iso(event.at)} {event.object} {event.reason}"
            f"{f' ({event.count} times)' if event.count > 1 else ''}: {event.message}"
            for event in reading.value
        )
        st.caption(":material/warning: What the cluster warned of, newest first")
        st.code("\n".join(lines), language=None, wrap_lines=True, height=WARNINGS_PIXELS)


def _about(pod: Replica) -> str:
    """ "chat-agent-1: ready, 2 restarts, Dapr 1.18.1"."""
    words = ["ready" if pod.ready else "not ready"]
    if pod.restarts:
        words.append(counted(pod.restarts, "restart"))
    if pod.dapr:
        words.append(f"Dapr {pod.dapr}")
    return f"{pod.name}: {', '.join((*words, *pod.reasons))}"


def _figures(health: NamespaceHealth, reading: Reading[NamespaceHealth]) -> str:
    count = health.active_actors
    actors = "active actors unknown" if count is None else counted(count, "active actor")
    latency = "" if health.latency_ms is None else f", agent answers in {health.latency_ms:.0f} ms"
    return f"{actors}{latency}, read {clock_time(reading.read_at)}"
