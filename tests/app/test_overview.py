"""Overview: many namespaces, what runs in each, and what the cluster will not tell."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from dashboard.model.core.endpoints import ClusterWarning
from dashboard.model.core.failure import Failure
from dashboard.model.health.deployed import Deployed, Replica
from tests.app.conftest import MadeUpCluster, MadeUpNamespace
from tests.app.test_pages import captions, texts


def cards(app: AppTest) -> list[str]:
    return [element.value for element in app.markdown if "all well" in element.value]


def test_many_namespaces_come_by_the_page_and_are_found_by_name(app: AppTest, cluster: MadeUpCluster) -> None:
    cluster.namespaces |= {f"team-{number:04}": MadeUpNamespace() for number in range(2000)}
    app.switch_page("views/health/overview.py").run()
    assert not app.exception
    assert len(cards(app)) == 2
    app.toggle(key="all").set_value(True).run()
    assert len(cards(app)) <= 24
    assert "2,002 namespaces, 24 on a page" in captions(app)
    app.text_input(key="find").set_value("team-1999").run()
    assert [card for card in cards(app) if "team-1999" in card]
    assert len(cards(app)) == 1


def test_replicas_restarts_and_warnings_are_on_the_card(app: AppTest, cluster: MadeUpCluster) -> None:
    pod = Replica(
        name="chat-agent-1", ready=False, restarts=4, reasons=("daprd: CrashLoopBackOff",), dapr="1.18.1"
    )
    cluster.workloads["prod"] = Deployed(workload="Deployment/chat-agent", wanted=3, ready=2, replicas=(pod,))
    app.switch_page("views/health/overview.py").run()
    assert not app.exception
    (box,) = app.expander
    assert box.label == "2 of 3 replicas ready, 4 restarts"


def test_a_redis_whose_data_ends_with_its_pod_is_told_as_such(app: AppTest, cluster: MadeUpCluster) -> None:
    pod = Replica(name="redis-master-1", ready=True, restarts=0, kept_in="an emptyDir")
    cluster.workloads["prod"] = Deployed(workload="Deployment/chat-agent", wanted=1, ready=1, replicas=(pod,))
    app.switch_page("views/health/overview.py").run()
    (told,) = [words for words in texts(app) if "kept in" in words]
    assert told.endswith("kept in an emptyDir: it ends with pod redis-master-1")


def test_a_cluster_that_cannot_be_followed_says_so_and_shows_what_it_knew(
    app: AppTest, cluster: MadeUpCluster
) -> None:
    grant = "kubectl create clusterrole daca-ops-list-namespaces"
    failure = Failure("no permission", "namespaces is forbidden.", command=grant)
    cluster.found_warnings = (ClusterWarning(failure, 0.0),)
    app.switch_page("views/health/overview.py").run()
    assert "namespaces is forbidden." in texts(app)
    assert grant in [element.value for element in app.code]
    assert len(cards(app)) == 2


def test_what_is_chosen_is_shown_and_all_on_demand(app: AppTest, cluster: MadeUpCluster) -> None:
    cluster.namespaces |= {"qa": MadeUpNamespace(), "test": MadeUpNamespace()}
    app.query_params["ns"] = "dev"
    app.switch_page("views/health/overview.py").run()
    (card,) = cards(app)
    assert "dev" in card
    app.toggle(key="all").set_value(True).run()
    assert len(cards(app)) == 4
