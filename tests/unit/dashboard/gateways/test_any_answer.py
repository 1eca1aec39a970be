"""Whatever a file says, and whatever a part answers, is read or refused by an error of ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from dashboard.gateways.agent import AgentGateway
from dashboard.gateways.clusters.kubernetes.api import json_object, refusal
from dashboard.gateways.clusters.kubernetes.cache import MISSHAPEN
from dashboard.gateways.clusters.kubernetes.credentials import Credentials, contexts
from dashboard.gateways.password_file import read_password
from dashboard.gateways.sidecar import SidecarGateway
from dashboard.model.access.protected import namespace_label
from dashboard.model.core import kubernetes as objects
from dashboard.model.core.errors import GatewayError
from dashboard.model.health.deployed import warning_event
from tests.unit.dashboard.doctor.test_any_input import ANY_JSON, put, ways

SAME_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
STATUSES = some.sampled_from([200, 204, 301, 400, 401, 403, 404, 429, 500, 503])
KUBECONFIG: dict[str, Any] = {
    "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1", "proxy-url": "http://p:1"}}],
    "users": [{"name": "u", "user": {"token": "t", "tokenFile": "f", "exec": {"args": ["a"], "env": []}}}],
    "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
    "current-context": "x",
}
HISTORY = {"history": [{"role": "user", "content": "a", "turn": 1, "time": "t", "id": "i"}], "total": 1}
INBOX = {"events": [{"id": "e"}], "replica": "r", "started_at": "s", "received": 1}
METADATA = {
    "id": "a",
    "runtimeVersion": "1",
    "actorRuntime": {"placement": "p", "activeActors": [{"type": "T", "count": 1}]},
    "subscriptions": [{"pubsubname": "p", "topic": "t", "rules": [{"path": "/"}]}],
    "components": [{"name": "n", "type": "t"}],
    "appConnectionProperties": {"port": 1},
}
META = {"namespace": "prod", "name": "n", "labels": {"a": "b"}, "annotations": {"dapr.io/app-id": "a"}}
WORKLOAD = {
    "metadata": META,
    "spec": {"template": {"metadata": META, "spec": {}}, "replicas": 1, "serviceName": "s"},
    "status": {"readyReplicas": 1},
}
SERVICE = {"metadata": META, "spec": {"selector": {"a": "b"}, "ports": [{"port": 1, "targetPort": "x"}]}}
CONTAINER = {
    "name": "daprd",
    "image": "i:1",
    "ports": [{"name": "p", "containerPort": 1}],
    "restartPolicy": "A",
}
STATE = {
    "name": "n",
    "restartCount": 1,
    "state": {"waiting": {"reason": "r"}},
    "lastState": {"terminated": {}},
}
POD = {
    "metadata": META,
    "spec": {"containers": [CONTAINER], "initContainers": [CONTAINER]},
    "status": {
        "phase": "Running",
        "containerStatuses": [STATE],
        "conditions": [{"type": "Ready", "status": "True"}],
    },
}
FIELD = {"name": "redisPassword", "value": "v", "secretKeyRef": {"name": "n", "key": "k"}}
COMPONENT = {
    "metadata": META,
    "spec": {"type": "state.redis", "metadata": [FIELD]},
    "scopes": ["a"],
    "auth": {"secretStore": "s"},
}
EVENT = {
    "metadata": META,
    "involvedObject": {"kind": "Pod", "name": "p"},
    "reason": "r",
    "message": "m",
    "count": 1,
    "lastTimestamp": "2026-01-01T00:00:00Z",
}


def spoiled(well: Any) -> some.SearchStrategy[Any]:
    """`well` with anything in any place of it, or something else altogether."""
    changed = some.builds(put, some.just(well), some.sampled_from(ways(well)), ANY_JSON)
    return changed | ANY_JSON


def answering(status: int, body: object) -> httpx.MockTransport:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.MockTransport(lambda _: httpx.Response(status, content=content))


@given(STATUSES, spoiled(HISTORY) | spoiled(INBOX) | some.binary(max_size=30))
def test_any_answer_of_an_agent(status: int, body: object) -> None:
    with closing(AgentGateway("http://a", transport=answering(status, body))) as agent:
        calls: tuple[Callable[[], object], ...] = (
            lambda: agent.history("user1"),
            lambda: agent.send("user1", "a", "k"),
            agent.readiness,
            agent.condition,
            agent.inbox,
        )
        for call in calls:
            with suppress(GatewayError):
                call()


@given(STATUSES, spoiled(METADATA) | some.binary(max_size=30))
def test_any_answer_of_a_sidecar(status: int, body: object) -> None:
    with closing(SidecarGateway("http://s", transport=answering(status, body))) as sidecar:
        for call in (sidecar.metadata, lambda: sidecar.read_state("statestore")):
            with suppress(GatewayError):
                call()


@pytest.mark.parametrize(
    ("parse", "well"),
    [
        (objects.workload, WORKLOAD),
        (objects.service, SERVICE),
        (objects.pod, POD),
        (objects.component, COMPONENT),
        (namespace_label, {"metadata": META}),
        (warning_event, EVENT),
    ],
)
@given(data=some.data())
def test_any_object_of_a_cluster(parse: Callable[[Any], object], well: Any, data: some.DataObject) -> None:
    parse(well)
    with suppress(*MISSHAPEN):  # which the caches make a warning of
        parse(data.draw(spoiled(well)))


@given(some.binary(max_size=60) | ANY_JSON.map(lambda value: json.dumps(value).encode()), STATUSES)
def test_any_body_of_the_api_server(body: bytes, status: int) -> None:
    assert isinstance(refusal(status, body, "/path"), GatewayError)
    with suppress(GatewayError):
        assert isinstance(json_object(body, "/path"), dict)


@SAME_FOLDER
@given(
    spoiled(KUBECONFIG).map(lambda value: json.dumps(value).encode())
    | some.binary(max_size=60)
    | some.text().map(str.encode)
)
def test_any_kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    file = tmp_path / "kubeconfig"
    file.write_bytes(content)
    monkeypatch.setenv("KUBECONFIG", str(file))
    for context in (None, "x"):
        with suppress(GatewayError):
            Credentials(context).headers()
    contexts()


@SAME_FOLDER
@given(some.binary(max_size=40))
def test_any_password_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)
    with suppress(GatewayError):
        found = read_password(file)
        assert found == found.strip() and found
