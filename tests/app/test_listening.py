"""A page that was started without an address shows nothing: every machine of the network would see it."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest


def test_a_page_that_nobody_gave_an_address_is_not_served(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    well = st.get_option
    monkeypatch.setattr(st, "get_option", lambda key: None if key == "server.address" else well(key))
    app.run()
    assert not app.exception
    assert any("Not served" in text.value for text in app.markdown)
    assert not app.sidebar.multiselect
    monkeypatch.undo()


def test_a_page_on_loopback_is_served(app: AppTest) -> None:
    app.run()
    assert not any("Not served" in text.value for text in app.markdown)
    assert app.sidebar.multiselect
