"""A Redis that takes no writes says so, whatever the cause, without one written to find out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
import redis

from dashboard.gateways.redis.store import StoreGateway
from dashboard.model.core.endpoints import RedisAddress
from tests.contract.conftest import running_redis
from tests.stack.waiting import wait_until

Spoil = Callable[[redis.Redis, Path], None]


def full(client: redis.Redis, folder: Path) -> None:
    client.config_set("maxmemory", "1")


def replica(client: redis.Redis, folder: Path) -> None:
    client.replicaof("127.0.0.1", "9")  # the discard port: nobody there
    client.config_set("maxmemory", "1")  # a replica counts no memory


def lonely(client: redis.Redis, folder: Path) -> None:
    client.config_set("min-replicas-to-write", "1")


def failed_save(client: redis.Redis, folder: Path) -> None:
    (folder / "dump.rdb").mkdir()  # in the way of the file that it writes, for root as well
    client.config_set("save", "3600 1")
    client.bgsave()
    wait_until(lambda: cast(Any, client.info())["rdb_last_bgsave_status"] == "err", what="the save fails")


@pytest.mark.parametrize(
    ("spoil", "words", "memory"),
    [
        (full, "full", True),
        (replica, "read-only replica", False),
        (lonely, "0 good replicas of the 1", False),
        (failed_save, "last save failed", False),
    ],
)
def test_it_is_told_why_it_takes_none(spoil: Spoil, words: str, memory: bool, tmp_path: Path) -> None:
    with running_redis(tmp_path) as port, closing(redis.Redis(port=port)) as client:
        with closing(StoreGateway(RedisAddress(host="127.0.0.1", port=port))) as store:
            assert store.ping().refuses_writes is store.condition().refuses_writes is None
            client.set("before", "it")
            spoil(client, tmp_path)
            with pytest.raises(redis.ResponseError):
                client.set("after", "it")
            refusal = store.ping().refuses_writes
            assert refusal
            assert words in refusal.words
            assert refusal.full is memory
            again = store.condition().refuses_writes
            assert again
            assert (again.fix, again.full) == (refusal.fix, memory)
        client.config_set("save", "")  # else it does not stop before a last save


def test_where_a_failed_save_stops_nothing_nothing_is_said(tmp_path: Path) -> None:
    with running_redis(tmp_path) as port, closing(redis.Redis(port=port)) as client:
        client.config_set("stop-writes-on-bgsave-error", "no")
        failed_save(client, tmp_path)
        client.set("after", "it")
        with closing(StoreGateway(RedisAddress(host="127.0.0.1", port=port))) as store:
            assert store.ping().refuses_writes is None
        client.config_set("save", "")
