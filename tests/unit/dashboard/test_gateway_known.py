"""Places follow from what the caches know; what is not known is said on the part it hurts."""

from __future__ import annotations

import pytest

from dashboard.gateways.clusters.kubernetes.cache import View
from dashboard.gateways.clusters.kubernetes.forwarded_http import forwarded_to
from dashboard.gateways.clusters.kubernetes.known import Kind, Known
from dashboard.model.errors import Forbidden, GatewayError, NotThere, Unreachable
from dashboard.model.kubernetes import Component, Namespace, Pod, SecretKey, Service, Workload

LABELS = {"app": "chat-agent"}
WORKLOAD = Workload("prod", "chat-agent", "Deployment", "chat-agent", 8000, LABELS, 1, 1)
AGENT = Pod("prod", "chat-agent-1", LABELS, "chat-agent", True, 0, (), running=True)
REDIS = Pod("prod", "redis-0", {"app": "redis"}, "", True, 0, (), {"redis": 6379}, running=True)
SERVICES = (
    Service("prod", "chat-agent", LABELS, {80: "8000"}),
    Service("prod", "redis-master", {"app": "redis"}, {6379: "redis"}),
)
STORE = Component(
    "prod",
    "statestore",
    "state.redis",
    {
        "redisHost": "redis-master:6379",
        "actorStateStore": "true",
        "redisPassword": SecretKey("redis", "redis-password"),
    },
    (),
)
REFUSED = Forbidden("pods is forbidden.", command="kubectl create role ...")


def kind(*items: object, scope: str = "", error: GatewayError | None = None) -> Kind:  # type: ignore[type-arg]
    by_name: dict[str, dict[str, object]] = {}
    for item in items:
        by_name.setdefault(item.namespace, {})[item.name] = item  # type: ignore[attr-defined]
    return Kind({scope: View(by_name, error is None, error)})


def known(**other: object) -> Known:
    kinds = {
        "deployments": kind(WORKLOAD),
        "stateful_sets": kind(),
        "services": kind(*SERVICES),
        "components": kind(STORE),
        "pods": kind(AGENT, REDIS),
        "labels": kind(Namespace("prod", "prod", False)),
    }
    return Known("https://api", "chat-agent", (), **{**kinds, **other})  # type: ignore[arg-type]


def test_every_part_has_its_address() -> None:
    (place,) = known().places
    assert place.agent_url == "https://api/api/v1/namespaces/prod/services/chat-agent:80/proxy"
    assert place.replicas == ("https://api/api/v1/namespaces/prod/pods/chat-agent-1:3501/proxy",)
    assert place.agents == (
        ("chat-agent-1", "https://api/api/v1/namespaces/prod/pods/chat-agent-1:8000/proxy"),
    )
    assert place.publish_url
    assert forwarded_to(place.publish_url) == ("prod", "chat-agent-1", 3500)
    assert place.redis
    assert place.redis.secret == SecretKey("redis", "redis-password")
    assert (place.gaps, place.protected) == ((), False)


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
    topics = Component("prod", "daca-pubsub", "pubsub.redis", metadata, scopes)
    (place,) = known(components=kind(STORE, topics)).places
    assert (place.broker and (place.broker.host, place.broker.port)) == broker
    assert place.at_its_topics.redis == (place.broker or place.redis)


@pytest.mark.parametrize(
    ("lacking", "part"), [("services", "agent"), ("pods", "sidecar"), ("components", "store")]
)
def test_a_missing_right_hurts_one_part_and_is_named_there(lacking: str, part: str) -> None:
    (place,) = known(**{lacking: kind(error=REFUSED)}).places
    assert dict(place.gaps) == {part: REFUSED.failure}


def test_a_namespace_whose_label_cannot_be_read_is_protected() -> None:
    (place,) = known(labels=kind(error=REFUSED)).places
    assert place.protected


def test_an_agent_without_a_service_is_asked_through_its_pod() -> None:
    daprs = Service("prod", "chat-agent-dapr", LABELS, {80: "3500"}, of_dapr=True)
    (place,) = known(services=kind(daprs)).places
    assert (place.agent_url, place.gaps) == (place.agents[0][1], ())


def test_an_agent_without_a_service_and_a_pod_is_told_how_to_get_one() -> None:
    (place,) = known(services=kind(), pods=kind()).places
    assert dict(place.gaps)["agent"].word == "not there"
    assert dict(place.gaps)["agent"].command == ("kubectl -n prod expose deployment chat-agent --port 8000")


def test_a_cluster_that_may_not_be_listed_is_refused_and_not_empty() -> None:
    with pytest.raises(Forbidden):
        _ = known(deployments=kind(error=REFUSED)).places


def test_one_forbidden_namespace_of_a_fixed_list_hides_no_other() -> None:
    deployments = Kind({"prod": View({"prod": {"chat-agent": WORKLOAD}}, True), "dev": View(error=REFUSED)})
    found = Known(
        "https://api",
        "chat-agent",
        ("prod", "dev"),
        deployments,
        *(kind(*items) for items in ((), SERVICES, (STORE,), (AGENT,), ())),  # type: ignore[arg-type]
    )
    prod, dev = found.places
    assert prod.agent_url
    assert {failure.word for _, failure in dev.gaps} == {"no permission"}


def test_the_pod_behind_a_service_is_found_by_the_port_s_name() -> None:
    assert known().pod_behind("prod", "redis-master", 6379) == ("redis-0", 6379)
    with pytest.raises(NotThere):
        known().pod_behind("prod", "other", 6379)
    with pytest.raises(Unreachable):
        known(pods=kind(AGENT)).pod_behind("prod", "redis-master", 6379)


def test_pods_that_start_are_asked_only_while_no_other_is_ready() -> None:
    starting = Pod("prod", "chat-agent-2", LABELS, "chat-agent", False, 0, (), running=True)
    (place,) = known(pods=kind(AGENT, starting)).places
    assert len(place.replicas) == 1
    (place,) = known(pods=kind(starting)).places
    assert "chat-agent-2" in place.replicas[0]
