"""What pages log: Streamlit warns of a default beside a value that was set, once for each process."""

from __future__ import annotations

import pytest
from streamlit.elements.lib import policies
from streamlit.testing.v1 import AppTest

from dashboard.model.chat.messages import Turn
from tests.app.conftest import MadeUpCluster, page_file

VIEWS = ("compare", "overview", "actor", "store", "events", "doctor", "isolation", "logs", "activity")
# No value is its widget's default.
ADDRESS = {
    "ns": ["dev", "prod"],
    "actor": "somebody-else",
    "refresh": "30 s",
    "store_ns": "dev",
    "events_ns": "dev",
    "show": "Publish",
    "published": "e1",
    "scope": "those of the sidebar",
    "part": "agent",
    "view": "side by side",
    "period": "24 h",
}


@pytest.mark.parametrize("view", VIEWS)
def test_a_link_makes_no_page_warn(
    app: AppTest,
    cluster: MadeUpCluster,
    view: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(policies, "_shown_default_value_warning", False)
    monkeypatch.setattr(policies._LOGGER, "propagate", True)
    cluster.namespaces["dev"].carry(
        Turn(number=1, user="x", answer="a", time="2025-01-01T00:00:00+00:00", event_id="e1")
    )
    for name, value in ADDRESS.items():
        app.query_params[name] = value
    app.switch_page(page_file(view)).run()
    app.run()
    assert not app.exception
    assert [record.getMessage() for record in caplog.records if "default value" in record.getMessage()] == []
