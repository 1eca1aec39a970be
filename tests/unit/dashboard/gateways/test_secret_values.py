"""Values of a Component that are in a secret store: read where it is Kubernetes' own, else not known."""

from __future__ import annotations

from base64 import b64encode
from contextlib import closing
from dataclasses import replace

import pytest

from dashboard.gateways.clusters.kubernetes.dialer import KubernetesDialer
from dashboard.gateways.clusters.kubernetes.snapshot import Snapshot
from dashboard.gateways.connections import Connections
from dashboard.model.core import kubernetes as objects
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.errors import Forbidden
from dashboard.model.core.kubernetes import Component, SecretKey
from tests.unit.dashboard.gateways.test_snapshot import STORE, component, kind, known


class MadeUpApi:
    """The API server's Secrets: those that are there, and why the others are not."""

    host = "https://api"
    in_cluster = False

    def __init__(self, **secrets: dict[str, str]) -> None:
        self.secrets = secrets

    def get(self, path: str, **_: str) -> dict[str, object]:
        name = path.rpartition("/")[2]
        if name not in self.secrets:
            raise Forbidden(f"secrets {name} is forbidden.", command="kubectl create role ...")
        return {"data": {key: b64encode(text.encode()).decode() for key, text in self.secrets[name].items()}}


def dialed(api: MadeUpApi, **metadata: str | SecretKey) -> Endpoint:
    """The endpoint of `prod`, its Component of these values, with what the Secrets say."""
    snapshot = known(components=kind(component("prod", **metadata)))
    dialer = KubernetesDialer(api, lambda: snapshot)  # type: ignore[arg-type]
    with closing(Connections(dialer)) as connections:
        return connections.located(snapshot.endpoints[0])


@pytest.mark.parametrize(
    ("field", "text", "found"),
    [
        ("redisHost", "elsewhere:7000\n", ("elsewhere", 7000, 0, "", False)),
        ("redisDB", "3", ("redis-master", 6379, 3, "", False)),
        ("redisUsername", "viewer", ("redis-master", 6379, 0, "viewer", False)),
        ("enableTLS", "true", ("redis-master", 6379, 0, "", True)),
    ],
)
def test_a_value_in_a_secret_is_read_there(field: str, text: str, found: tuple[object, ...]) -> None:
    endpoint = dialed(MadeUpApi(redis={"it": text}), **{field: SecretKey("redis", "it")})
    redis = endpoint.redis
    assert redis
    assert (redis.host, redis.port, redis.db, redis.username, redis.tls) == found
    assert not endpoint.unavailable


@pytest.mark.parametrize(
    ("secrets", "words"),
    [
        ({}, "secrets redis is forbidden"),
        ({"redis": {}}, "Secret redis has no key it"),
        ({"redis": {"it": "canary:one"}}, "not a port"),
    ],
)
def test_a_secret_that_cannot_be_read_is_why_the_store_is_not_known(
    secrets: dict[str, dict[str, str]], words: str
) -> None:
    endpoint = dialed(MadeUpApi(**secrets), redisHost=SecretKey("redis", "it"))
    failure = dict(endpoint.unavailable)["store"]
    assert endpoint.redis is None
    assert words in failure.what
    assert "canary" not in f"{failure.what} {failure.hint}"


def kept_in(store: str, *others: Component) -> Snapshot:
    return known(components=kind(replace(STORE, secret_store=store), *others))


def test_a_password_in_another_secret_store_is_not_looked_for_in_kubernetes() -> None:
    (endpoint,) = kept_in("vault").endpoints
    assert endpoint.redis is None
    (failure,) = [failure for part, failure in endpoint.unavailable if part == "store"]
    assert failure.what == "Not known: redisPassword of Component statestore is in the secret store vault."


@pytest.mark.parametrize(
    ("type_", "metadata", "known_there"),
    [
        ("secretstores.kubernetes", {}, True),
        ("secretstores.kubernetes", {"defaultNamespace": "elsewhere"}, False),
        ("secretstores.hashicorp.vault", {}, False),
    ],
)
def test_kubernetes_own_store_may_go_by_another_name(
    type_: str, metadata: dict[str, str], known_there: bool
) -> None:
    store = Component(namespace="prod", name="mine", type=type_, metadata=metadata, scopes=())
    (endpoint,) = kept_in("mine", store).endpoints
    assert bool(endpoint.redis) is known_there


@pytest.mark.parametrize(
    ("auth", "store"),
    [
        (None, "kubernetes"),
        ({}, "kubernetes"),
        ({"secretStore": ""}, "kubernetes"),
        ({"secretStore": "v"}, "v"),
        (3, "kubernetes"),
    ],
)
def test_the_secret_store_of_a_component(auth: object, store: str) -> None:
    item = {"metadata": {"namespace": "prod", "name": "s"}, "spec": {"type": "state.redis"}, "auth": auth}
    assert objects.component(item).secret_store == store


def test_an_address_by_value_needs_no_secret_store() -> None:
    plain = replace(STORE, metadata={**STORE.metadata, "redisPassword": "by-value"}, secret_store="vault")
    (endpoint,) = known(components=kind(plain)).endpoints
    assert endpoint.redis
