"""A look at a namespace asks its sidecar once what it is, and tells a shut way from a refused store."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dashboard.gateways.connections import Connections
from dashboard.gateways.dialer import Direct
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.errors import GatewayError, Unreachable
from dashboard.services.core import store_by_sidecar
from dashboard.services.core.asked_sidecars import AskedSidecars
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import Workspace, open_workspace
from dashboard.services.doctor import checkup
from dashboard.services.health import health_check

METADATA, STATE = "/v1.0/metadata", "/v1.0/state/statestore/"
STORES = [{"name": "statestore", "type": "state.redis", "capabilities": ["ACTOR"]}]


class Sidecar(ThreadingHTTPServer):
    """`refused`: what it answers instead of a state; `silent`: it ends each connection without an answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: Counter[str] = Counter()
        self.refused = ""
        self.silent = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Sidecar

    def do_GET(self) -> None:
        self.server.asked[self.path if self.path == METADATA else STATE] += 1
        if self.server.silent:
            return
        body = {"id": "chat-agent", "components": STORES} if self.path == METADATA else {}
        refused = self.server.refused if self.path.startswith(STATE) else ""
        self.send_response(500 if refused else 200)
        self.end_headers()
        self.wfile.write(json.dumps({"message": refused} if refused else body).encode())

    def log_message(self, *_: object) -> None:
        """The test says what it needs to."""


@contextmanager
def serving() -> Iterator[Sidecar]:
    server = Sidecar()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def sidecar() -> Iterator[Sidecar]:
    with serving() as server:
        yield server


@pytest.fixture
def apart() -> Iterator[Sidecar]:
    """The same sidecar at an address of its own, as a port that is forwarded."""
    with serving() as server:
        yield server


@pytest.fixture
def workspace(sidecar: Sidecar, tmp_path: Path) -> Iterator[Workspace]:
    file = tmp_path / "daca.toml"
    file.write_text(f'[[namespace]]\nname = "prod"\nsidecar = "{sidecar.url}"\n')
    opened = open_workspace(Settings(cluster="static", static_file=file, data=tmp_path))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "look",
    [
        lambda workspace: health_check.check(workspace, ["prod"]),
        lambda workspace: checkup.check(workspace, workspace.endpoints()),
    ],
    ids=["health", "doctor"],
)
def test_a_look_asks_for_the_metadata_once(
    workspace: Workspace, sidecar: Sidecar, look: Callable[[Workspace], object]
) -> None:
    look(workspace)
    assert sidecar.asked == {METADATA: 1, STATE: 1}
    look(workspace)
    assert sidecar.asked == {METADATA: 2, STATE: 2}


def asked(endpoint: Endpoint) -> AskedSidecars:
    return AskedSidecars(Connections(Direct()), endpoint)


def of(told: Sidecar, reads: Sidecar) -> Endpoint:
    """As Kubernetes has it: replicas tell of themselves, and one of them reads at another port."""
    return Endpoint(name="prod", protected=False, replicas=(told.url,), publish_url=reads.url)


def test_a_store_that_is_refused_to_the_sidecar_is_told(sidecar: Sidecar, apart: Sidecar) -> None:
    apart.refused = "failed getting a from state store statestore: WRONGPASS"
    assert (
        store_by_sidecar.refusal(asked(of(sidecar, apart))) == "The sidecar cannot read statestore: WRONGPASS"
    )


def test_a_way_to_the_sidecar_that_is_shut_is_no_refusal_of_its_store(
    sidecar: Sidecar, apart: Sidecar
) -> None:
    apart.silent = True
    with pytest.raises(Unreachable):
        store_by_sidecar.refusal(asked(of(sidecar, apart)))
    apart.silent = False
    assert store_by_sidecar.refusal(asked(of(sidecar, apart))) == ""


def test_a_replica_that_is_silent_is_no_refusal_of_the_others(sidecar: Sidecar, apart: Sidecar) -> None:
    both = replace(of(sidecar, apart), replicas=(sidecar.url, apart.url))
    sidecar.silent = True
    assert store_by_sidecar.refusal(asked(both)) == ""
    apart.silent = True
    with pytest.raises(Unreachable):
        store_by_sidecar.refusal(asked(both))


def test_all_who_ask_at_once_are_told_the_same_failure(sidecar: Sidecar) -> None:
    sidecar.silent = True
    sidecars, failures = asked(of(sidecar, sidecar)), []

    def ask() -> None:
        with pytest.raises(GatewayError) as failed:
            sidecars.metadata(sidecar.url)
        failures.append(failed.value.what)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(failures) == len(threads)
    assert len(set(failures)) == 1
    assert sidecar.asked[METADATA] <= 2  # a connection that ends without an answer is tried once more
