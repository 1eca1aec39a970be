"""The stack's Redis: whichever server the machine has reads what was kept, and is called by its own name."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import redis

from dashboard.gateways.redis.store import StoreGateway
from dashboard.model.core.endpoints import RedisAddress
from local import components, ports
from local.binaries import redis_server
from local.layout import Layout
from local.programs import accepts
from tests.stack.waiting import wait_until


@contextmanager
def served(layout: Layout, program: Path) -> Iterator[RedisAddress]:
    """dev's Redis as the stack configures it."""
    layout.prepare(("dev",))
    port = ports.choose(1).namespaces[0].redis
    components.write(layout, "dev", port)
    with subprocess.Popen(
        [program, layout.namespace("dev") / "redis.conf"], stdout=subprocess.DEVNULL
    ) as server:
        try:
            wait_until(accepts(port), what="Redis listens")
            yield RedisAddress(host="127.0.0.1", port=port, password=layout.password("dev"))
        finally:
            server.terminate()


def test_what_is_kept_is_commands_also_after_it_was_rewritten(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    with (
        served(layout, redis_server()) as address,
        closing(redis.Redis(port=address.port, password=address.password)) as client,
    ):
        client.set("history", "kept")
        client.bgrewriteaof()
        wait_until(lambda: not client.info("persistence")["aof_rewrite_in_progress"], what="rewritten")
    (base,) = (layout.redis("dev") / "appendonlydir").glob("*.base.*")
    assert b"\r\nSET\r\n$7\r\nhistory\r\n" in base.read_bytes()


def test_valkey_is_not_called_the_redis_it_is_compatible_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # so that it is the one of the packages
    with served(Layout(tmp_path), redis_server()) as address, closing(StoreGateway(address)) as store:
        assert store.ping().server.startswith("Valkey 9.")
