"""Endpoints follow from what the caches know; what is not known is said on the part it hurts."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from dashboard.gateways.clusters.kubernetes.cache import View
from dashboard.gateways.clusters.kubernetes.port_forward_http import forwarded_to
from dashboard.gateways.clusters.kubernetes.snapshot import Snapshot, ViewsOfKind
from dashboard.gateways.connections import Connections
from dashboard.model.access.protected import NamespaceLabel
from dashboard.model.core.errors import Forbidden, GatewayError, NotThere, Rejected, Unreachable
from dashboard.model.core.kubernetes import Component, Pod, SecretKey, Service, Workload

LABELS = {"app": "chat-agent"}
WORKLOAD = Workload(
    namespace="prod",
    name="chat-agent",
    kind="Deployment",
    app_id="chat-agent",
    app_port=8000,
    labels=LABELS,
    replicas=1,
    ready=1,
)
AGENT = Pod(
    namespace="prod",
    name="chat-agent-1",
    labels=LABELS,
    app_id="chat-agent",
    ready=True,
    restarts=0,
    reasons=(),
    running=True,
)
REDIS = Pod(
    namespace="prod",
    name="redis-0",
    labels={"app": "redis"},
    app_id="",
    ready=True,
    restarts=0,
    reasons=(),
    ports={"redis": 6379},
    running=True,
)
SERVICES = (
    Service(namespace="prod", name="chat-agent", selector=LABELS, ports={80: "8000"}),
    Service(namespace="prod", name="redis-master", selector={"app": "redis"}, ports={6379: "redis"}),
)
STORE = Component(
    namespace="prod",
    name="statestore",
    type="state.redis",
    metadata={
        "redisHost": "redis-master:6379",
        "actorStateStore": "true",
        "redisPassword": SecretKey("redis", "redis-password"),
    },
    scopes=(),
)
REFUSED = Forbidden("pods is forbidden.", command="kubectl create role ...")


def kind(*items: object, scope: str = "", error: GatewayError | None = None) -> ViewsOfKind:  # type: ignore[type-arg]
    by_name: dict[str, dict[str, object]] = {}
    for item in items:
        by_name.setdefault(item.namespace, {})[item.name] = item  # type: ignore[attr-defined]
    return ViewsOfKind({scope: View(by_name, error is None, error)})


def known(**other: object) -> Snapshot:
    kinds = {
        "deployments": kind(WORKLOAD),
        "stateful_sets": kind(),
        "services": kind(*SERVICES),
        "components": kind(STORE),
        "pods": kind(AGENT, REDIS),
        "labels": kind(NamespaceLabel("prod", "prod", False)),
    }
    return Snapshot(host="https://api", app_id="chat-agent", fixed=(), **{**kinds, **other})  # type: ignore[arg-type]


def test_every_part_has_its_address() -> None:
    (endpoint,) = known().endpoints
    assert endpoint.agent_url == "https://api/api/v1/namespaces/prod/services/chat-agent:80/proxy"
    assert endpoint.replicas == ("https://api/api/v1/namespaces/prod/pods/chat-agent-1:3501/proxy",)
    assert endpoint.agents == (
        ("chat-agent-1", "https://api/api/v1/namespaces/prod/pods/chat-agent-1:8000/proxy"),
    )
    assert endpoint.publish_url
    assert forwarded_to(endpoint.publish_url) == ("prod", "chat-agent-1", 3500)
    assert endpoint.redis
    assert endpoint.redis.secret == SecretKey("redis", "redis-password")
    assert (endpoint.unavailable, endpoint.protected) == ((), False)


@pytest.mark.parametrize(
    ("host", "scopes", "broker"),
    [
        ("redis-master:6379", (), None),
        ("redis-events:6380", (), ("redis-events", 6380)),
        ("redis-events:6380", ("another",), None),
    ],
)
def test_topics_have_an_address_where_it_is_not_the_stores(
    host: str, scopes: tuple[str, ...], broker: tuple[str, int] | None
) -> None:
    metadata: dict[str, str | SecretKey] = {
        "redisHost": host,
        "redisPassword": SecretKey("redis", "redis-password"),
    }
    topics = Component(
        namespace="prod", name="daca-pubsub", type="pubsub.redis", metadata=metadata, scopes=scopes
    )
    (endpoint,) = known(components=kind(STORE, topics)).endpoints
    assert (endpoint.broker and (endpoint.broker.host, endpoint.broker.port)) == broker
    assert endpoint.at_its_topics.redis == (endpoint.broker or endpoint.redis)


@pytest.mark.parametrize(
    ("lacking", "part"), [("services", "agent"), ("pods", "sidecar"), ("components", "store")]
)
def test_a_missing_right_hurts_one_part_and_is_named_there(lacking: str, part: str) -> None:
    (endpoint,) = known(**{lacking: kind(error=REFUSED)}).endpoints
    assert dict(endpoint.unavailable) == {part: REFUSED.failure}


def test_a_namespace_whose_label_cannot_be_read_is_protected() -> None:
    (endpoint,) = known(labels=kind(error=REFUSED)).endpoints
    assert endpoint.protected


def test_an_agent_without_a_service_is_asked_through_its_pod() -> None:
    daprs = Service(
        namespace="prod", name="chat-agent-dapr", selector=LABELS, ports={80: "3500"}, of_dapr=True
    )
    (endpoint,) = known(services=kind(daprs)).endpoints
    assert (endpoint.agent_url, endpoint.unavailable) == (endpoint.agents[0][1], ())


def test_an_agent_without_a_service_and_a_pod_is_told_how_to_get_one() -> None:
    (endpoint,) = known(services=kind(), pods=kind()).endpoints
    assert dict(endpoint.unavailable)["agent"].word == "not there"
    assert dict(endpoint.unavailable)["agent"].command == (
        "kubectl -n prod expose deployment chat-agent --port 8000"
    )


def test_a_cluster_that_may_not_be_listed_is_refused_and_not_empty() -> None:
    with pytest.raises(Forbidden):
        _ = known(deployments=kind(error=REFUSED)).endpoints


def test_one_forbidden_namespace_of_a_fixed_list_hides_no_other() -> None:
    deployments = ViewsOfKind(
        {"prod": View({"prod": {"chat-agent": WORKLOAD}}, True), "dev": View(error=REFUSED)}
    )
    found = Snapshot(
        host="https://api",
        app_id="chat-agent",
        fixed=("prod", "dev"),
        deployments=deployments,
        stateful_sets=kind(),
        services=kind(*SERVICES),
        components=kind(STORE),
        pods=kind(AGENT),
        labels=kind(),
    )
    prod, dev = found.endpoints
    assert prod.agent_url
    assert {failure.word for _, failure in dev.unavailable} == {"no permission"}


def test_a_namespace_that_is_not_listed_is_told_why_and_where_to_look() -> None:
    here = replace(known(), context="my cluster")
    assert here.why_not_listed("prod") == ""
    assert here.why_not_listed("nosuch") == (
        "Only namespaces in which chat-agent runs are listed: see what runs there with "
        "`kubectl --context 'my cluster' -n nosuch get deployments,statefulsets`."
    )
    fixed = replace(here, fixed=("prod", "empty"))
    assert fixed.why_not_listed("nosuch") == (
        "Only the namespaces of DACA_NAMESPACES are looked at: add nosuch to it."
    )
    assert "-n empty get deployments" in fixed.why_not_listed("empty")


def test_a_namespace_that_could_not_be_asked_is_not_said_to_run_nothing() -> None:
    assert known(deployments=kind(error=REFUSED)).why_not_listed("nosuch") == ""


def test_the_pod_behind_a_service_is_found_by_the_port_s_name() -> None:
    assert known().pod_behind("prod", "redis-master", 6379) == ("redis-0", 6379)
    with pytest.raises(NotThere):
        known().pod_behind("prod", "other", 6379)
    with pytest.raises(Unreachable):
        known(pods=kind(AGENT)).pod_behind("prod", "redis-master", 6379)


def test_pods_that_start_are_asked_only_while_no_other_is_ready() -> None:
    starting = Pod(
        namespace="prod",
        name="chat-agent-2",
        labels=LABELS,
        app_id="chat-agent",
        ready=False,
        restarts=0,
        reasons=(),
        running=True,
    )
    (endpoint,) = known(pods=kind(AGENT, starting)).endpoints
    assert len(endpoint.replicas) == 1
    (endpoint,) = known(pods=kind(starting)).endpoints
    assert "chat-agent-2" in endpoint.replicas[0]


def component(namespace: str, **metadata: str | SecretKey) -> Component:
    said = {"redisHost": "redis-master:6379", "actorStateStore": "true", **metadata}
    return Component(namespace=namespace, name="statestore", type="state.redis", metadata=said, scopes=())


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"redisDB": "one"}, "redisDB"),
        ({"redisDB": "1.5"}, "redisDB"),
        ({"redisDB": "-1"}, "redisDB"),
        ({"redisHost": "a:1,b:2"}, "a list is not supported"),
        ({"redisHost": "a:port"}, "not a port"),
        ({"failover": "true"}, "Sentinel"),
        ({"redisType": "cluster"}, "Cluster"),
    ],
)
def test_a_wrong_value_marks_the_store_of_its_own_namespace_alone(
    metadata: dict[str, str], words: str
) -> None:
    dev = replace(WORKLOAD, namespace="dev")
    both = known(
        deployments=kind(WORKLOAD, dev), components=kind(component("prod", **metadata), component("dev"))
    )
    wrong, right = sorted(both.endpoints, key=lambda endpoint: endpoint.name, reverse=True)
    assert (wrong.name, wrong.redis) == ("prod", None)
    assert words in dict(wrong.unavailable)["store"].what
    assert right.redis
    assert "store" not in dict(right.unavailable)


def test_a_wrong_value_of_the_topics_component_never_leads_to_the_store() -> None:
    topics = Component(
        namespace="prod",
        name="daca-pubsub",
        type="pubsub.redis",
        metadata={"redisHost": "a:1,b:2"},
        scopes=(),
    )
    (endpoint,) = known(components=kind(STORE, topics)).endpoints
    assert "list" in dict(endpoint.unavailable)["broker"].what
    assert endpoint.at_its_topics.redis is None
    with closing(Connections()) as connections, pytest.raises(Rejected, match="list"):
        connections.broker(endpoint)


def test_whether_a_store_is_for_actors_may_be_in_a_secret_and_is_then_said_to_be() -> None:
    (endpoint,) = known(
        components=kind(component("prod", actorStateStore=SecretKey("redis", "actors")))
    ).endpoints
    assert "is in a Secret" in dict(endpoint.unavailable)["store"].what
