"""Doctor: a click looks, a fault is shown with its fix, and the URL says what of it is shown."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.manifests import Manifests
from dashboard.model.core.sidecar import SidecarMetadata
from dashboard.model.doctor.conditions import AgentCondition, StoreCondition
from tests.app.conftest import MadeUpCluster
from tests.app.test_pages import captions, texts
from tests.stack.waiting import wait_until
from tests.unit.dashboard.doctor.made_up import Spoiled, healthy, second_store


class Part:
    """An agent, a sidecar or a store that says how it is."""

    def __init__(self, said: AgentCondition | StoreCondition | SidecarMetadata) -> None:
        self.condition = self.metadata = lambda: said

    def actor_ids(self, **_: object) -> tuple[()]:
        return ()


class SickCluster(MadeUpCluster):
    """Namespaces that tests spoil."""

    def __init__(self) -> None:
        super().__init__()
        self.spoiled: dict[str, Spoiled] = {}
        self.goes_on = threading.Event()
        self.goes_on.set()
        for name in ("prod", "dev"):
            self.spoiled[name] = healthy(name)
            assert self.spoiled[name].sidecar
            self.spoiled[name].sidecar = replace(self.spoiled[name].sidecar, app_port=None)  # type: ignore[type-var]

    def manifests(self, namespaces: Sequence[str]) -> Manifests:
        objects = [item for name in namespaces for item in self.spoiled[name].objects]
        return Manifests(objects=tuple(objects))

    def agent(self, endpoint: Endpoint, url: str | None = None) -> Part:  # type: ignore[override]
        if endpoint.name == "dev":
            self.goes_on.wait(30)
        return Part(self.spoiled[endpoint.name].agent)  # type: ignore[arg-type]

    def sidecar(self, endpoint: Endpoint, url: str | None = None) -> Part:  # type: ignore[override]
        return Part(self.spoiled[endpoint.name].sidecar)  # type: ignore[arg-type]

    def store(self, endpoint: Endpoint, url: str | None = None) -> Part:  # type: ignore[override]
        return Part(self.spoiled[endpoint.name].store)  # type: ignore[arg-type]


@pytest.fixture
def cluster() -> SickCluster:
    return SickCluster()


def check(app: AppTest) -> AppTest:
    app.switch_page("views/doctor/doctor.py").run()
    (button,) = [button for button in app.button if button.label.startswith("Check")]
    button.click().run()
    assert not app.exception
    return app


def marks(app: AppTest) -> str:
    return "\n".join(element.value for element in app.markdown)


def test_before_the_first_look_it_says_what_to_do(app: AppTest) -> None:
    app.switch_page("views/doctor/doctor.py").run()
    assert "Nobody has looked yet" in marks(app)
    assert "daca-ops doctor" in [element.value for element in app.code]


def test_where_all_is_well_it_says_so(app: AppTest) -> None:
    check(app)
    assert "All is well" in marks(app)
    assert "2 namespaces: nothing found." in texts(app)


def entries(app: AppTest) -> list[str]:
    """What the navigation lists."""
    return [str(page["page_name"]) for page in app._registered_pages.values()]


def test_the_navigation_counts_what_the_last_look_found_and_makes_none(
    app: AppTest, cluster: SickCluster
) -> None:
    cluster.spoiled["dev"].set("daca-pubsub", "maxLenApprox", None)
    app.switch_page("views/access/activity.py").run()
    assert "Doctor" in entries(app)
    check(app)
    assert "Doctor 1 !" in entries(app)
    cluster.spoiled["prod"].objects.append(second_store(cluster.spoiled["prod"]))
    app.switch_page("views/access/activity.py").run()
    assert "Doctor 1 !" in entries(app)
    check(app)
    assert "Doctor 3 ✕" in entries(app)
    cluster.spoiled = SickCluster().spoiled
    check(app)
    assert "Doctor" in entries(app)


def test_a_look_that_takes_its_time_shows_how_far_it_is_and_then_its_report(
    app: AppTest, cluster: SickCluster
) -> None:
    cluster.goes_on.clear()
    check(app)
    (bar,) = app.progress
    assert (bar.value, bar.text) == (50, "1 of 2 namespaces asked")
    assert [button.disabled for button in app.button if button.label.startswith("Check")] == [True]
    cluster.goes_on.set()
    wait_until(lambda: not app.run().progress, what="it is done")
    assert "2 namespaces: nothing found." in texts(app)


def test_a_fault_is_shown_with_what_was_seen_and_its_fix(app: AppTest, cluster: SickCluster) -> None:
    cluster.spoiled["dev"].the("Subscription")["spec"].update(pubsubname="dava-pubsub")
    check(app)
    assert "subscription-pubsub-missing" in marks(app)
    said = 'Subscription/message-subscription: pubsubname is "dava-pubsub"; dev has daca-pubsub.'
    assert said in texts(app)
    assert "To mend it: Set pubsubname to daca-pubsub." in texts(app)


def test_the_severity_filter_hides_the_others_and_clearing_it_shows_them(
    app: AppTest, cluster: SickCluster
) -> None:
    cluster.spoiled["dev"].set("daca-pubsub", "maxLenApprox", None)
    cluster.spoiled["prod"].objects.append(second_store(cluster.spoiled["prod"]))
    check(app)
    assert all(rule in marks(app) for rule in ("stream-unbounded", "actor-state-store-twice"))
    app.pills(key="severity").set_value(["warning"]).run()
    assert "actor-state-store-twice" not in marks(app)
    app.text_input(key="find").set_value("nothing has this").run()
    assert "No finding matches" in marks(app)
    app.text_input(key="find").set_value("").run()
    app.pills(key="severity").set_value([]).run()
    assert "actor-state-store-twice" in marks(app)


def test_what_could_not_be_checked_is_not_a_clean_bill(app: AppTest, cluster: SickCluster) -> None:
    cluster.spoiled["dev"].agent = AgentCondition(clock=0.0)
    cluster.manifests = lambda namespaces: Manifests(unread={"": "components is forbidden."})  # type: ignore[method-assign]
    check(app)
    assert "Nothing found, as far as could be checked" in marks(app)
    (box,) = app.expander
    assert box.label.startswith("Could not check")
    assert any("components is forbidden." in text for text in texts(app))


def test_the_last_report_stays_and_other_namespaces_are_named_as_not_looked_at(app: AppTest) -> None:
    app.switch_page("views/doctor/doctor.py").run()
    app.multiselect(key="ns").set_value(["prod"]).run()
    app.segmented_control(key="scope").set_value("those of the sidebar").run()
    check(app)
    assert "1 namespace: nothing found." in texts(app)
    app.segmented_control(key="scope").set_value("all namespaces").run()
    assert "Not looked at yet: 1 of 2 namespaces" in captions(app)


def test_a_link_to_a_rule_that_is_not_found_says_so_and_shows_it_once_it_is(
    app: AppTest, cluster: SickCluster
) -> None:
    app.query_params["find"] = "subscription-pubsub-missing"
    app.switch_page("views/doctor/doctor.py").run()
    assert any("see whether subscription-pubsub-missing is found" in text for text in texts(app))
    check(app)
    assert "subscription-pubsub-missing is not among the findings" in marks(app)
    assert any("in 2 namespaces" in text for text in texts(app))
    cluster.spoiled["prod"].objects.append(second_store(cluster.spoiled["prod"]))
    cluster.spoiled["dev"].the("Subscription")["spec"].update(pubsubname="dava-pubsub")
    check(app)
    assert "**error** &ensp; subscription-pubsub-missing" in marks(app)
    assert "actor-state-store-twice" not in marks(app)
    app.pills(key="severity").set_value(["info"]).run()
    assert "No finding matches" in marks(app)
    app.pills(key="severity").set_value([]).run()
    cluster.manifests = lambda namespaces: Manifests(unread={"": "components is forbidden."})  # type: ignore[method-assign]
    check(app)
    assert "subscription-pubsub-missing could not be checked" in marks(app)
    app.text_input(key="find").set_value("").run()
    assert "subscription-pubsub-missing" not in marks(app)
