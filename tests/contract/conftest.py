"""A real Redis of the tests' own, and the watch over what is said of a canary."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import redis

from dashboard.gateways.clusters.kubernetes import credentials
from dashboard.gateways.redis.store import StoreGateway
from dashboard.model.core.endpoints import RedisAddress
from local import binaries, ports
from local.programs import accepts
from tests.contract.canary import SECRETS
from tests.stack.waiting import wait_until

PASSWORD = "only-for-tests"


@contextmanager
def running_redis(folder: Path, *options: str) -> Iterator[int]:
    """A Redis of its own with these options, on the port that is given."""
    port = ports.choose(1).namespaces[0].redis
    listens = [str(port) if option == "PORT" else option for option in options]
    plain = [] if "--port" in listens else ["--port", str(port)]
    command = [
        str(binaries.redis_server()),
        *plain,
        "--bind",
        "127.0.0.1",
        "--dir",
        str(folder),
        "--save",
        "",
        *listens,
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            wait_until(accepts(port), what="Redis listens")
            yield port
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisAddress]:
    with running_redis(tmp_path_factory.mktemp("redis"), "--requirepass", PASSWORD) as port:
        yield RedisAddress(host="127.0.0.1", port=port, password=PASSWORD)


@pytest.fixture
def client(address: RedisAddress) -> Iterator[redis.Redis]:
    with closing(redis.Redis(host=address.host, port=address.port, password=PASSWORD)) as client:
        client.flushall()
        yield client


@pytest.fixture
def store(address: RedisAddress, client: redis.Redis) -> Iterator[StoreGateway]:
    with closing(StoreGateway(address)) as store:
        yield store


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
