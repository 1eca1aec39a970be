"""A password and a token that are found again wherever they leak: in errors, logs, reprs or `--json`.

Each is put where a user gives such a thing, and each of those is made to fail in several ways.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dashboard.gateways.clusters.static import StaticCluster
from dashboard.gateways.connections import Connections
from dashboard.model.core import kubernetes as objects
from dashboard.model.core import redis_address
from tests.contract.canary import PASSWORD, SECRETS, TOKEN, port_of, tell

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
