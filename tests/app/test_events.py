"""Events: what is filtered, picked, pending and published, and what comes after it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.model.chat.messages import Turn
from dashboard.model.core.errors import Forbidden
from dashboard.model.core.names import TOPIC
from dashboard.model.topics.events import EntryFilter
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import Workspace
from dashboard.services.topics import delivery
from tests.app.conftest import MadeUpCluster
from tests.app.made_up_topic import MadeUpTopic
from tests.app.test_pages import button, captions, labelled, texts


@pytest.fixture
def page(app: AppTest, cluster: MadeUpCluster) -> AppTest:
    prod = cluster.namespaces["prod"]
    for number in range(1, 4):
        turn = Turn(
            number=number,
            user=f"turn {number}",
            answer="a",
            time="2025-01-01T00:00:00+00:00",
            event_id=f"e{number}",
        )
        prod.carry(turn, actor_id=f"user{number}")
    prod.topic.append(("1800000000009-0", {"data": "{broken"}))
    app.switch_page("views/topics/events.py").run()
    assert not app.exception
    return app


def show(page: AppTest, section: str) -> None:
    page.session_state["show"] = section
    page.run()
    assert not page.exception


def test_entries_are_newest_first_and_what_is_malformed_is_shown_raw(page: AppTest) -> None:
    table = page.dataframe[0].value
    assert list(table["Actor"]) == ["", "user3", "user2", "user1"]
    assert table["What became of it"][0] == "✕ no CloudEvent"
    assert set(table["What became of it"][1:]) == {"✓ received by r1"}
    labelled(page.text_input, "Entry").set_value("1800000000009-0").run()
    assert "{broken" in page.json[0].value


def test_an_entry_with_a_field_twice_shows_both(page: AppTest, cluster: MadeUpCluster) -> None:
    topic = cluster.namespaces["prod"].topic
    entry_id, named = topic[-1]
    topic[-1] = (entry_id, [("data", "the first"), *dict(named).items(), ("data", {"id": "e"})])
    page.run()
    labelled(page.text_input, "Entry").set_value(entry_id).run()
    assert not page.exception
    assert "the first" in page.json[0].value


def test_a_filter_says_when_it_hides_all(page: AppTest) -> None:
    page.text_input(key="of").set_value("user2").run()
    assert list(page.dataframe[0].value["Actor"]) == ["user2"]
    page.text_input(key="type").set_value("another").run()
    assert not page.dataframe
    assert any("None of 4 entries" in text for text in texts(page))


def test_the_filter_stays_in_the_url_while_another_section_is_open(
    app: AppTest, cluster: MadeUpCluster
) -> None:
    cluster.namespaces["prod"].carry(Turn(number=1, user="x", answer="a", time="", event_id="e1"))
    filters = {"of": "user1", "type": "ConversationUpdated", "entry": "5-0", "follow": "true"}
    for name, value in filters.items():
        app.query_params[name] = value
    app.switch_page("views/topics/events.py").run()
    for section in ("Groups", "Publish", "Entries"):
        show(app, section)
        assert {name: app.query_params[name] for name in filters} == filters
    assert app.text_input(key="of").value == "user1"


def test_an_entry_is_shown_with_its_way(page: AppTest, cluster: MadeUpCluster) -> None:
    labelled(page.text_input, "Entry").set_value(cluster.namespaces["prod"].topic[0][0]).run()
    assert {"e1", "ConversationUpdated", "chat-agent"} <= set(texts(page))
    labelled(page.text_input, "Entry").set_value("5-0").run()
    assert any("has no entry 5-0" in text for text in texts(page))


def test_groups_tell_what_is_pending_and_what_this_redis_does_not(
    page: AppTest, cluster: MadeUpCluster
) -> None:
    prod = cluster.namespaces["prod"]
    prod.awaited = [prod.topic[0][0]]
    show(page, "Groups")
    assert "not given by this Redis" in texts(page)
    (line,) = page.dataframe[0].value.to_dict("records")
    assert (line["Consumer"], line["Unacknowledged for"], line["Deliveries"]) == ("chat-agent", "4 s", 2)


def test_older_entries_and_back(app: AppTest, cluster: MadeUpCluster) -> None:
    for number in range(1, 61):
        cluster.namespaces["prod"].carry(
            Turn(number=number, user="x", answer="a", time="", event_id=f"e{number}"),
            actor_id=f"user{number}",
        )
    app.switch_page("views/topics/events.py").run()
    assert len(app.dataframe[0].value) == 50
    button(app, "Older").click().run()
    assert list(app.dataframe[0].value["Actor"]) == [f"user{n}" for n in range(10, 0, -1)]
    button(app, "Newest").click().run()
    assert app.dataframe[0].value["Actor"][0] == "user60"


def test_a_test_event_needs_a_confirmation_and_leaves_a_trace(page: AppTest, cluster: MadeUpCluster) -> None:
    show(page, "Publish")
    assert button(page, "Publish").disabled
    page.checkbox(key="publish_sure_prod").check().run()
    button(page, "Publish").click().run()
    prod, dev = cluster.namespaces.values()
    (_, fields) = prod.topic[-1]
    assert fields["data"]["data"] == {"actor_id": "user1", "test": True, "text": "a test event"}
    assert dev.topic == []
    event_id = fields["data"]["id"]
    assert page.query_params["published"] == event_id
    assert event_id in texts(page)
    assert any("by r1" in text for text in texts(page))
    page.switch_page("views/access/activity.py").run()
    assert "publish" in page.dataframe[0].value.to_string()


def test_a_protected_namespace_takes_no_event_before_it_is_unlocked(
    app: AppTest, cluster: MadeUpCluster
) -> None:
    cluster.protected = {"prod"}
    app.query_params["show"] = "Publish"
    app.switch_page("views/topics/events.py").run()
    app.checkbox(key="publish_sure_prod").check().run()
    button(app, "Publish").click().run()
    assert cluster.namespaces["prod"].topic == []
    assert any("Type its name to unlock" in text for text in texts(app))


def test_nothing_published_says_what_to_do(app: AppTest) -> None:
    app.switch_page("views/topics/events.py").run()
    assert any("publish a test event" in text for text in texts(app))
    assert "0 entries" in captions(app)


def test_an_entry_of_any_number_is_a_line(app: AppTest, cluster: MadeUpCluster) -> None:
    for name, namespace in cluster.namespaces.items():
        event = {"id": name, "type": "ConversationUpdated", "source": "s", "data": {"turn": float("inf")}}
        namespace.topic = [("18446744073709551615-0", {"data": event})]
        namespace.awaited = ["18446744073709551615-0"]
    app.switch_page("views/topics/events.py").run()
    assert not app.exception
    tables = "".join(frame.value.to_string() for frame in app.dataframe)
    assert "not decodable" in tables
    assert "no date" in tables


def test_who_may_not_read_groups_sees_the_entries(
    app: AppTest, cluster: MadeUpCluster, page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise Forbidden("The store at h:1 does not permit it: no permissions to run the 'xinfo' command.")

    monkeypatch.setattr(MadeUpTopic, "stream", refuse)
    namespace = cluster.namespaces["prod"]
    namespace.awaited = [namespace.topic[0][0]]
    workspace = Workspace(Settings(), cluster, cluster)  # type: ignore[arg-type]
    found = delivery.listing(workspace, "prod", TOPIC, EntryFilter())
    assert len(found.page.entries) == len(namespace.topic)
    assert any(
        "not known" in found.status(entry)[1] and "xinfo" in found.status(entry)[1]
        for entry in found.page.entries
    )
