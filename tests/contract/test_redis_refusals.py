"""What a Redis refuses, and to whom: each in one sentence, and what may be read is still read."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
import redis

from dashboard.gateways.redis.errors import gateway_error
from dashboard.gateways.redis.store import StoreGateway
from dashboard.model.core.endpoints import RedisAddress
from dashboard.model.core.errors import Forbidden, GatewayError, NotThere, Rejected

EVERYTHING = ("~*", "&*", "+@all")


@contextmanager
def user(address: RedisAddress, client: redis.Redis, *rights: str) -> Iterator[StoreGateway]:
    """The store as an ACL user with these rights sees it."""
    client.execute_command("ACL", "SETUSER", "viewer", "reset", "on", ">seen", *rights)  # type: ignore[no-untyped-call]
    with closing(StoreGateway(replace(address, username="viewer", password="seen"))) as found:
        yield found


def refusal(call: object) -> GatewayError:
    with pytest.raises(GatewayError) as refused:
        call()  # type: ignore[operator]
    return refused.value


@pytest.mark.parametrize(
    ("command", "call"),
    [
        ("info", lambda store: store.ping()),
        ("dbsize", lambda store: store.ping()),
        ("scan", lambda store: store.scan()),
        ("scan", lambda store: store.streams()),
        ("type", lambda store: store.read("hash")),
        ("hgetall", lambda store: store.read("hash")),
        ("xrevrange", lambda store: store.entries("topic")),
        ("xrange", lambda store: store.entries_after("topic", "")),
        ("xinfo", lambda store: store.stream("topic")),
        ("xinfo", lambda store: store.consumers("topic", "group")),
        ("xpending", lambda store: store.pending("topic", "group")),
        ("del", lambda store: store.remove(["hash"], "topic", [])),
    ],
)
def test_the_command_that_a_user_lacks_is_named(
    address: RedisAddress, client: redis.Redis, command: str, call: object
) -> None:
    client.hset("hash", mapping={"data": "1"})
    client.xadd("topic", {"data": "{}"})
    client.xgroup_create("topic", "group", id="0")
    with user(address, client, *EVERYTHING, f"-{command}") as store:
        error = refusal(lambda: call(store))  # type: ignore[operator]
    assert isinstance(error, Forbidden)
    assert f"'{command}" in error.what
    assert f"ACL SETUSER viewer +{command}" in error.hint
    assert "password" not in error.hint


OF_INFO = {"run_id", "used_bytes", "limit_bytes", "policy", "evicted", "append_only", "refuses_writes"}
OF_STREAMS = {"groups", "pending", "event_types"}


@pytest.mark.parametrize(
    ("command", "unknown"),
    [
        ("info", OF_INFO),
        ("time", {"clock"}),
        ("config", {"save"}),
        ("scan", {"apps", *OF_STREAMS}),
        ("xinfo", {"groups", "pending"}),
        ("xrevrange", {"event_types"}),
        ("xpending", {"pending"}),
        ("hgetall", set()),
    ],
)
def test_each_right_that_is_lacking_takes_its_own_part_of_the_condition(
    address: RedisAddress, client: redis.Redis, command: str, unknown: set[str]
) -> None:
    client.hset("chat-agent||T||i||k", mapping={"data": "1"})
    client.xadd("topic", {"data": '{"type": "said"}'})
    client.xgroup_create("topic", "group", id="0")
    client.xreadgroup("group", "consumer", {"topic": ">"})
    with user(address, client, *EVERYTHING) as store:
        whole = store.condition()
    assert not whole.untold
    with user(address, client, *EVERYTHING, f"-{command}") as store:
        found = store.condition()
    assert found.untold.keys() == unknown
    for why in found.untold.values():
        assert f"'{command}" in why
        assert f"ACL SETUSER viewer +{command}" in why
    told = {"run_id", "policy", "append_only", "save", "apps", *OF_STREAMS} - unknown - {"pending"}
    assert {name: getattr(found, name) for name in told} == {name: getattr(whole, name) for name in told}
    assert len(found.pending) == ("pending" not in unknown)
    assert abs(found.clock) < 5


def test_a_user_who_may_nothing_is_refused(address: RedisAddress, client: redis.Redis) -> None:
    with user(address, client, "~*", "-@all") as store:
        assert isinstance(refusal(store.condition), Forbidden)


def test_a_stream_that_is_hidden_hides_no_other_of_the_condition(
    address: RedisAddress, client: redis.Redis
) -> None:
    for name in ("seen", "unseen"):
        client.xadd(name, {"data": '{"type": "said"}'})
        client.xgroup_create(name, "group", id="0")
        client.xreadgroup("group", "consumer", {name: ">"})
    with user(address, client, "~seen", "+@all") as store:
        found = store.condition()
    assert found.untold.keys() == OF_STREAMS
    assert [backlog.stream for backlog in found.pending] == ["seen"]


def test_what_can_be_read_without_other_rights_is_read(address: RedisAddress, client: redis.Redis) -> None:
    client.hset("a||T||i||k", mapping={"data": "1", "version": "2"})
    client.xadd("topic", {"data": "{}"})
    lacking = ("-info", "-config", "-memory", "-scan", "-ttl", "-dbsize", "-xinfo")
    with user(address, client, *EVERYTHING, *lacking) as store:
        value = store.read("a||T||i||k")
        assert (value.value, value.version, value.size_bytes) == (1, "2", None)
        assert value.expiry == "expiry not given"
        assert len(store.entries("topic")) == 1
    with user(address, client, *EVERYTHING, "-config", "-type") as store:
        assert store.condition().save is None
        assert {key.raw for key in store.scan().keys} == {"a||T||i||k", "topic"}
    with user(address, client, *EVERYTHING, "-xinfo") as store:
        (stream,) = store.streams()
        assert (stream.name, "xinfo" in stream.unread) == ("topic", True)


def test_a_stream_that_a_user_may_not_see_hides_no_other(address: RedisAddress, client: redis.Redis) -> None:
    client.xadd("seen", {"data": "{}"})
    client.xadd("unseen", {"data": "{}"})
    with user(address, client, "~seen", "+@all") as store:
        assert {stream.name: bool(stream.unread) for stream in store.streams()} == {
            "seen": False,
            "unseen": True,
        }
        assert "access" in refusal(lambda: store.read("unseen")).what


def test_a_wrong_user_is_told_to_look_at_the_password(address: RedisAddress) -> None:
    with closing(StoreGateway(replace(address, username="nobody"))) as store:
        error = refusal(store.ping)
    assert isinstance(error, Forbidden)
    assert "password" in error.hint
    assert address.password not in f"{error.what} {error.hint}"


def test_a_database_that_is_not_there_is_told(address: RedisAddress) -> None:
    with closing(StoreGateway(replace(address, db=999_999))) as store:
        assert "DB index is out of range" in refusal(store.ping).what


def test_a_full_memory_is_told(address: RedisAddress, client: redis.Redis) -> None:
    client.config_set("maxmemory", "1")
    try:
        with pytest.raises(redis.RedisError) as refused:
            client.set("key", "value")
    finally:
        client.config_set("maxmemory", "0")
    assert "memory is full" in gateway_error(address, refused.value).what


class Answering(socketserver.ThreadingTCPServer):
    """A server that gives every command the same answer."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while self.request.recv(65_536):
            self.request.sendall(self.server.answer)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"-LOADING Redis is loading the dataset in memory\r\n", "is still loading its data"),
        (b"-READONLY You can't write against a read only replica.\r\n", "read-only replica"),
        (b"-OOM command not allowed when used memory > 'maxmemory'.\r\n", "memory is full"),
        (b"-MISCONF Redis is configured to save RDB snapshots\r\n", "cannot save to its disk"),
        (b"-MASTERDOWN Link with MASTER is down\r\n", "lost its master"),
        (b"-MOVED 3999 127.0.0.1:6381\r\n", "Redis Cluster, which is not supported"),
        (b"-ASK 3999 127.0.0.1:6381\r\n", "Redis Cluster, which is not supported"),
        (b"-CLUSTERDOWN The cluster is down\r\n", "cluster is down"),
        (b"-BUSY Redis is busy running a script.\r\n", "busy with a script"),
        (b"-NOAUTH Authentication required.\r\n", "refuses us: Authentication required."),
        (b"-WRONGPASS invalid username-password pair\r\n", "refuses us: invalid username-password pair"),
        (b"-ERR max number of clients reached\r\n", "maxclients"),
        (b"-DENIED Redis is running in protected mode\r\n", "protected mode"),
        (b"-ERR unknown command 'TYPE'\r\n", "unknown command"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "127.0.0.1"),
        (b"\xff\xfe\r\n", "127.0.0.1"),
        (b"-\xff\xfe\r\n", "127.0.0.1"),
        (b"+\xff\xfe\r\n", "127.0.0.1"),
        (b":1\r\n", "127.0.0.1"),
        (b"*2\r\n$1\r\na\r\n$1\r\nb\r\n", "127.0.0.1"),
        (b"$-1\r\n", "127.0.0.1"),
    ],
)
def test_each_state_of_a_server_has_its_sentence(answer: bytes, words: str) -> None:
    with Answering(answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        address = RedisAddress(host="127.0.0.1", port=server.server_address[1])
        with closing(StoreGateway(address, timeout=1.0)) as store:
            error = refusal(lambda: store.read("key"))
            for call in (store.ping, store.condition, store.scan, store.streams):
                refusal(call)
        server.shutdown()
    assert words in error.what


def test_a_host_that_is_no_name_is_unreachable() -> None:
    for host in ("a" * 70, "a..b", "nowhere.invalid"):
        with closing(StoreGateway(RedisAddress(host=host, port=6379))) as store:
            assert "cannot be reached" in refusal(store.ping).what


def test_what_is_no_text_is_told_and_not_shown(address: RedisAddress, store: StoreGateway) -> None:
    with closing(StoreGateway(replace(address, password="canary\udcff"))) as wrong:
        for error in (refusal(wrong.ping), refusal(lambda: store.entries("t", before="canary\udcff"))):
            assert "is not UTF-8" in error.what
            assert "canary" not in f"{error.what} {error.hint}"


@pytest.mark.parametrize("cursor", ["abc", "-1", "1.5", "²", "9" * 30])
def test_what_is_no_cursor_is_refused(store: StoreGateway, cursor: str) -> None:
    assert isinstance(refusal(lambda: store.scan(cursor=cursor)), Rejected)


@pytest.mark.parametrize("name", ["\udcff", "\ud800", "\\xff", "a\x00b", "é"])
def test_any_typed_key_is_shown_or_not_there(store: StoreGateway, client: redis.Redis, name: str) -> None:
    assert isinstance(refusal(lambda: store.read(name)), NotThere)
    assert store.scan(pattern=f"*{name}*").keys == ()
