"""A password and a token that are found again wherever they leak: in errors, logs, reprs or `--json`.

Each is put where a user gives such a thing, and each of those is made to fail in several ways.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dashboard.gateways.clusters.kubernetes import credentials
from dashboard.gateways.clusters.kubernetes.api import Api
from dashboard.gateways.clusters.kubernetes.cluster import KubernetesCluster
from dashboard.gateways.clusters.static import StaticCluster
from dashboard.gateways.connections import Connections
from dashboard.model.core import kubernetes as objects
from dashboard.model.core import redis_address
from dashboard.model.core.errors import GatewayError
from tests.contract.test_exec_plugin import answer
from tests.contract.test_exec_plugin import plugin as plugin_of
from tests.contract.test_kubernetes_watch import kubeconfig

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


@pytest.fixture
def said(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """What a test adds, and all that was logged and printed, is free of the secrets."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(credentials, "proxy_bypass", lambda host: False)
    found: list[str] = []
    yield found
    records = [f"{record.getMessage()} {record.exc_text}" for record in caplog.records]
    for text in (*found, *records, *capfd.readouterr()):
        assert not [secret for secret in SECRETS if secret in text], text


def tell(said: list[str], call: Callable[[], Any]) -> Any:
    """What `call` gives; what it raises is added, with what it was raised from."""
    try:
        found = call()
    except GatewayError as error:
        said += [str(error.failure), repr(error), str(error)]
        return None
    said.append(repr(found))
    return found


USERS: dict[str, dict[str, Any]] = {
    "token": {"token": TOKEN},
    "token of two lines": {"token": f"{TOKEN}\nmore"},
    "token beyond ASCII": {"token": f"{TOKEN}\u20ac"},
    "token that is no text": {"token": {"a": TOKEN}},
    "token file": {"tokenFile": "tok"},
    "token file of bytes": {"tokenFile": "bytes"},
    "basic": {"username": "me", "password": PASSWORD},
    "basic beyond Latin-1": {"username": "me", "password": f"{PASSWORD}\u20ac"},
    "basic that is no text": {"username": "me", "password": [PASSWORD]},
    "key": {"client-certificate-data": PASSWORD, "client-key-data": PASSWORD},
    "key of no key": {
        "client-certificate-data": base64.b64encode(PASSWORD.encode()).decode(),
        "client-key-data": base64.b64encode(PASSWORD.encode()).decode(),
    },
    "auth provider": {
        "auth-provider": {"name": "oidc", "config": {"id-token": TOKEN, "refresh-token": TOKEN}}
    },
    "auth provider of Google": {"auth-provider": {"name": "gcp", "config": {"access-token": TOKEN}}},
    "a list": [TOKEN],  # type: ignore[dict-item]
}


def configure(folder: Path, port: int, user: Any, *, scheme: str = "http", **cluster: Any) -> None:
    file = kubeconfig(folder, port)
    config = json.loads(file.read_text())
    config["users"][0]["user"] = user
    config["clusters"][0]["cluster"] |= {"server": f"{scheme}://127.0.0.1:{port}", **cluster}
    file.write_text(json.dumps(config))
    (folder / "tok").write_text(f"{TOKEN}\n")
    (folder / "bytes").write_bytes(b"\xff" + TOKEN.encode())
    os.environ["KUBECONFIG"] = str(file)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KUBECONFIG", "")  # so that it is put back
    return tmp_path


def ask(said: list[str]) -> None:
    """All that goes to the API server: lists, watches, proxies and a forwarded port."""
    api = tell(said, Api)
    if api is None:
        return
    with closing(api):
        said += [repr(vars(api)), repr(api._session.credentials)]
        tell(said, lambda: api.get("/api/v1/pods"))
        tell(said, lambda: api.create("/api/v1/namespaces", {}))
        forwarded = []
        try:
            forwarded.append(api.forward("prod", "pod", 1))
        except (GatewayError, OSError) as error:
            said.append(f"{error!r} {error}")
        for each in forwarded:
            each.close()
    cluster = tell(said, KubernetesCluster)
    if cluster is None:
        return
    with closing(cluster):
        tell(said, cluster.outline)
        tell(said, cluster.warnings)
        said.append(repr(vars(cluster)))


@pytest.mark.parametrize("name", USERS)
def test_of_a_kubeconfig(folder: Path, said: list[str], name: str) -> None:
    with port_of("http 401") as port:
        configure(folder, port, USERS[name])
        ask(said)


@pytest.mark.parametrize("fault", ["nobody", "echo", "no http"])
@pytest.mark.parametrize("name", ["token", "basic"])
def test_of_a_kubeconfig_that_leads_nowhere(folder: Path, said: list[str], name: str, fault: str) -> None:
    with port_of(fault) as port:
        configure(folder, port, USERS[name])
        ask(said)


@pytest.mark.parametrize("name", ["key", "key of no key", "token"])
def test_of_a_kubeconfig_by_tls(folder: Path, said: list[str], name: str) -> None:
    with port_of("echo") as port:
        configure(folder, port, USERS[name], scheme="https")
        ask(said)


@pytest.mark.parametrize(
    "text",
    [
        f"a: *{TOKEN}",
        f"a: !{TOKEN} b",
        f"token: @{TOKEN}",
        f"token: '{TOKEN}",
        f"{TOKEN}: [",
        f"\t{TOKEN}: x",
    ],
)
def test_of_a_kubeconfig_that_is_no_yaml(folder: Path, said: list[str], text: str) -> None:
    configure(folder, 1, {})
    (folder / "kubeconfig").write_text(text)
    ask(said)


@pytest.mark.parametrize("fault", ["nobody", "http 407"])
@pytest.mark.parametrize(
    "proxy",
    [
        f"http://me:{PASSWORD}@127.0.0.1:PORT",
        f"http://me:{PASSWORD}@127.0.0.1:port",
        f"http://me:{PASSWORD}@[::",
        f"http://me:{PASSWORD}@",
        f"socks5://me:{PASSWORD}@127.0.0.1:PORT",
        f"ftp://me:{PASSWORD}@127.0.0.1:PORT",
        f"me:{PASSWORD}@127.0.0.1:PORT",
        f"http://me:{PASSWORD}@127.0.0.1:PORT/x?y={TOKEN}",
    ],
)
def test_of_a_proxy(folder: Path, said: list[str], proxy: str, fault: str) -> None:
    with port_of(fault) as port:
        configure(folder, 2, {}, **{"proxy-url": proxy.replace("PORT", str(port))})
        ask(said)


@pytest.mark.parametrize("server", [f"http://me:{PASSWORD}@127.0.0.1:1", f"http://me:{PASSWORD}@127.0.0.1:x"])
def test_of_a_server(folder: Path, said: list[str], server: str) -> None:
    configure(folder, 1, {}, server=server)
    ask(said)


def test_of_a_plugin(folder: Path, said: list[str]) -> None:
    made: dict[str, Any] = {"users": [{}]}
    plugin_of(answer(token=TOKEN), PASSWORD)(made)
    with port_of("http 401") as port:
        configure(folder, port, made["users"][0]["user"])
        ask(said)


STORES = {
    "url": 'redis = "redis://me:PASSWORD@127.0.0.1:PORT/0"',
    "url without a user": 'redis = "redis://:PASSWORD@127.0.0.1:PORT/0"',
    "by TLS": 'redis = "rediss://me:PASSWORD@127.0.0.1:PORT/0"',
    "file": 'redis = "redis://127.0.0.1:PORT/0"\nredis_password_file = "secret"',
    "file of bytes": 'redis = "redis://127.0.0.1:PORT/0"\nredis_password_file = "bytes"',
    "variable": 'redis = "redis://127.0.0.1:PORT/0"\nredis_password_env = "CANARY_OF_TESTS"',
    "broker": 'broker = "redis://:PASSWORD@127.0.0.1:PORT/0"',
    "no port": 'redis = "redis://me:PASSWORD@127.0.0.1:port/0"',
    "no host": 'redis = "redis://me:PASSWORD@/0"',
    "no address": 'redis = "redis://me:PASSWORD@[::"',
    "no database": 'redis = "redis://me:PASSWORD@127.0.0.1:PORT/PASSWORD"',
    "no scheme": 'redis = "me:PASSWORD@127.0.0.1:PORT"',
    "no text": 'redis = ["PASSWORD"]',
    "no TOML": 'redis = "redis://me:PASSWORD@127.0.0.1:PORT/0',
    "no key": 'password = "PASSWORD"',
    "agent": 'agent = "http://me:PASSWORD@127.0.0.1:PORT"',
    "agent without a port": 'agent = "http://me:PASSWORD@127.0.0.1:port"',
}


def static(folder: Path, fields: str, port: int) -> Path:
    file = folder / "daca.toml"
    said = fields.replace("PASSWORD", PASSWORD).replace("PORT", str(port))
    file.write_text(f'[[namespace]]\nname = "prod"\n{said}\n')
    (folder / "secret").write_text(PASSWORD)
    (folder / "bytes").write_bytes(b"\xff" + PASSWORD.encode())
    return file


@pytest.mark.parametrize("fault", ["nobody", "echo", "wrong password", "no auth"])
@pytest.mark.parametrize("name", STORES)
def test_of_a_static_file(
    tmp_path: Path, said: list[str], name: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY_OF_TESTS", PASSWORD)
    with port_of(fault) as port:
        cluster = StaticCluster(static(tmp_path, STORES[name], port))
        for endpoint in tell(said, cluster.endpoints) or ():
            with closing(Connections()) as connections:
                for part in (connections.store, connections.broker):
                    store = tell(said, partial(part, endpoint))
                    for call in (store.ping, store.condition, store.scan, store.streams) if store else ():
                        tell(said, call)
                agent = tell(said, partial(connections.agent, endpoint))
                tell(said, agent.readiness) if agent else None


@pytest.mark.parametrize(
    "command", [("namespaces", "--json"), ("doctor", "--json"), ("store", "keys", "-n", "prod", "--json")]
)
@pytest.mark.parametrize("name", ["file", "no database"])
def test_of_the_command_line(tmp_path: Path, name: str, command: tuple[str, ...]) -> None:
    with port_of("no auth") as port:
        file = static(tmp_path, STORES[name], port)
        done = subprocess.run(
            [sys.executable, "-m", "dashboard", *command, "--cluster", "static", "--file", str(file)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={**os.environ, "DACA_DATA": str(tmp_path)},
        )
    assert not [secret for secret in SECRETS if secret in done.stdout + done.stderr], done
    assert "Traceback" not in done.stderr


COMPONENTS: dict[str, list[dict[str, Any]]] = {
    "good": [{"name": "redisHost", "value": "redis:6379"}],
    "no host": [],
    "no port": [{"name": "redisHost", "value": f"redis:{PASSWORD}"}],
    "no database": [{"name": "redisHost", "value": "redis"}, {"name": "redisDB", "value": PASSWORD}],
    "a list": [{"name": "redisHost", "value": f"{PASSWORD},b"}],
    "kept": [{"name": "redisHost", "secretKeyRef": {"name": "redis", "key": "host"}}],
}


@pytest.mark.parametrize("name", COMPONENTS)
def test_of_a_component(said: list[str], name: str) -> None:
    metadata = [*COMPONENTS[name], {"name": "redisPassword", "value": PASSWORD}]
    item = {
        "metadata": {"namespace": "prod", "name": "statestore"},
        "spec": {"type": "state.redis", "version": "v1", "metadata": metadata},
    }
    found = objects.component(item)
    said.append(repr(found))
    tell(said, lambda: redis_address.of_component("prod", "statestore", found.metadata))


@pytest.mark.parametrize("form", ["json", "text"])
def test_of_a_component_in_a_folder(tmp_path: Path, form: str) -> None:
    metadata = [
        {"name": "redisPassword", "value": PASSWORD},
        {"name": "redisPasswrd", "value": PASSWORD},
    ]
    component = {
        "apiVersion": "dapr.io/v1alpha1",
        "kind": "Component",
        "metadata": {"name": "statestore", "namespace": "prod"},
        "spec": {"type": "state.redis", "version": "v1", "metadata": metadata},
    }
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "redis", "namespace": "prod"},
        "stringData": {"redis-password": TOKEN},
    }
    (tmp_path / "all.yaml").write_text("---\n".join(json.dumps(item) + "\n" for item in (component, secret)))
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", "doctor", "-f", str(tmp_path), "--format", form],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "statestore" in done.stdout
    assert not [secret for secret in SECRETS if secret in done.stdout + done.stderr], done.stdout
