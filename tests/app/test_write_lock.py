"""Who may not write does not, whatever the browser sends; who may unlocks first."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components.access import write_lock
from dashboard.services.core.settings import Settings
from tests.app.conftest import MadeUpCluster, page_file
from tests.app.test_pages import button, captions, texts

PROVIDER = {
    "client_id": "daca-ops",
    "cookie_secret": "s" * 32,
    "redirect_uri": "http://localhost/oauth2callback",
}


@pytest.fixture
def bypassed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page draws its input as if everybody might write."""
    monkeypatch.setattr(write_lock, "may_write", lambda: True)


def nothing_was_sent(cluster: MadeUpCluster) -> bool:
    return not any(namespace.sent for namespace in cluster.namespaces.values())


def test_a_protected_namespace_is_locked_until_its_name_is_typed(
    app: AppTest, cluster: MadeUpCluster
) -> None:
    cluster.protected = {"prod"}
    prod = cluster.namespaces["prod"]
    app.run()
    app.chat_input[0].set_value("too early").run()
    assert "prod is protected. Type its name to unlock it for 15 minutes." in texts(app)
    app.text_input(key="unlock-prod-0").set_value("dev").run()
    assert "not its name" in captions(app)
    assert not prod.sent
    app.text_input(key="unlock-prod-0").set_value("prod").run()
    assert "unlocked until" in captions(app)
    app.chat_input[0].set_value("now").run()
    assert [content for content, _ in prod.sent] == ["now"]
    button(app, "Lock again").click().run()
    app.chat_input[0].set_value("too late").run()
    assert [content for content, _ in prod.sent] == ["now"]
    assert len(cluster.namespaces["dev"].sent) == 3


def test_a_late_message_with_the_name_does_not_unlock_what_was_locked_again(
    app: AppTest, cluster: MadeUpCluster
) -> None:
    """A timer sends the state of every field, also of one that was drawn and typed into before."""
    cluster.protected = {"prod"}
    app.run()
    (field,) = [element for element in app.text_input if str(element.key).startswith("unlock-")]
    field.set_value("prod").run()
    button(app, "Lock again").click().run()
    app.session_state[str(field.key)] = "prod"
    app.run()
    app.chat_input[0].set_value("too late").run()
    assert not cluster.namespaces["prod"].sent


def test_protection_is_said_in_words_on_each_pane(app: AppTest, cluster: MadeUpCluster) -> None:
    cluster.protected = {"prod"}
    for page in ("compare", "overview", "store"):
        app.switch_page(page_file(page)).run()
        (marked,) = [m.value for m in app.markdown if "protected" in m.value]
        assert "prod" in marked


class TestReadOnly:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(read_only=True)

    def test_the_input_is_disabled_with_the_reason(self, app: AppTest) -> None:
        app.run()
        assert app.chat_input[0].disabled
        assert any("read-only" in text for text in texts(app))

    @pytest.mark.usefixtures("bypassed")
    def test_no_message_leaves_a_read_only_dashboard(self, app: AppTest, cluster: MadeUpCluster) -> None:
        app.run()
        app.chat_input[0].set_value("Hi").run()
        assert nothing_was_sent(cluster)
        assert sum("read-only" in text for text in texts(app)) == 2

    def test_nothing_is_unlocked_either(self, app: AppTest, cluster: MadeUpCluster) -> None:
        cluster.protected = {"prod"}
        app.run()
        assert not [element for element in app.text_input if str(element.key).startswith("unlock-")]


class TestSignIn:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(operator_claim="groups=operators")

    @pytest.fixture
    def app(self, app: AppTest) -> AppTest:
        app.secrets["auth"] = PROVIDER
        app.user = {"is_logged_in": False}
        return app

    def test_who_has_not_signed_in_sees_nothing_else(self, app: AppTest, cluster: MadeUpCluster) -> None:
        for page in ("compare", "overview", "store", "activity"):
            app.switch_page(page_file(page)).run()
            assert [element.label for element in app.button] == ["Sign in"]
            assert not app.chat_input
            assert not app.multiselect

    def test_a_viewer_looks_and_is_told_who_may_write(self, app: AppTest) -> None:
        app.user = {"is_logged_in": True, "email": "ana@example.org", "groups": ["staff"], "iat": time.time()}
        app.run()
        assert app.chat_input[0].disabled
        assert any("ana@example.org is a viewer. Operators may write" in text for text in texts(app))

    @pytest.mark.usefixtures("bypassed")
    def test_a_viewer_is_refused_by_the_service_too(self, app: AppTest, cluster: MadeUpCluster) -> None:
        app.user = {"is_logged_in": True, "email": "ana@example.org", "iat": time.time()}
        app.run()
        app.chat_input[0].set_value("Hi").run()
        assert nothing_was_sent(cluster)
        assert sum("Operators may write" in text for text in texts(app)) == 2
        app.switch_page("views/access/activity.py").run()
        assert list(app.dataframe[0].value["Result"]) == ["⊘ refused", "⊘ refused"]

    def test_an_operator_sends_under_their_name(self, app: AppTest, cluster: MadeUpCluster) -> None:
        app.user = {
            "is_logged_in": True,
            "email": "bo@example.org",
            "groups": ["operators"],
            "iat": time.time(),
        }
        app.run()
        app.chat_input[0].set_value("Hi").run()
        assert cluster.namespaces["prod"].sent
        app.switch_page("views/access/activity.py").run()
        assert set(app.dataframe[0].value["Who"]) == {"bo@example.org"}

    @pytest.mark.usefixtures("bypassed")
    def test_who_stops_being_an_operator_loses_what_they_unlocked(
        self, app: AppTest, cluster: MadeUpCluster
    ) -> None:
        cluster.protected = {"prod"}
        app.user = {"is_logged_in": True, "sub": "bo", "groups": ["operators"], "iat": time.time()}
        app.run()
        app.text_input(key="unlock-prod-0").set_value("prod").run()
        operator, app.user = app.user, {**app.user, "groups": []}
        app.chat_input[0].set_value("as a viewer").run()
        assert nothing_was_sent(cluster)
        app.user = operator
        app.chat_input[0].set_value("as an operator again").run()
        assert not cluster.namespaces["prod"].sent
        assert cluster.namespaces["dev"].sent

    def test_a_sign_in_that_is_over_asks_again(self, app: AppTest) -> None:
        app.user = {
            "is_logged_in": True,
            "sub": "bo",
            "groups": ["operators"],
            "iat": time.time() - 13 * 3600,
        }
        app.run()
        assert [element.label for element in app.button] == ["Sign in again"]
