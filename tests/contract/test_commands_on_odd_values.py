"""`daca-ops` on values, keys and events that nothing of ours wrote: shown, and never a traceback."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from dashboard.model.core.endpoints import RedisAddress
from dashboard.model.core.names import TOPIC

LAST_ID = "18446744073709551615-0"
Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def daca_ops(address: RedisAddress, client: redis.Redis, tmp_path: Path) -> Run:
    """Runs a command where one namespace has this Redis, and an agent that does not answer."""
    file = tmp_path / "daca.toml"
    url = f"redis://:{address.password}@{address.host}:{address.port}/0"
    file.write_text(f'[[namespace]]\nname = "prod"\nagent = "http://127.0.0.1:9"\nredis = "{url}"\n')
    where = {"DACA_CLUSTER": "static", "DACA_STATIC_FILE": str(file), "DACA_DATA": str(tmp_path)}

    def run(*words: str | bytes) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "dashboard", *words]
        done = subprocess.run(
            command, capture_output=True, timeout=60, check=False, env={**os.environ, **where}
        )
        assert b"Traceback" not in done.stdout + done.stderr
        assert address.password.encode() not in done.stdout + done.stderr
        return done

    return run


def strict(text: bytes) -> object:
    return json.loads(text, parse_constant=pytest.fail)


def turn_event(turn: str) -> str:
    data = f'{{"actor_id": "user1", "turn": {turn}, "messages": []}}'
    return f'{{"id": "odd", "type": "ConversationUpdated", "source": "chat-agent", "data": {data}}}'


def test_numbers_that_json_has_not_are_texts(daca_ops: Run, client: redis.Redis) -> None:
    client.set(
        "chat-agent||inf", '{"a": 1e999, "b": NaN, "c": "\\ud800", "d": 123456789012345678901234567890}'
    )
    wanted = {"a": "Infinity", "b": "NaN", "c": "\\ud800", "d": 123456789012345678901234567890}
    shown = strict(daca_ops("store", "show", "chat-agent||inf", "-n", "prod", "--json").stdout)
    assert isinstance(shown, dict)
    assert shown["value"] == {"value": wanted}


def test_an_entry_without_an_event_shows_its_fields(daca_ops: Run, client: redis.Redis) -> None:
    client.xadd("t", {"foo": "bar"}, id=LAST_ID)
    client.xadd("events", {"data": '{"id": "e"}', "metadata": "{}"}, id="1-0")
    shown = strict(daca_ops("store", "show", "t", "-n", "prod", "--json").stdout)
    assert isinstance(shown, dict)
    assert shown["value"] == {LAST_ID: {"foo": "bar"}}
    assert b'"foo": "bar"' in daca_ops("store", "show", "t", "-n", "prod").stdout
    events = strict(daca_ops("store", "show", "events", "-n", "prod", "--json").stdout)
    assert isinstance(events, dict)
    assert events["value"] == {"1-0": {"id": "e"}}
    assert b"no CloudEvent" in daca_ops("events", "list", "-n", "prod", "--topic", "t").stdout


@pytest.mark.parametrize("name", [rb"a\xzz", rb"C:\x41b", b"\xff", b"\xed\xa0\x80"])
def test_a_key_is_shown_as_it_is_typed(daca_ops: Run, client: redis.Redis, name: bytes) -> None:
    client.set(name, "value")
    listed = strict(daca_ops("store", "keys", "-n", "prod", "--json").stdout)
    assert isinstance(listed, dict)
    (key,) = listed["keys"]
    for typed in (key["raw"], name):
        assert b'"value"' in daca_ops("store", "show", "-n", "prod", "--", typed).stdout
        assert daca_ops("store", "keys", "-n", "prod", b"--contains=" + name).stdout.count(b"other")


@pytest.mark.parametrize("turn", ["1e999", "NaN"])
def test_an_event_that_daprd_cannot_decode_is_counted_apart(
    daca_ops: Run, client: redis.Redis, turn: str
) -> None:
    client.xadd(TOPIC, {"data": turn_event("-5")}, id="1-0")
    client.xadd(TOPIC, {"data": turn_event(turn)}, id=LAST_ID)
    done = daca_ops("actor", "user1", "-n", "prod", "--json")
    assert done.returncode == 1
    found = strict(done.stdout)
    assert isinstance(found, dict)
    prod = found["namespaces"]["prod"]
    assert (
        prod["sources"]["stream"] == "0 of its turns, 1 other, 1 that daprd could not decode among 2 entries"
    )
    (cause,) = [mark["cause"] for mark in prod["marks"] if mark["source"] == "stream"]
    assert cause["name"] == "not decodable"
    assert LAST_ID in cause["words"]
    assert b"daprd could not decode" in daca_ops("actor", "user1", "-n", "prod").stdout


def test_a_failed_message_can_be_sent_again(daca_ops: Run) -> None:
    done = daca_ops("send", "it's me", "--actor", "user1")
    assert done.returncode == 1
    said = done.stderr.decode()
    line = next(line for line in said.splitlines() if "To send it again" in line)
    words = shlex.split(line.partition(": ")[2])
    key = words[words.index("--message-id") + 1]
    assert f"message id: {key}" in said
    assert words[:2] == ["daca-ops", "send"]
    assert "it's me" in words
    assert f"message id: {key}" in daca_ops(*words[1:]).stderr.decode()


def test_fields_of_one_name_are_all_shown(daca_ops: Run, client: redis.Redis) -> None:
    event = '{"id": "e", "type": "t", "source": "s"}'
    add: Callable[..., object] = client.execute_command
    add("XADD", "t", "1-0", "foo", "bar", "foo", "baz")
    add("XADD", "t", "2-0", "data", '{"id": "first"}', "data", event, "metadata", "{}")
    wanted = {
        "1-0": [["foo", "bar"], ["foo", "baz"]],
        "2-0": [
            ["data", {"id": "first"}],
            ["data", {"id": "e", "type": "t", "source": "s"}],
            ["metadata", {}],
        ],
    }
    shown = strict(daca_ops("store", "show", "t", "-n", "prod", "--json").stdout)
    assert isinstance(shown, dict)
    plain = {entry: json.loads(text) for entry, text in shown["raw"].items()}
    assert plain["1-0"] == wanted["1-0"]
    assert shown["value"].keys() == wanted.keys()
    assert "baz" in str(shown["value"]) and "bar" in str(shown["value"]) and "first" in str(shown["value"])
    listed = strict(daca_ops("events", "list", "-n", "prod", "--topic", "t", "--json").stdout)
    assert isinstance(listed, dict)
    assert {entry["id"]: entry["fields"] for entry in listed["entries"]} == wanted
    assert [entry["event"] and entry["event"]["id"] for entry in listed["entries"]] == ["e", None]
