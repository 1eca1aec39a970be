"""Watches of a server that hangs, forgets and goes away on demand, as no real one does."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.gateways.clusters.kubernetes import api, cache
from dashboard.gateways.clusters.kubernetes.cluster import FIRST_LIST_SECONDS, KubernetesCluster
from dashboard.model.core.errors import Rejected, Unreachable
from tests.contract.kubernetes_server import served
from tests.stack.waiting import wait_until

DEPLOYMENTS = "/apis/apps/v1/deployments"


def deployment(name: str) -> dict[str, Any]:
    template = {"metadata": {"annotations": {"dapr.io/app-id": "chat-agent"}}}
    return {
        "metadata": {"namespace": name, "name": "chat-agent", "resourceVersion": "2"},
        "spec": {"template": template, "replicas": 1},
    }


class Server(ThreadingHTTPServer):
    """Lists `namespaces`; each watch gets `events`, then ends, or hangs while `hanging`."""

    daemon_threads = True
    request_queue_size = 64  # all kinds are listed at once, and what is not queued waits for seconds

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.namespaces = ["prod"]
        self.events: list[dict[str, Any]] = []
        self.hanging = False
        self.lists: Counter[str] = Counter()
        self.watches: Counter[str] = Counter()
        self.tokens: set[str | None] = set()
        self.over = threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        at = urlsplit(self.path)
        self.server.tokens.add(self.headers["Authorization"])
        mine = at.path == DEPLOYMENTS
        if "watch" in parse_qs(at.query):
            self.server.watches[at.path] += 1
            self._send(*(self.server.events if mine else ()))
            while self.server.hanging and not self.server.over.wait(0.05):
                pass
            self.server.over.wait(0.2)
            return
        self.server.lists[at.path] += 1
        items = [deployment(name) for name in self.server.namespaces] if mine else []
        self._send({"metadata": {"resourceVersion": "1"}, "items": items})

    def _send(self, *objects: dict[str, Any]) -> None:
        self.send_response(200)
        self.end_headers()
        for one in objects:
            self.wfile.write(json.dumps(one).encode() + b"\n")
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """The test says what it needs to."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with served(Server(), tmp_path, monkeypatch) as serving:
        yield serving
        serving.over.set()


def plugin(folder: Path, token: str) -> dict[str, Any]:
    """A user whose token a program hands out; it is over at once, and so asked for again."""
    status = {"token": token, "expirationTimestamp": "2020-01-01T00:00:00Z"}
    api_version = "client.authentication.k8s.io/v1"
    said = {"apiVersion": api_version, "kind": "ExecCredential", "status": status}
    (folder / "credential").write_text(json.dumps(said))
    command = {"apiVersion": api_version, "command": "cat", "args": [str(folder / "credential")]}
    return {"exec": {**command, "interactiveMode": "Never"}}


def names(cluster: KubernetesCluster) -> list[str]:
    return [endpoint.name for endpoint in cluster.outline()]


def test_a_watch_that_hangs_is_noticed_and_what_was_known_stays(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "WATCH_SECONDS", 0)
    monkeypatch.setattr(api, "CALL_SECONDS", 0.4)
    server.hanging = True
    with closing(KubernetesCluster()) as cluster:
        assert names(cluster) == ["prod"]
        wait_until(lambda: "cannot be reached" in str(cluster.warnings()), what="the silence is told")
        assert names(cluster) == ["prod"]
        server.hanging = False
        wait_until(lambda: not cluster.warnings(), what="it follows again")


def test_watches_that_end_go_on_without_another_list(server: Server) -> None:
    with closing(KubernetesCluster()) as cluster:
        assert names(cluster) == ["prod"]
        server.events = [{"type": "ADDED", "object": deployment("dev")}]
        wait_until(lambda: names(cluster) == ["dev", "prod"], what="the new one is seen")
        wait_until(lambda: server.watches[DEPLOYMENTS] > 3, what="several watches have ended")
        assert set(server.lists.values()) == {1}


def test_a_starting_point_that_was_forgotten_is_listed_anew(server: Server) -> None:
    with closing(KubernetesCluster()) as cluster:
        assert names(cluster) == ["prod"]
        server.namespaces = ["test"]
        server.events = [{"type": "ERROR", "object": {"code": 410}}]
        wait_until(lambda: names(cluster) == ["test"], what="the new list is shown")
        assert server.lists[DEPLOYMENTS] > 1


def test_a_server_that_never_answers_costs_one_wait_and_not_one_per_kind(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Handler, "do_GET", lambda self: self.server.over.wait())
    with closing(KubernetesCluster()) as cluster:
        began = time.monotonic()
        with pytest.raises(Unreachable):
            cluster.endpoints()
        assert time.monotonic() - began < FIRST_LIST_SECONDS + 1


def test_an_answer_that_is_no_list_is_told_and_asked_for_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "BACKOFF_SECONDS", (0.05,) * 4)
    well = Handler.do_GET
    monkeypatch.setattr(Handler, "do_GET", lambda self: self._send({"kind": "List"}))
    with closing(KubernetesCluster()) as cluster:
        with pytest.raises(Rejected, match="no list"):
            cluster.outline()
        monkeypatch.setattr(Handler, "do_GET", well)
        wait_until(lambda: not cluster.warnings(), what="it is asked again")
        assert names(cluster) == ["prod"]


def test_an_answer_that_is_no_object_is_told_and_asked_for_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "BACKOFF_SECONDS", (0.05,) * 4)
    well = Handler.do_GET
    answers: list[dict[str, Any]] = [{"kind": "List"}]

    def answer(self: Handler) -> None:
        self._send(answers[-1]) if self.path == "/api/v1/namespaces/prod" else well(self)

    monkeypatch.setattr(Handler, "do_GET", answer)
    with closing(KubernetesCluster(namespaces=["prod"])) as cluster:
        wait_until(lambda: "no object of it" in str(cluster.warnings()), what="it is told")
        answers.append({"metadata": {"name": "prod"}})
        wait_until(lambda: not cluster.warnings(), what="it is asked again")


def test_a_server_that_went_away_is_told_and_found_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "BACKOFF_SECONDS", (0.05,) * 4)
    with closing(KubernetesCluster()) as cluster:
        assert names(cluster) == ["prod"]
        server.shutdown()
        server.server_close()
        wait_until(cluster.warnings, what="its absence is told")
        assert names(cluster) == ["prod"]
        again = Server(server.server_port)
        threading.Thread(target=again.serve_forever, daemon=True).start()
        wait_until(lambda: not cluster.warnings(), what="it is followed again")
        again.over.set()
        again.shutdown()
        again.server_close()


def test_a_plugin_is_asked_again_when_its_token_is_over(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "kubeconfig"
    config = json.loads(file.read_text())
    config["users"][0]["user"] = plugin(tmp_path, "one")
    file.write_text(json.dumps(config))
    with closing(KubernetesCluster()) as cluster:
        assert names(cluster) == ["prod"]
        assert server.tokens == {"Bearer one"}
        plugin(tmp_path, "two")
        wait_until(lambda: "Bearer two" in server.tokens, what="the new token is used")
        assert not cluster.warnings()


@pytest.mark.parametrize("code", [410, 500])
def test_watches_that_always_end_in_an_error_are_told_and_tried_ever_more_rarely(
    server: Server, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    pauses: list[float] = []
    asked = cache.ENDED_SECONDS

    class Steps(tuple[float, ...]):
        def __getitem__(self, index: Any) -> Any:
            pauses.append(asked[index])
            return 0.01

    monkeypatch.setattr(cache, "ENDED_SECONDS", Steps(asked))
    server.events = [{"type": "ERROR", "object": {"code": code, "message": "the compactor ran"}}]
    with closing(KubernetesCluster()) as cluster:
        assert names(cluster) == ["prod"]
        wait_until(lambda: "ends each watch" in str(cluster.warnings()), what="it is told")
        wait_until(lambda: len(pauses) > len(asked), what="the longest pause is reached")
        assert pauses[: len(asked)] == list(asked)
        assert "ends each watch" in str(cluster.warnings()), "a new list is no recovery"
        server.events = []
        wait_until(lambda: not cluster.warnings(), what="it follows again")
