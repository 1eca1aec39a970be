"""A real Redis of the tests' own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis

from dashboard.gateways.redis.store import StoreGateway
from dashboard.model.core.endpoints import RedisAddress
from local import ports
from local.binaries import redis_server
from local.programs import accepts
from tests.stack.waiting import wait_until

PASSWORD = "only-for-tests"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisAddress]:
    port = ports.choose(1).namespaces[0].redis
    folder: Path = tmp_path_factory.mktemp("redis")
    command = [
        str(redis_server()),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--requirepass",
        PASSWORD,
        "--dir",
        str(folder),
    ]
    with subprocess.Popen([*command, "--save", ""], stdout=subprocess.DEVNULL) as server:
        wait_until(accepts(port), what="Redis listens")
        yield RedisAddress(host="127.0.0.1", port=port, password=PASSWORD)
        server.terminate()


@pytest.fixture
def client(address: RedisAddress) -> Iterator[redis.Redis]:
    with closing(redis.Redis(host=address.host, port=address.port, password=PASSWORD)) as client:
        client.flushall()
        yield client


@pytest.fixture
def store(address: RedisAddress, client: redis.Redis) -> Iterator[StoreGateway]:
    with closing(StoreGateway(address)) as store:
        yield store
