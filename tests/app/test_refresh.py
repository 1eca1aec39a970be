"""Since when a reading is new enough: for whoever did something now, for a tick since it is due for all."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

NOW = 1_700_000_003.5


def script() -> None:
    import streamlit as st

    from dashboard.components.core import refresh

    refresh.begin()
    if st.session_state.get("writes"):
        refresh.read_anew()
    st.session_state["since"] = refresh.since()
    st.session_state["since_second"] = refresh.since(1)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(time, "time", lambda: NOW)
    return AppTest.from_function(script)


def test_a_run_that_a_person_caused_reads_anew(page: AppTest) -> None:
    page.run()
    assert page.session_state["since"] == NOW


@pytest.mark.parametrize(
    ("interval", "since"), [("5 s", 1_700_000_000), ("30 s", 1_700_000_000), ("off", 0.0)]
)
def test_a_run_by_a_timer_takes_what_others_read_for_this_tick(
    page: AppTest, interval: str, since: float
) -> None:
    page.session_state["by_timer"], page.session_state["refresh"] = True, interval
    page.run()
    assert page.session_state["since"] == since
    assert page.session_state["since_second"] == 1_700_000_003
    page.run()
    assert page.session_state["since"] == NOW, "the next run is a person's again"


def test_what_was_written_is_read_whoever_caused_the_run(page: AppTest) -> None:
    page.session_state["by_timer"], page.session_state["writes"] = True, True
    page.run()
    assert page.session_state["since"] == NOW
