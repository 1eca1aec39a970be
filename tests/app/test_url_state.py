"""A field that the page fills in too: what wins, and what the address says."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components.core import url_state
from tests.app.test_pages import button, labelled


def page() -> None:
    import streamlit as st

    from dashboard.components.core import url_state

    st.button("Pick", on_click=url_state.fill, args=("entry", "picked"))
    st.button("Clear", on_click=url_state.fill, args=("until", ""))
    st.text(url_state.text_field("Entry", "entry", placeholder=""))
    st.text(str(url_state.number_field("Up to turn", "until", placeholder="", width=100)))


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_function(page)


def address(app: AppTest, name: str, missing: str) -> str:
    values = app.query_params.get(name, missing)
    return values if isinstance(values, str) else values[0]


def shown(app: AppTest) -> tuple[Any, ...]:
    """The values by what the page makes of them, by the fields, and by the address."""
    assert not app.exception
    entry, until = (element.value for element in app.text)
    fields = (labelled(app.text_input, "Entry").value, str(labelled(app.number_input, "Up to turn").value))
    assert fields == (entry, until)
    assert address(app, "until", "None") == until
    assert address(app, "entry", "") == entry
    return entry, until


def test_what_the_page_fills_in_and_what_is_typed_take_turns(app: AppTest) -> None:
    app.run()
    assert shown(app) == ("", "None")
    button(app, "Pick").click().run()
    assert shown(app) == ("picked", "None")
    labelled(app.text_input, "Entry").set_value("  typed ").run()
    assert app.text[0].value == "typed"
    button(app, "Pick").click().run()
    assert shown(app) == ("picked", "None")
    labelled(app.text_input, "Entry").set_value("").run()
    assert shown(app) == ("", "None")
    labelled(app.number_input, "Up to turn").set_value(7).run()
    assert shown(app) == ("", "7")
    button(app, "Clear").click().run()
    assert shown(app) == ("", "None")


def test_another_link_wins_and_one_that_is_late_does_not(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.query_params["entry"] = "linked"
    app.query_params["until"] = "12"
    app.run()
    assert shown(app) == ("linked", "12")
    button(app, "Pick").click().run()
    app.query_params["entry"] = "linked"  # of a browser that was not told yet
    app.run()
    assert shown(app) == ("picked", "12")
    monkeypatch.setattr(url_state, "LATE_SECONDS", 0)
    app.run()
    assert shown(app) == ("picked", "12")
    app.query_params["entry"] = "linked"  # of one that was: "back"
    app.run()
    assert shown(app) == ("linked", "12")
    del app.query_params["entry"]
    app.run()
    assert shown(app) == ("", "12")


@pytest.mark.parametrize("wrong", ["0", "-3", "abc", "1.5", "9" * 20])
def test_an_address_that_holds_no_number_is_taken_for_none(app: AppTest, wrong: str) -> None:
    app.query_params["until"] = wrong
    app.run()
    assert app.text[1].value == "None"
    app.run()
    assert shown(app) == ("", "None")
