"""A static file and its password files in any shape: read, or one sentence with the reason."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.gateways.clusters.static import StaticCluster
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.errors import GatewayError

CANARY = "canary-password"


def written(folder: Path, content: str | bytes) -> StaticCluster:
    file = folder / "daca.toml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return StaticCluster(file)


def namespace(redis: str = "redis://127.0.0.1:6379/0", more: str = "") -> str:
    return f'[[namespace]]\nname = "prod"\nredis = "{redis}"\n{more}\n'


def only(cluster: StaticCluster) -> Endpoint:
    (endpoint,) = cluster.endpoints()
    return endpoint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (namespace("redis://127.0.0.1:port/0"), "is not a port"),
        (namespace("redis://127.0.0.1:70000/0"), "is not a port"),
        (namespace("redis://127.0.0.1:0/0"), "is not a port"),
        (namespace("redis://127.0.0.1:6379/one"), "is not a number of a database"),
        (namespace("redis://127.0.0.1:6379/²"), "is not a number of a database"),
        (namespace("redis://127.0.0.1:6379/-1"), "is not a number of a database"),
        (namespace("redis://[::1:6379"), "write redis://host:port"),
        (namespace("http://127.0.0.1"), "write redis://host:port"),
        (namespace(f"redis://u:{CANARY}@{'a' * 64}:1"), "names no host"),
        (namespace(f"redis://u:{CANARY}\u2100@host:1"), "redis://host:port"),
        (namespace(f"redis://:{CANARY}/slash@host:6379"), "namespace.0.redis"),
        (namespace().encode("utf-16"), "is not UTF-8"),
        (namespace().encode("utf-16-le"), "TOML"),
        (b"\xff", "is not UTF-8"),
        ("[" * 5_000, "TOML"),
        ("a = " + "[" * 5_000, "daca.toml"),
        (f"a = {'9' * 5_000}", "TOML"),
        ("namespace = 1", "namespace: Input should be a valid list"),
        ("[namespace]\nname = 'prod'", "namespace: Input should be a valid list"),
        ("[[namespace]]\nname = 1", "namespace.0.name"),
        ("[[namespace]]\nredis_insecure = 'perhaps'\nname = 'prod'", "redis_insecure"),
        ("[[namespace]]", "namespace.0.name: Field required"),
        ("other = 1", "other: Extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_with_the_file_is_one_sentence_that_names_it(
    tmp_path: Path, content: str | bytes, words: str
) -> None:
    with pytest.raises(GatewayError) as refused:
        written(tmp_path, content).endpoints()
    said = f"{refused.value.what} {refused.value.hint}"
    assert "daca.toml" in said
    assert words in said
    assert CANARY not in said


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(GatewayError, match="cannot be read: Is a directory"):
        StaticCluster(tmp_path).endpoints()


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    assert only(written(tmp_path, codecs.BOM_UTF8 + namespace().encode())).redis


def test_ipv6_has_its_own_port(tmp_path: Path) -> None:
    redis = only(written(tmp_path, namespace("redis://[::1]:7000/2"))).redis
    assert redis
    assert (redis.host, redis.port, redis.db, redis.where) == ("::1", 7000, 2, "[::1]:7000")


@pytest.mark.parametrize(
    "content",
    [CANARY, f"{CANARY}\n", f"{CANARY}\r\n", f"\ufeff{CANARY}", f"\ufeff{CANARY}\n"],
)
def test_a_password_is_the_text_of_its_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret").write_bytes(content.encode())
    redis = only(written(tmp_path, namespace(more='redis_password_file = "secret"'))).redis
    assert redis
    assert redis.password == CANARY


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (CANARY.encode("utf-16"), "is not UTF-8"),
        (CANARY.encode("utf-16-le"), "is not UTF-8"),
        (f"{CANARY}é".encode("latin-1"), "is not UTF-8"),
        (b"\n", "is empty"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_password_that_cannot_be_read_marks_its_own_store_alone(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    text = namespace(more='redis_password_file = "secret"') + '[[namespace]]\nname = "dev"\n'
    prod, dev = written(tmp_path, text).endpoints()
    said = dict(prod.unavailable)["store"].what
    assert "secret" in said
    assert words in said
    assert CANARY not in said
    assert not dev.unavailable


@pytest.mark.parametrize("path", ["../", ".", "a\\u0000b"])
def test_a_password_file_that_is_none_is_named(tmp_path: Path, path: str) -> None:
    endpoint = only(written(tmp_path, namespace(more=f'redis_password_file = "{path}"')))
    assert "password file" in dict(endpoint.unavailable)["store"].what


def test_a_variable_that_is_not_set_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROD_REDIS", raising=False)
    text = namespace(more='broker = "redis://127.0.0.1/0"\nbroker_password_env = "PROD_REDIS"')
    endpoint = only(written(tmp_path, text))
    assert "PROD_REDIS is not set" in dict(endpoint.unavailable)["broker"].what
    assert endpoint.redis
    assert endpoint.at_its_topics.redis is None


def test_a_ca_is_beside_the_file_and_insecure_is_asked_for(tmp_path: Path) -> None:
    text = namespace(
        "rediss://h:1/0", 'redis_ca = "ca.pem"\nbroker = "rediss://h:2/0"\nbroker_insecure = true'
    )
    endpoint = only(written(tmp_path, text))
    assert endpoint.redis
    assert endpoint.broker
    assert (endpoint.redis.ca_file, endpoint.redis.insecure) == (str(tmp_path / "ca.pem"), False)
    assert (endpoint.broker.ca_file, endpoint.broker.insecure) == ("", True)


@given(st.binary(max_size=80) | st.text(st.sampled_from('[]{}="\n.a1#')).map(str.encode))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        written(folder, content).endpoints()
    except GatewayError as error:
        assert "daca.toml" in error.what


@given(st.text(st.characters(exclude_characters="'\n\r", exclude_categories=["Cc", "Cs"])))
def test_any_url_is_taken_apart_or_refused(tmp_path_factory: pytest.TempPathFactory, rest: str) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        redis = only(written(folder, f"[[namespace]]\nname='a'\nredis='redis://{rest}'\n")).redis
    except GatewayError as error:
        assert "daca.toml" in error.what
    else:
        assert redis
        assert redis.host
