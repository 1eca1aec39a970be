"""The agent's gateway against a real HTTP server that answers as badly as one can."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from agent.settings import Settings
from dashboard.gateways.agent import TURN_SECONDS, AgentGateway
from dashboard.gateways.clusters.kubernetes.port_forward_http import ForwardedTransport, forwarded_url
from dashboard.gateways.sidecar import SidecarGateway
from dashboard.model.core.errors import Forbidden, GatewayError, NotThere, Rejected, Unreachable


class Answering:
    """A server whose next answer is set by the test."""

    def __init__(self) -> None:
        self.status, self.body, self.headers = 200, b"{}", {"Content-Type": "application/json"}
        self.silent = threading.Event()
        self.silent.set()
        self.asked: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.silent.wait(10)
                outer.asked.append(f"{self.command} {self.path}")
                self.send_response(outer.status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(outer.body)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.do_GET()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def answering() -> Iterator[Answering]:
    answering = Answering()
    yield answering
    answering.silent.set()
    answering.server.shutdown()
    answering.server.server_close()


@pytest.fixture
def closing() -> Iterator[socket.socket]:
    """A server that answers the first request of each connection, and closes it when the second comes."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n" + b'{"history": []} ')
            connection.recv(65536)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    yield listening
    # Wakes the thread: it would take the connections of whichever socket has this one's number next.
    listening.shutdown(socket.SHUT_RDWR)
    accepting.join()
    listening.close()


def test_a_connection_that_is_closed_as_it_is_used_again_fails_no_read(closing: socket.socket) -> None:
    gateway = AgentGateway(f"http://127.0.0.1:{closing.getsockname()[1]}")
    for _ in range(3):
        assert gateway.history("user1").turns == ()
    with pytest.raises(Unreachable, match="broke off"):  # it may have been written
        gateway.send("user1", "hello", "k")


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (200, b"no json", Rejected, "no JSON"),
        (200, b"[]", Rejected, "response.content"),
        (302, b"", Rejected, "redirects"),
        (401, b"", Forbidden, "401"),
        (403, b'{"detail": "not you"}', Forbidden, "not you"),
        (404, b'{"detail": "no such route"}', NotThere, "no such route"),
        (422, b'{"detail": "the message is empty"}', Rejected, "the message is empty"),
        (429, b"", Unreachable, "429"),
        (500, b"<html>", Unreachable, "500"),
        (503, b'{"detail": "the store is away"}', Unreachable, "the store is away"),
    ],
)
def test_each_bad_answer_has_its_error(
    answering: Answering, status: int, body: bytes, error: type[GatewayError], words: str
) -> None:
    answering.status, answering.body = status, body
    with pytest.raises(error, match=words):
        AgentGateway(answering.url).send("user1", "hello", "k")


def test_silence_ends_at_the_deadline(answering: Answering) -> None:
    answering.silent.clear()
    with pytest.raises(Unreachable, match=r"within 0\.2 s"):
        AgentGateway(answering.url, timeout=0.2).history("user1")


def test_a_turn_may_take_longer_than_a_reading(answering: Answering) -> None:
    answering.silent.clear()
    answering.body = b'{"response": {"role": "assistant", "content": "late"}}'
    gateway = AgentGateway(answering.url, timeout=0.1, turn_timeout=20)
    threading.Timer(0.3, answering.silent.set).start()
    assert gateway.send("user1", "hello", "k") == "late"
    answering.silent.clear()
    with pytest.raises(Unreachable, match=r"within 0\.2 s"):
        AgentGateway(answering.url, turn_timeout=0.2).send("user1", "hello", "k")


def test_the_agents_own_deadline_ends_before_ours() -> None:
    assert Settings().turn_deadline < TURN_SECONDS


def test_nothing_listens() -> None:
    with pytest.raises(Unreachable, match="nothing listens"):
        AgentGateway("http://127.0.0.1:9").send("user1", "hello", "k")


def test_the_link_header_leads_to_older_turns(answering: Answering) -> None:
    answering.headers["Link"] = '</chat/u/history?limit=2&before=40&details=true>; rel="prev"'
    history = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    answering.body = json.dumps({"history": history}).encode()
    page = AgentGateway(answering.url).history("u", limit=1)
    assert page.before == "40"
    assert [(turn.user, turn.answer) for turn in page.turns] == [("q", "a")]


@pytest.mark.parametrize("body", [b"[]", b'{"history": 1}', b'{"history": [1]}', b"{}"])
def test_another_shape_is_rejected(answering: Answering, body: bytes) -> None:
    answering.body = body
    with pytest.raises(Rejected):
        AgentGateway(answering.url).history("u")


@pytest.mark.parametrize("body", [b"[]", b'{"actorRuntime": [1]}', b'{"components": [{}]}'])
def test_a_sidecar_of_another_shape_is_rejected(answering: Answering, body: bytes) -> None:
    answering.body = body
    with pytest.raises(Rejected):
        SidecarGateway(answering.url).metadata()


def test_an_event_is_published_with_its_type_and_id(answering: Answering) -> None:
    answering.status, answering.body = 204, b""
    port = answering.server.server_address[1]
    forwarded = ForwardedTransport(lambda: socket.create_connection(("127.0.0.1", port)))
    sidecars = (
        SidecarGateway(answering.url),
        SidecarGateway(forwarded_url("prod", "chat-agent-1", 3500), transport=forwarded),
    )
    for sidecar in sidecars:
        sidecar.publish("daca-pubsub", "user-chat", {"actor_id": "a"}, event_type="T", event_id="e 1")
    path = "/v1.0/publish/daca-pubsub/user-chat?metadata.cloudevent.type=T&metadata.cloudevent.id=e%201"
    assert [line.replace("e+1", "e%201") for line in answering.asked] == [f"POST {path}"] * 2
    answering.status, answering.body = 403, b'{"message": "topic T is not allowed"}'
    for sidecar in sidecars:
        with pytest.raises(Forbidden, match="not allowed"):
            sidecar.publish("daca-pubsub", "user-chat", {}, event_type="T", event_id="e")


def test_a_pod_that_says_nothing_is_unreachable(answering: Answering) -> None:
    answering.silent.clear()
    port = answering.server.server_address[1]
    forwarded = ForwardedTransport(lambda: socket.create_connection(("127.0.0.1", port)))
    sidecar = SidecarGateway(forwarded_url("prod", "p", 3500), timeout=0.2, transport=forwarded)
    with pytest.raises(Unreachable, match="did not answer within"):
        sidecar.publish("daca-pubsub", "user-chat", {}, event_type="T", event_id="e")


def test_what_an_older_agent_does_not_tell_is_not_made_up(answering: Answering) -> None:
    answering.body = json.dumps({"history": [{"role": "user", "content": "Hi"}]}).encode()
    page = AgentGateway(answering.url).history("a")
    assert (page.total, page.replica, page.activated_at, page.turns[0].event_id) == (None, "", "", "")
    answering.body = json.dumps({"replica": "r", "namespace": "n", "events": [1, {"id": "e"}]}).encode()
    inbox = AgentGateway(answering.url).inbox()
    assert (inbox.events, inbox.started_at, inbox.received) == (({"id": "e"},), "", None)
