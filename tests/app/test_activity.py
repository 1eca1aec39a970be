"""What was written is listed, found again and taken away."""

from __future__ import annotations

import time

from streamlit.testing.v1 import AppTest

from dashboard.components.core import provider
from dashboard.services.access.audit import AuditEntry, AuditLog
from tests.app.conftest import MadeUpCluster
from tests.app.test_pages import button, captions


def texts_of(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["Text"])


def write_down(count: int) -> None:
    log = AuditLog(provider.get_settings().audit_file)
    for number in range(count):
        log.append(
            AuditEntry(
                at=time.time(),
                who="ana",
                namespace="prod",
                action="send",
                actor_id="user1",
                text=f"text {number}",
                result="done",
                latency_ms=10.0 + number,
            )
        )


def test_what_was_sent_is_listed_and_filtered(app: AppTest, cluster: MadeUpCluster) -> None:
    cluster.protected = {"prod"}
    app.switch_page("views/access/activity.py").run()
    assert any("Nothing was written" in element.value for element in app.markdown)
    app.switch_page("views/chat/compare.py").run()
    app.chat_input[0].set_value("Hi").run()
    app.switch_page("views/access/activity.py").run()
    listed = app.dataframe[0].value
    assert dict(zip(listed["Namespace"], listed["Result"], strict=True)) == {
        "dev": "✓ done",
        "prod": "⊘ refused",
    }
    app.selectbox(key="activity_result").set_value("refused").run()
    assert list(app.dataframe[0].value["Namespace"]) == ["prod"]
    app.text_input(key="activity").set_value("nothing like it").run()
    assert not app.dataframe
    assert any("Nothing matches" in element.value for element in app.markdown)


def test_a_link_shows_the_same_entries(app: AppTest) -> None:
    app.run()
    write_down(3)
    app.query_params["activity"] = "text 2"
    app.query_params["activity_who"] = "ana"
    app.query_params["period"] = "1 h"
    app.switch_page("views/access/activity.py").run()
    assert not app.exception
    assert texts_of(app) == ["text 2"]


def test_older_entries_and_back(app: AppTest) -> None:
    app.run()
    write_down(620)
    app.switch_page("views/access/activity.py").run()
    assert (texts_of(app)[0], len(texts_of(app))) == ("text 619", 500)
    assert "500 writes; older ones follow" in captions(app)
    button(app, "Older 500").click().run()
    assert (texts_of(app)[0], len(texts_of(app))) == ("text 119", 120)
    button(app, "Newest").click().run()
    assert texts_of(app)[0] == "text 619"


def test_the_command_lists_the_same(app: AppTest) -> None:
    app.run()
    write_down(1)
    app.switch_page("views/access/activity.py").run()
    app.selectbox(key="activity_namespace").set_value("prod").run()
    assert any(code.value.startswith("daca-ops audit --namespace=prod") for code in app.code)
