"""Logs of pods whose kubelets answer as badly as they can, which a healthy cluster does not."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.gateways.clusters.kubernetes import logs
from dashboard.gateways.clusters.kubernetes.api import Api
from dashboard.model.core.errors import Unreachable
from dashboard.model.core.kubernetes import Pod
from dashboard.model.logs.log import Log
from tests.contract.kubernetes_server import served

AWAY = {"kind": "Status", "message": "dial tcp 10.0.0.7:10250: connect: connection refused"}
UNKNOWN = {
    "kind": "Status",
    "message": "the server could not find the requested resource ( pods/log unknown)",
}


class Kubelets(ThreadingHTTPServer):
    """`lines` by the pod's name; those in `refused` answer a status, those in `hanging` nothing.

    One that has none yet has no node, of which the API server says 204.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lines: dict[str, list[str]] = {}
        self.refused: dict[str, tuple[int, dict[str, str]]] = {}
        self.hanging: set[str] = set()
        self.over = threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Kubelets

    def do_GET(self) -> None:
        at = urlsplit(self.path)
        name, asked = at.path.split("/")[-2], parse_qs(at.query)
        if name in self.server.hanging:
            self.server.over.wait(20)
        tail = self.server.lines[name][-int(asked["tailLines"][0]) :]
        whole = "".join(f"2026-11-24T16:55:{second:02d}Z {line}\n" for second, line in enumerate(tail))
        status, refusal = self.server.refused.get(name, (200 if tail else 204, None))
        self.send_response(status)
        self.end_headers()
        body = json.dumps(refusal) if refusal else whole[: int(asked["limitBytes"][0])]
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """The test says what it needs to."""


@pytest.fixture
def kubelets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kubelets]:
    monkeypatch.setattr(logs, "POD_SECONDS", 0.5)
    with served(Kubelets(), tmp_path, monkeypatch) as serving:
        yield serving
        serving.over.set()


def read(kubelets: Kubelets, lines: int = 10) -> Log:
    pods = [
        Pod(
            namespace="prod",
            name=name,
            labels={},
            app_id="chat-agent",
            ready=True,
            restarts=0,
            reasons=(),
            containers=("chat-agent",),
        )
        for name in kubelets.lines
    ]
    api = Api()
    try:
        return logs.read(api, pods, "agent", since=None, lines=lines)
    finally:
        api.close()


def told(log: Log) -> list[str]:
    return [f"{line.replica} {line.text}" for line in log.lines]


def test_pods_that_cannot_be_read_hide_no_other(kubelets: Kubelets) -> None:
    kubelets.lines = {"well": ["hello"], "away": ["unheard"], "hanging": ["unheard"]}
    kubelets.refused, kubelets.hanging = {"away": (500, AWAY)}, {"hanging"}
    began = time.monotonic()
    log = read(kubelets)
    assert time.monotonic() - began < 5
    assert told(log) == ["well hello"]
    assert "connection refused" in log.unread["away"].what
    assert "did not come within" in log.unread["hanging"].what
    kubelets.refused, kubelets.hanging = {}, set()
    assert (len(read(kubelets).lines), read(kubelets).unread) == (3, {})


def test_a_pod_that_has_no_node_yet_has_written_nothing(kubelets: Kubelets) -> None:
    kubelets.lines = {"well": ["hello"], "new": []}
    log = read(kubelets)
    assert (told(log), log.unread) == (["well hello"], {})


def test_a_pod_that_its_kubelet_does_not_know_yet_or_no_longer_has_written_nothing(
    kubelets: Kubelets,
) -> None:
    kubelets.lines = {"well": ["hello"], "unknown": []}
    kubelets.refused = {"unknown": (404, UNKNOWN)}
    log = read(kubelets)
    assert (told(log), log.unread) == (["well hello"], {})


def test_where_no_pod_can_be_read_it_is_an_error(kubelets: Kubelets) -> None:
    kubelets.lines = {"first": [], "second": []}
    kubelets.refused = dict.fromkeys(("first", "second"), (500, AWAY))
    with pytest.raises(Unreachable, match="connection refused"):
        read(kubelets)


def test_the_pods_that_wrote_more_than_is_asked_for_are_named(kubelets: Kubelets) -> None:
    kubelets.lines = {"much": ["1", "2", "3"], "little": ["a", "b"]}
    log = read(kubelets, lines=2)
    assert (sorted(told(log)), log.older) == (
        ["little a", "little b", "much 2", "much 3"],
        frozenset({"much"}),
    )


def test_of_what_is_too_long_for_one_answer_the_newest_is_read(
    kubelets: Kubelets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MOST_BYTES", 300)
    kubelets.lines = {"much": [f"line {number}" for number in range(50)]}
    log = read(kubelets, lines=40)
    assert told(log)[-1] == "much line 49"
    assert log.older == {"much"}
