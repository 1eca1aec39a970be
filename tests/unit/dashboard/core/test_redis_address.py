"""A Component's Redis as Dapr reads it, and what is wrong with it in one sentence without its values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.core import redis_address
from dashboard.model.core.endpoints import RedisAddress
from dashboard.model.core.errors import Rejected
from dashboard.model.core.kubernetes import SecretKey

CANARY = "canary-value"


def read(**metadata: str | SecretKey) -> RedisAddress:
    return redis_address.of_component("prod", "statestore", {"redisHost": "redis:6379", **metadata})


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("redis", ("redis", 6379)),
        ("redis:6380", ("redis", 6380)),
        (" redis.prod.svc.cluster.local:6379\n", ("redis.prod.svc.cluster.local", 6379)),
        ("10.0.0.1:7000", ("10.0.0.1", 7000)),
        ("[::1]:6380", ("::1", 6380)),
        ("[::1]", ("::1", 6379)),
        ("::1", ("::1", 6379)),
        ("2001:db8::1", ("2001:db8::1", 6379)),
    ],
)
def test_a_host_has_its_own_port(host: str, found: tuple[str, int]) -> None:
    address = read(redisHost=host)
    assert (address.host, address.port) == found


def test_a_port_beside_the_host_counts_where_the_host_has_none() -> None:
    assert read(redisHost="redis", redisPort="7000").port == 7000
    assert read(redisHost="redis:7001", redisPort="7000").port == 7001


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"redisHost": ""}, "redisHost is empty"),
        ({"redisHost": "127.0.0.1:26397,127.0.0.1:26398"}, "redisHost lists 2 addresses, and a list is not"),
        ({"redisHost": "redis:port"}, "not a port"),
        ({"redisHost": "redis:70000"}, "not a port"),
        ({"redisHost": "redis:0"}, "not a port"),
        ({"redisHost": "redis:²"}, "not a port"),
        ({"redisHost": ":6379"}, "names no host"),
        ({"redisHost": f"redis://:{CANARY}@redis:6379"}, "redisHost"),
        ({"redisHost": "${REDIS_HOST}:6379"}, "names no host"),
        ({"redisHost": f"{'a' * 64}:6379"}, "names no host"),
        ({"redisHost": "[::1:6379"}, "no IPv6 address"),
        ({"redisHost": "::1::6379:x"}, "redisHost"),
        ({"redisPort": "x", "redisHost": "redis"}, "redisPort"),
        ({"redisDB": "one"}, "redisDB is not a number of a database"),
        ({"redisDB": "1.5"}, "redisDB is not a number of a database"),
        ({"redisDB": "-1"}, "redisDB is not a number of a database"),
        ({"redisDB": "1e999"}, "redisDB is not a number of a database"),
        ({"redisDB": "9" * 5_000}, "redisDB is not a number of a database"),
        ({"redisDB": "²"}, "redisDB is not a number of a database"),
        ({"redisType": "cluster"}, "Redis Cluster is not supported"),
        ({"failover": "true", "sentinelMasterName": "mymaster"}, "Sentinel is not supported"),
    ],
)
def test_what_cannot_be_connected_to_is_named(metadata: dict[str, str], words: str) -> None:
    with pytest.raises(Rejected) as refused:
        read(**metadata, redisPassword=CANARY)
    assert words in refused.value.what
    assert "statestore" in refused.value.what
    assert CANARY not in f"{refused.value.what} {refused.value.hint}"


@pytest.mark.parametrize(
    ("text", "tls"),
    [("true", True), (" TRUE ", True), ("yes", True), ("1", True), ("on", True), ("t", True)]
    + [("false", False), ("", False), ("maybe", False), ("2", False), ("no", False)],
)
def test_a_boolean_is_what_dapr_takes_for_true(text: str, tls: bool) -> None:
    assert read(enableTLS=text).tls is tls
    assert read(insecureSkipTLSVerify=text).insecure is tls


def test_an_empty_database_is_the_first() -> None:
    assert (read(redisDB="").db, read(redisDB="7").db) == (0, 7)


@pytest.mark.parametrize("field", redis_address.FIELDS)
def test_what_is_in_a_secret_is_kept_until_it_is_read(field: str) -> None:
    address = read(**{field: SecretKey("redis", "it")}, redisPassword=SecretKey("redis", "password"))
    kept = dict(address.kept)
    assert kept[field] == SecretKey("redis", "it")
    assert kept["redisPassword"] == SecretKey("redis", "password")
    assert "Secret" in address.where


def test_a_password_in_a_secret_keeps_nothing_else_back() -> None:
    address = read(redisPassword=SecretKey("redis", "password"))
    assert (address.kept, address.secret) == ((), SecretKey("redis", "password"))
    assert CANARY not in repr(read(redisPassword=CANARY, redisUsername=SecretKey("redis", "user")))


@given(st.dictionaries(st.sampled_from(redis_address.FIELDS), st.text()))
def test_any_metadata_is_an_address_or_refused(metadata: dict[str, str]) -> None:
    try:
        found = redis_address.of_component("prod", "statestore", metadata)
    except Rejected:
        return
    assert found.host
    assert 1 <= found.port <= 65_535
    assert found.db >= 0
    found.host.encode("idna" if ":" not in found.host else "ascii")


@given(st.text(st.sampled_from("[]:,.a1 -%é²")))
def test_any_host_is_taken_apart_or_refused(text: str) -> None:
    try:
        host, port = redis_address.host_and_port(text, "redisHost")
    except ValueError as error:
        assert str(error)
    else:
        assert host
        assert port is None or 1 <= port <= 65_535
