"""Topics on a real Redis: what is pending, who reads, and that looking takes part in nothing."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
import redis

from dashboard.gateways.clusters.static import StaticCluster
from dashboard.gateways.connections import Connections
from dashboard.gateways.redis.store import StoreGateway
from dashboard.model.core.endpoints import Endpoint, RedisAddress
from dashboard.model.core.errors import NotThere, Rejected
from dashboard.model.topics.events import EntryFilter
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import Workspace
from dashboard.services.topics import entries as topic_entries

GROUP = "chat-agent"


def add(client: redis.Redis, count: int) -> list[str]:
    """Entries as Dapr writes them; their ids."""
    events = [
        {"id": f"e{n}", "type": "T", "source": "s", "data": {"actor_id": f"a{n}"}} for n in range(count)
    ]
    return [client.xadd("user-chat", {"data": json.dumps(event)}).decode() for event in events]  # type: ignore[union-attr]


def groups_by_redis(client: redis.Redis) -> object:
    """Everything that reading in a group would change."""
    groups = client.xinfo_groups("user-chat")
    pending = client.xpending_range("user-chat", GROUP, "-", "+", 100)
    consumers = client.xinfo_consumers("user-chat", GROUP)
    still = [{k: v for k, v in item.items() if k != "time_since_delivered"} for item in pending]
    names = [(item["name"], item["pending"]) for item in consumers]
    return groups, still, names


def test_pending_is_told_with_consumer_age_and_deliveries(store: StoreGateway, client: redis.Redis) -> None:
    first, second, third = add(client, 3)
    client.xgroup_create("user-chat", GROUP, id="0")
    client.xreadgroup(GROUP, "reader", {"user-chat": ">"}, count=2)
    client.xclaim("user-chat", GROUP, "reader", 0, [first])
    client.xack("user-chat", GROUP, second)
    (item,) = store.pending("user-chat", GROUP)
    assert (item.entry_id, item.consumer, item.deliveries) == (first, "reader", 2)
    assert 0 <= item.idle_ms < 60_000
    assert set(store.pending_among("user-chat", GROUP, [first, second, third])) == {first}
    assert store.pending_among("user-chat", GROUP, []) == {}
    (consumer,) = store.consumers("user-chat", GROUP)
    assert (consumer.name, consumer.pending) == ("reader", 1)


def test_looking_changes_no_group_and_makes_none(store: StoreGateway, client: redis.Redis) -> None:
    ids = add(client, 5)
    client.xgroup_create("user-chat", GROUP, id="0")
    client.xreadgroup(GROUP, "reader", {"user-chat": ">"}, count=2)
    before = groups_by_redis(client)
    store.streams()
    store.stream("user-chat")
    store.entries("user-chat", before=ids[3])
    store.entries_after("user-chat", ids[0])
    store.consumers("user-chat", GROUP)
    store.pending("user-chat", GROUP)
    store.pending_among("user-chat", GROUP, ids)
    assert groups_by_redis(client) == before


def test_pending_is_cut_to_its_limit(store: StoreGateway, client: redis.Redis) -> None:
    ids = add(client, 30)
    client.xgroup_create("user-chat", GROUP, id="0")
    client.xreadgroup(GROUP, "reader", {"user-chat": ">"})
    assert [item.entry_id for item in store.pending("user-chat", GROUP, limit=10)] == ids[:10]


def test_lag_is_given_or_said_to_be_missing(store: StoreGateway, client: redis.Redis) -> None:
    ids = add(client, 3)
    client.xgroup_create("user-chat", GROUP, id="0")
    assert store.stream("user-chat").groups[0].lag_words == "3"
    client.xdel("user-chat", ids[1])  # a gap that Redis 7 cannot count over
    assert store.stream("user-chat").groups[0].lag_words == "not given by this Redis"


class OneNamespace(StaticCluster):
    """prod, whose store is at this address."""

    def __init__(self, address: RedisAddress) -> None:
        super().__init__(Path("daca.toml"))
        self._found = (Endpoint(name="prod", redis=address),)

    def endpoints(self) -> tuple[Endpoint, ...]:
        return self._found


def test_a_look_for_what_is_not_there_ends(address: RedisAddress, client: redis.Redis) -> None:
    pipeline = client.pipeline(transaction=False)
    for number in range(12_000):
        pipeline.xadd("user-chat", {"data": "{}"}, id=f"{number + 1}-0")
    pipeline.execute()
    with closing(Connections()) as connections:
        workspace = Workspace(Settings(), OneNamespace(address), connections)
        page = topic_entries.page(workspace, "prod", "user-chat", EntryFilter("nobody"))
        assert (page.entries, page.before is None) == ((), False)
        assert page.scanned <= topic_entries.MOST_SCANNED
        rest = topic_entries.page(workspace, "prod", "user-chat", EntryFilter("nobody"), before=page.before)
        assert page.scanned + rest.scanned == 12_000
        assert rest.before is None
        recent = topic_entries.page(workspace, "prod", "user-chat", EntryFilter(), limit=100, since=11.991)
        assert recent.oldest == "11990-0"
        assert topic_entries.entry(workspace, "prod", "user-chat", "7-0").id == "7-0"
        for wrong in ("7-1", "", "+", "x"):
            with pytest.raises(NotThere):
                topic_entries.entry(workspace, "prod", "user-chat", wrong)


def test_a_group_or_topic_that_is_not_there_is_an_answer(store: StoreGateway, client: redis.Redis) -> None:
    with pytest.raises(NotThere):
        store.stream("user-chat")
    add(client, 1)
    assert store.stream("user-chat").groups == ()
    with pytest.raises(Rejected, match="NOGROUP"):
        store.pending("user-chat", "nobody")


def test_a_connection_that_may_only_read_suffices(address: RedisAddress, client: redis.Redis) -> None:
    ids = add(client, 2)
    client.xgroup_create("user-chat", GROUP, id="0")
    client.acl_setuser("viewer", enabled=True, passwords=["+seen"], keys=["*"], commands=["+@read", "+ping"])
    viewer = RedisAddress(host=address.host, port=address.port, username="viewer", password="seen")
    with closing(StoreGateway(viewer)) as found:
        assert [entry_id for entry_id, _ in found.entries("user-chat")] == ids[::-1]
        assert found.pending("user-chat", GROUP) == ()
        assert len(found.stream("user-chat").groups) == 1
