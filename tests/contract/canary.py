"""A password and a token to be found again wherever they leak, and what makes a place that holds one fail."""

from __future__ import annotations

import base64
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dashboard.model.core.errors import GatewayError

PASSWORD, TOKEN = "kanarienvogel-Zq7", "spatzenhirn-Xw9"
BASIC = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
SECRETS = (PASSWORD, TOKEN, BASIC, base64.b64encode(PASSWORD.encode()).decode())


class Speaking(socketserver.ThreadingTCPServer):
    """Answers whatever comes with `answer`, or with what came where it is None."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, answer: bytes | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer


class _Handler(socketserver.BaseRequestHandler):
    server: Speaking

    def handle(self) -> None:
        while came := self.request.recv(65_536):
            self.request.sendall(came if self.server.answer is None else self.server.answer)


def http(status: str, body: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


# What may be found at an address, by name; None: nothing listens there.
FAULTS: dict[str, bytes | None] = {
    "echo": None,
    "http 401": http("401 Unauthorized", '{"kind": "Status", "message": "Unauthorized"}'),
    "http 407": http("407 Proxy Authentication Required"),
    "no http": b"-ERR unknown command 'GET'\r\n",
    "wrong password": b"-WRONGPASS invalid username-password pair\r\n",
    "no auth": f"-ERR unknown command 'AUTH', with args beginning with: 'me' '{PASSWORD}' \r\n".encode(),
}


@contextmanager
def port_of(fault: str) -> Iterator[int]:
    if fault == "nobody":
        yield 1
        return
    with Speaking(FAULTS[fault]) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


def tell(said: list[str], call: Callable[[], Any]) -> Any:
    """What `call` gives; what it raises is added, with what it was raised from."""
    try:
        found = call()
    except GatewayError as error:
        said += [str(error.failure), repr(error), str(error)]
        return None
    said.append(repr(found))
    return found
