"""The canary in a kubeconfig: a token, a password or a key of a user, a proxy, a server, a plugin."""

from __future__ import annotations

import base64
import json
import os
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dashboard.gateways.clusters.kubernetes.api import Api
from dashboard.gateways.clusters.kubernetes.cluster import KubernetesCluster
from dashboard.model.core.errors import GatewayError
from tests.contract.canary import PASSWORD, TOKEN, port_of, tell
from tests.contract.kubernetes_server import kubeconfig
from tests.contract.test_exec_plugin import answer
from tests.contract.test_exec_plugin import plugin as plugin_of

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
