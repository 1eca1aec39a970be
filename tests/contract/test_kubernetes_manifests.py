"""What the doctor is given of a cluster: whole kinds by lists, Secrets and ConfigMaps by their names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dashboard.gateways.clusters.kubernetes import manifests
from dashboard.gateways.clusters.kubernetes.api import Api
from dashboard.model.core.manifests import Manifests, name_of
from tests.contract.kubernetes_server import served

AT = "/apis/apps/v1/namespaces/prod/statefulsets"
MAPS = "/api/v1/namespaces/prod/configmaps/"
EVICTS = {"redis.conf": "maxmemory-policy allkeys-lru\n"}


class Objects(ThreadingHTTPServer):
    """Answers each path of `held` with (status, JSON), and any other with an empty list."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.held: dict[str, tuple[int, Any]] = {}
        self.asked: list[str] = []


class Handler(BaseHTTPRequestHandler):
    server: Objects

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(path)
        status, found = self.server.held.get(path, (200, {"apiVersion": "v1", "items": []}))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def log_message(self, *_: object) -> None:
        """The test says what it needs to."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Objects]:
    with served(Objects(), tmp_path, monkeypatch) as serving:
        yield serving


def read(*, wide: bool = False) -> Manifests:
    with closing(Api()) as api:
        return manifests.read(api, ["prod"], wide=wide)


def workload(image: str, *volumes: Any) -> dict[str, Any]:
    spec = {"containers": [{"name": "one", "image": image}], "volumes": list(volumes)}
    metadata = {"namespace": "prod", "name": image}
    return {"metadata": metadata, "spec": {"template": {"spec": spec}}}


def of(name: str) -> dict[str, Any]:
    return {"name": name, "configMap": {"name": name}}


def listed(*items: Any) -> tuple[int, Any]:
    return 200, {"apiVersion": "apps/v1", "items": list(items)}


def maps_asked(server: Objects) -> Sequence[str]:
    return sorted(path.removeprefix(MAPS) for path in server.asked if "configmaps" in path)


def test_policies_and_autoscalers_are_listed(server: Objects) -> None:
    one = {"metadata": {"namespace": "prod", "name": "one"}}
    server.held = {
        "/apis/networking.k8s.io/v1/namespaces/prod/networkpolicies": listed(one),
        "/apis/autoscaling/v2/namespaces/prod/horizontalpodautoscalers": listed(one),
    }
    found = read()
    for kind in ("NetworkPolicy", "HorizontalPodAutoscaler"):
        assert list(map(name_of, found.of(kind, "prod"))) == ["one"]
    assert found.unread == {}


def test_of_config_maps_those_that_redis_mounts_are_read_and_no_other(server: Objects) -> None:
    projected = {"name": "p", "projected": {"sources": [{"configMap": {"name": "users"}}, {"secret": {}}]}}
    redis = workload("redis:6", of("redis-config"), {"name": "data", "emptyDir": {}}, projected)
    server.held = {
        AT: listed(redis, workload("other", of("private"))),
        f"{MAPS}redis-config": (200, {"data": EVICTS, "binaryData": {"a": "AA=="}}),
        f"{MAPS}users": (404, {"kind": "Status", "message": "not found"}),
    }
    (held,) = read().of("ConfigMap", "prod")
    assert (name_of(held), held["data"]) == ("redis-config", EVICTS)
    assert maps_asked(server) == ["redis-config", "users"]


def test_one_that_may_not_be_read_is_named_with_its_reason_and_hides_no_other(server: Objects) -> None:
    message = (
        'configmaps "redis-config" is forbidden: User "jo" cannot get resource "configmaps" in API group "" '
        'in the namespace "prod"'
    )
    server.held = {
        AT: listed(workload("redis:6", of("redis-config"), of("valkey"))),
        f"{MAPS}redis-config": (403, {"kind": "Status", "message": message}),
        f"{MAPS}valkey": (200, {"data": EVICTS}),
    }
    found = read()
    assert list(map(name_of, found.of("ConfigMap", "prod"))) == ["valkey"]
    assert list(found.unread) == ["prod/ConfigMap/redis-config"]
    assert found.unread["prod/ConfigMap/redis-config"] == (
        f"{message}. Run: kubectl create role jo-get-configmaps-redis-config -n prod --verb=get "
        "--resource=configmaps --resource-name=redis-config && kubectl create rolebinding "
        "jo-get-configmaps-redis-config -n prod --role=jo-get-configmaps-redis-config --user=jo"
    )


@pytest.mark.parametrize(
    "shape", [None, "text", [], {"template": 1}, {"template": {"spec": {"volumes": None}}}]
)
def test_a_workload_of_any_shape_ends_in_no_error(server: Objects, shape: Any) -> None:
    server.held = {AT: listed({"metadata": {"namespace": "prod", "name": "odd"}, "spec": shape})}
    assert maps_asked(server) == []
    assert list(map(name_of, read().of("StatefulSet", "prod"))) == ["odd"]
