"""The commands to copy say what the panel did, and survive a shell whatever the text."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dashboard.model.core.endpoints import Endpoint, RedisAddress
from dashboard.model.core.kubernetes import SecretKey
from dashboard.model.core.redis_key import to_bytes, to_text
from dashboard.services.chat import commands as chat_commands
from dashboard.services.core import commands
from dashboard.services.core.settings import Settings
from dashboard.services.health import commands as health_commands
from dashboard.services.isolation import commands as isolation_commands

PLACE = Endpoint(
    name="prod",
    agent_url="http://127.0.0.1:8000",
    sidecar_url="http://127.0.0.1:3500",
    redis=RedisAddress(
        host="127.0.0.1", port=6379, db=2, password="s3cret", password_file="/data/prod/redis-password"
    ),
)
API = "https://api:6443/api/v1/namespaces/prod"
CLUSTER = Endpoint(
    name="prod",
    agent_url=f"{API}/services/chat-agent:8000/proxy",
    sidecar_url=f"{API}/pods/chat-agent-1:3501/proxy",
    redis=RedisAddress(
        host="redis-master", port=6379, namespace="prod", secret=SecretKey("redis", "redis-password")
    ),
    kubectl=("kubectl", "--context", "demo", "-n", "prod"),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
ALL = [
    *(chat_commands.history(endpoint, "user1") for endpoint in (PLACE, CLUSTER)),
    *(chat_commands.send(endpoint, "user1", "it's 5 $HOME") for endpoint in (PLACE, CLUSTER)),
    *(commands.stored_history(endpoint, "user1") for endpoint in (PLACE, CLUSTER)),
    *(line for endpoint in (PLACE, CLUSTER) for line in health_commands.parts(endpoint).values() if line),
]


@given(TEXTS)
def test_a_shell_reads_back_the_very_message(content: str) -> None:
    words = shlex.split(chat_commands.send(PLACE, "user1", content))
    assert "http://127.0.0.1:8000/chat/user1" in words
    assert json.loads(words[words.index("-d") + 1]) == {"role": "user", "content": content}
    own = shlex.split(commands.daca_ops(Settings(), "send", argument=content))
    assert own[-1] == content or not content


@given(st.binary(min_size=1).filter(lambda raw: not raw.endswith(b"\n") and not {0, 92} & set(raw)))
@hypothesis_settings(max_examples=30)
def test_a_shell_reads_back_the_very_bytes_of_a_key(raw: bytes) -> None:
    quoted = commands._quoted_key(to_text(raw))
    told = subprocess.run(["sh", "-c", f"printf %s {quoted}"], capture_output=True, check=True)
    assert told.stdout == to_bytes(to_text(raw)) == raw


@pytest.mark.parametrize("line", ALL)
def test_every_line_is_one_that_bash_can_read(line: str) -> None:
    subprocess.run(["bash", "-n", "-c", line], check=True, capture_output=True)


def test_the_key_is_whole_and_the_password_absent() -> None:
    line = commands.stored_history(PLACE, "user1")
    assert "chat-agent||ChatAgent||user1||history-user1" in shlex.split(line)
    assert line.startswith(
        'REDISCLI_AUTH="$(cat /data/prod/redis-password)" redis-cli -h 127.0.0.1 -p 6379 -n 2'
    )
    assert "s3cret" not in line
    assert "s3cret" not in repr(PLACE)


def test_a_cluster_is_reached_by_forwarding_with_the_readers_own_credentials() -> None:
    assert chat_commands.history(CLUSTER, "user1") == (
        "kubectl --context demo -n prod port-forward service/chat-agent 18000:8000 >/dev/null & "
        "curl -sS --retry 20 --retry-delay 1 --retry-connrefused http://127.0.0.1:18000/chat/user1/history"
        "; kill $!"
    )
    assert "port-forward pod/chat-agent-1 18000:3501 " in commands.metadata(CLUSTER)
    assert health_commands.parts(CLUSTER)["pods"] == "kubectl --context demo -n prod get pods -o wide"


def test_in_a_cluster_the_password_goes_from_its_secret_to_the_pod_by_standard_input() -> None:
    get, _, run = commands.redis_cli(CLUSTER, "PING").rpartition(" | ")
    assert shlex.split(get)[:8] == ["kubectl", "--context", "demo", "-n", "prod", "get", "secret", "redis"]
    words = shlex.split(run)
    assert words[5:8] == ["exec", "-i", "service/redis-master"]
    assert words[-1] == 'REDISCLI_AUTH="$(cat)" redis-cli -n 0 PING'


@pytest.mark.parametrize(
    ("host", "reached"),
    [
        ("redis.shared", "-n shared exec -i service/redis "),
        ("redis.shared.svc.cluster.local", "-n shared exec -i service/redis "),
        ("cache.example.com", "redis-cli -h cache.example.com -p 6379"),
    ],
)
def test_the_store_is_where_its_component_says(host: str, reached: str) -> None:
    redis = RedisAddress(host=host, port=6379, namespace="prod", secret=SecretKey("redis", "key"))
    line = commands.redis_cli(Endpoint(name="prod", redis=redis, kubectl=("kubectl", "-n", "prod")), "PING")
    assert reached in line
    assert "kubectl -n prod get secret redis" in line


def test_a_part_without_an_address_has_no_command() -> None:
    assert health_commands.parts(Endpoint(name="prod")) == {
        "agent": "",
        "sidecar": "",
        "store": "",
        "pods": "",
    }


def test_a_key_is_read_as_its_type_wants() -> None:
    assert commands.read_key(PLACE, "user-chat", "stream").endswith("XREVRANGE user-chat + - COUNT 100")
    assert commands.read_key(PLACE, "k", "string").endswith(" GET k")


def test_daca_ops_is_told_the_cluster_whatever_the_environment_of_the_reader(tmp_path: Path) -> None:
    there = Settings(
        cluster="kubernetes", context="demo", namespaces=("prod",), app_id="other", data=tmp_path / "a b"
    )
    assert commands.daca_ops(there, "diff", "--actor", "user1", namespaces=["prod"]) == (
        """DACA_NAMESPACES='["prod"]' daca-ops --app-id other diff --actor user1 -n prod """
        f"--cluster kubernetes --context demo --data '{tmp_path}/a b'"
    )
    assert isolation_commands.verify(Settings(data=tmp_path), ["prod", "dev"], ["prod"]) == (
        f"daca-ops verify --unlock prod -n prod -n dev --data {tmp_path}"
    )
