"""The store's gateway on a real Redis: every type, every key, every refusal."""

from __future__ import annotations

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from dashboard.gateways.redis.store import StoreGateway
from dashboard.model.core.endpoints import RedisAddress
from dashboard.model.core.errors import Forbidden, NotThere, Unreachable
from dashboard.model.core.redis_key import to_bytes, to_text


def test_a_wrong_password_is_forbidden(address: RedisAddress) -> None:
    for password in ("wrong", ""):
        with pytest.raises(Forbidden, match="refuses"):
            StoreGateway(RedisAddress(host=address.host, port=address.port, password=password)).ping()


def test_nothing_listening_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="cannot be reached"):
        StoreGateway(RedisAddress(host="127.0.0.1", port=9)).ping()


def test_pages_together_hold_every_key(store: StoreGateway, client: redis.Redis) -> None:
    written = {f"chat-agent||ChatAgent||u{n}||history-u{n}" for n in range(5_000)}
    pipeline = client.pipeline(transaction=False)
    for key in written:
        pipeline.hset(key, mapping={"data": "[]", "version": 1})
    pipeline.execute()
    seen: set[str] = set()
    cursor: str | None = None
    while True:
        page = store.scan(cursor=cursor)
        seen |= {key.raw for key in page.keys}
        cursor = page.cursor
        if cursor is None:
            break
        assert page.stopped
    assert seen == written


def test_a_dapr_value_is_decoded(store: StoreGateway, client: redis.Redis) -> None:
    client.hset("a||T||i||k", mapping={"data": '{"inner": 1}', "version": 7})
    client.expire("a||T||i||k", 1000)
    value = store.read("a||T||i||k")
    assert (value.value, value.version, value.redis_type) == ({"inner": 1}, "7", "hash")
    assert value.ttl_seconds is not None
    assert value.size_bytes is not None


def test_every_type_is_shown(store: StoreGateway, client: redis.Redis) -> None:
    client.set("string", b"\xff\x00")
    client.rpush("list", *range(1_000))
    client.sadd("set", "member")
    client.zadd("zset", {"member": 1.5})
    client.xadd("stream", {"data": '{"type": "T"}'})
    client.pfadd("hyperloglog", "x")
    kinds = {name: store.read(name).redis_type for name in ("string", "list", "set", "zset", "stream")}
    assert all(kinds[name] == name for name in kinds)
    assert len(store.read("list").raw) == 100
    assert store.read("string").raw["value"] == "\\xff\x00"
    assert {key.kind for key in store.scan().keys if key.raw == "stream"} == {"stream"}


@pytest.mark.parametrize("name", [b"\xff\xfe||x", rb"a\xzz", rb"C:\x41b", rb"a\xff", b"\\\xff"])
def test_a_binary_key_reads_back(store: StoreGateway, client: redis.Redis, name: bytes) -> None:
    client.set(name, "value")
    (key,) = store.scan().keys
    assert store.read(key.raw).raw == {"value": "value"}


@given(st.binary().filter(lambda raw: b"\\" not in raw))
def test_any_key_survives_being_shown(raw: bytes) -> None:
    assert to_bytes(to_text(raw)) == raw


def test_a_missing_key_is_not_there(store: StoreGateway) -> None:
    with pytest.raises(NotThere):
        store.read("nothing")


def test_streams_and_groups(store: StoreGateway, client: redis.Redis) -> None:
    client.xadd("user-chat", {"data": '{"id": "e1"}'})
    client.xgroup_create("user-chat", "chat-agent", id="0")
    (stream,) = store.streams()
    assert (stream.name, stream.length, stream.groups[0].name) == ("user-chat", 1, "chat-agent")
    ((entry_id, fields),) = store.entries("user-chat")
    assert fields == {"data": {"id": "e1"}}
    assert store.entries("user-chat", before=entry_id) == ()
    assert client.xinfo_groups("user-chat")[0]["consumers"] == 0


def test_entries_after_a_position_are_oldest_first(store: StoreGateway, client: redis.Redis) -> None:
    ids = [str(client.xadd("user-chat", {"data": f'{{"id": "e{n}"}}'}), "ascii") for n in range(5)]  # type: ignore[arg-type]
    assert [entry_id for entry_id, _ in store.entries_after("user-chat", "")] == ids
    assert [entry_id for entry_id, _ in store.entries_after("user-chat", ids[2])] == ids[3:]
    assert store.stream("user-chat").last_id == ids[-1]
    with pytest.raises(NotThere):
        store.stream("elsewhere")


def test_removing_takes_the_named_and_nothing_else(store: StoreGateway, client: redis.Redis) -> None:
    client.mset({"mine": 1, "mine-too": 1, "other": 1})
    client.xgroup_create("user-chat", "chat-agent", id="0", mkstream=True)
    first, second = (str(client.xadd("user-chat", {"data": "{}"}), "ascii") for _ in range(2))  # type: ignore[arg-type]
    client.xreadgroup("chat-agent", "chat-agent", {"user-chat": ">"})
    assert store.remove(["mine", "gone"], "user-chat", [first]) == (1, 1)
    assert {key.raw for key in store.scan().keys} == {"mine-too", "other", "user-chat"}
    assert [entry_id for entry_id, _ in store.entries_after("user-chat", "")] == [second]
    assert store.stream("user-chat").groups[0].pending == 1
    assert store.remove([], "user-chat", []) == (0, 0)


def test_actor_ids_are_those_with_state(store: StoreGateway, client: redis.Redis) -> None:
    for actor in ("b", "a"):
        client.hset(f"chat-agent||ChatAgent||{actor}||history-{actor}", mapping={"data": "[]"})
    client.set("other", "x")
    assert store.actor_ids() == ("a", "b")
