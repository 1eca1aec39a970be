"""`daca-ops` as a script uses it: exit status, JSON, and nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.model.core.names import history_key
from local import stack as local_stack
from local import state
from local.layout import Layout
from tests.contract.test_clusters import static_file
from tests.stack.running_stack import RunningStack
from tests.stack.waiting import wait_until

SECONDS = 100


def daca_ops(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dashboard", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


@pytest.fixture
def folder(empty_folder: Path) -> Iterator[Path]:
    yield empty_folder
    local_stack.down(empty_folder)


def test_the_whole_chain(folder: Path) -> None:
    data = ("--data", str(folder))
    up = daca_ops(
        "up", "--detach", "--no-dashboard", "--namespaces", "prod,dev,test", "--protect", "prod", *data
    )
    assert up.returncode == 0, up.stderr
    found = state.running(Layout(folder))
    assert found is not None
    handles = [handle for process in found.processes.values() if (handle := process.handle())]
    assert len(handles) == 1 + 3 * 3

    locked = daca_ops("send", "Hi there", "--actor", "user1", *data)
    assert locked.returncode == 1
    assert "prod: locked" in locked.stderr
    assert "test: Got your message: Hi there" in locked.stdout
    sent = daca_ops("send", "Hi there", "--actor", "user1", "-n", "prod", "--unlock", "prod", *data)
    assert sent.returncode == 0, sent.stderr

    diff = daca_ops("diff", "--actor", "user1", "--json", *data)
    assert diff.returncode == 0
    assert json.loads(diff.stdout)["counts"] == {
        "same": 1,
        "differs": 0,
        "only": 0,
        "unread": 0,
        "unknown": 0,
    }
    daca_ops("send", "more", "--actor", "user1", "-n", "dev", *data)
    assert daca_ops("diff", "--actor", "user1", "--exit-code", *data).returncode == 1

    assert daca_ops("reset", "prod", *data).returncode == 1
    assert daca_ops("reset", "dev", *data).returncode == 0
    assert "Got your message" not in daca_ops("history", "--actor", "user1", "-n", "dev", *data).stdout
    assert "Activating actor" in daca_ops("logs", "-n", "test", "--lines", "500", *data).stdout

    lines = [json.loads(line) for line in (folder / "audit.jsonl").read_text().splitlines()]
    written = [(line["action"], line["namespace"], line["result"]) for line in lines]
    assert sorted(written[:3]) == [
        ("send", "dev", "done"),
        ("send", "prod", "refused"),
        ("send", "test", "done"),
    ]
    assert written[3:] == [
        ("unlock", "prod", "done"),
        ("send", "prod", "done"),
        ("send", "dev", "done"),
        ("reset", "prod", "refused"),
        ("reset", "dev", "done"),
    ]
    assert all(line["who"].endswith("(daca-ops)") and line["cluster"] == "local" for line in lines)
    listed = daca_ops("audit", "--result", "refused", "--since", "1h", "--json", *data)
    assert json.loads(listed.stdout)["entries"] == [
        line for line in lines[::-1] if line["result"] == "refused"
    ]
    assert "⊘ refused" in daca_ops("audit", "-n", "2", *data).stdout
    assert daca_ops("audit", "--since", "soon", *data).returncode == 2

    assert daca_ops("down", *data).returncode == 0
    assert not [handle for handle in handles if handle.is_running()]
    assert daca_ops("status", *data).returncode == 1


def at_a_terminal(answer: str, *words: str) -> tuple[int, str]:
    """Exit status and output of a command whose input is a terminal where `answer` is typed."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "dashboard", *words]
    with subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        os.close(theirs)
        os.write(ours, f"{answer}\n".encode())
        said, _ = process.communicate(timeout=SECONDS)
    os.close(ours)
    return process.returncode, said


def test_reset_asks_for_the_name_where_somebody_can_answer(stack: RunningStack, actor_id: str) -> None:
    stack.say("dev", actor_id, "still there")
    data = ("--data", str(stack.data))
    status, said = at_a_terminal("prod", "reset", "dev", *data)
    assert status == 1
    assert "Type its name" in said
    assert "nothing was deleted" in said
    assert daca_ops("reset", "dev", "--yes", "prod", *data).returncode == 1
    assert len(stack.history("dev", actor_id)) == 2
    status, said = at_a_terminal("dev", "reset", "dev", *data)
    assert (status, "deleted" in said) == (0, True)
    assert stack.history("dev", actor_id) == []


def test_status_has_the_agreed_shape(stack: RunningStack) -> None:
    shown = daca_ops("status", "--json", "--data", str(stack.data))
    assert shown.returncode == 0, shown.stderr
    found = json.loads(shown.stdout)
    assert (found["cluster"], found["dashboard"]) == ("local", None)
    assert set(found["placement"]) == {"pid", "address"}
    prod = found["namespaces"][0]
    assert set(prod) == {"name", "protected", "agent", "sidecar", "redis"}
    assert set(prod["agent"]) == {"url", "pid", "ready", "log"}
    assert set(prod["sidecar"]) == {"url", "pid", "version", "ready", "log"}
    assert set(prod["redis"]) == {"host", "port", "db", "pid", "password_file"}
    assert prod["sidecar"]["version"] == "1.18.1"


def test_the_store_from_a_terminal(stack: RunningStack, actor_id: str) -> None:
    stack.say("prod", actor_id, "10s")
    data = ("--data", str(stack.data))
    keys = daca_ops("store", "keys", "-n", "prod", "--contains", actor_id, "--json", *data)
    assert [key["raw"] for key in json.loads(keys.stdout)["keys"]] == [history_key(actor_id)]
    shown = daca_ops("store", "show", history_key(actor_id), "-n", "prod", "--json", *data)
    assert json.loads(shown.stdout)["value"]["messages"][0]["content"] == "10s"
    missing = daca_ops("store", "show", "nothing", "-n", "prod", *data)
    assert (missing.returncode, "not there" in missing.stderr) == (1, True)


def test_a_static_cluster_from_a_terminal(stack: RunningStack, actor_id: str, tmp_path: Path) -> None:
    where = ("--cluster", "static", "--file", str(static_file(stack, tmp_path)), "--data", str(tmp_path))
    assert daca_ops("send", "hello", "--actor", actor_id, *where).returncode == 0
    assert daca_ops("namespaces", "--json", *where).returncode == 0
    assert len(stack.history("dev", actor_id)) == 2


KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: nowhere
contexts: [{name: nowhere, context: {cluster: nowhere, user: nobody}}]
clusters: [{name: nowhere, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: nobody, user: {}}]
"""


def test_what_prepares_a_cluster_is_guarded_and_leaves_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text(KUBECONFIG)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("DACA_DATA", str(tmp_path))
    assert daca_ops("k8s", "init", "dev").returncode == 1
    monkeypatch.setenv("DACA_READ_ONLY", "true")
    refused = daca_ops("k8s", "init", "dev")
    assert (refused.returncode, "read-only" in refused.stderr) == (1, True)
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    written = [(line["action"], line["namespace"], line["result"]) for line in lines]
    assert written == [("k8s init", "dev", "failed"), ("k8s init", "dev", "refused")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("send", "x", "--actor", "a b"), "1 to 64"),
        (("send", "x", "--actor", "a"), "daca-ops up"),
        (("send", "x", "--actor", "a", "--cluster", "kubernetes", "--context", "none"), "kubeconfig"),
        (("send", "x", "--actor", "a", "--cluster", "static", "--file", "none.toml"), "cannot be read"),
        (("status",), "daca-ops up"),
        (("logs",), "daca-ops up"),
        (("up", "--namespaces", "UPPER"), "cannot be a namespace"),
        (("up", "--protect", "elsewhere"), "not among the namespaces"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    refused = daca_ops(*words, "--data", str(tmp_path))
    assert refused.returncode != 0
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_logs_are_filtered_by_part_actor_level_and_age(stack: RunningStack, actor_id: str) -> None:
    stack.say("prod", actor_id, "in prod")
    stack.say("dev", actor_id, "in dev")
    words = ("logs", "--data", str(stack.data), "--actor", actor_id)

    def read(*more: str) -> list[dict[str, str]]:
        ran = daca_ops(*words, "--json", *more)
        assert ran.returncode == 0, ran.stderr
        found: list[dict[str, str]] = json.loads(ran.stdout)["lines"]
        return found

    wait_until(lambda: len(read("-n", "prod")) == 2, what="activation and event are in the log")
    assert {(line["namespace"], line["part"]) for line in read()} == {("prod", "agent"), ("dev", "agent")}
    assert [line["at"] for line in read()] == sorted(line["at"] for line in read())
    assert len(read("-n", "prod", "--contains", "ACTIVATING")) == 1
    assert read("--part", "sidecar") == read("--level", "warning") == []
    assert read("--since", "1d") == read()
    redis = daca_ops("logs", "--data", str(stack.data), "--part", "redis", "-n", "dev")
    assert "dev-redis | " in redis.stdout


def test_logs_are_followed(stack: RunningStack, actor_id: str) -> None:
    command = [sys.executable, "-m", "dashboard", "logs", "-f", "--json", "--actor", actor_id]
    with subprocess.Popen([*command, "--data", str(stack.data)], stdout=subprocess.PIPE, text=True) as tail:
        try:
            stack.say("prod", actor_id, "first")
            assert tail.stdout
            seen = [json.loads(tail.stdout.readline())["text"] for _ in range(2)]
            stack.say("dev", actor_id, "second")
            seen += [json.loads(tail.stdout.readline())["text"] for _ in range(2)]
        finally:
            tail.terminate()
    assert seen[::2] == [f"Activating actor for history-{actor_id}"] * 2
    assert len(set(seen)) == 3


@pytest.mark.parametrize("words", [("send", "Hi"), ("verify",), ("verify", "--remove", "somebody")])
def test_a_namespace_that_is_not_there_stops_before_anything_is_written(
    stack: RunningStack, actor_id: str, words: tuple[str, ...]
) -> None:
    actor = ("--actor", actor_id) if words[0] == "send" else ()
    where = ("-n", "prod", "-n", "nowhere", "--data", str(stack.data))
    before = stack.redis("prod").dbsize()
    refused = daca_ops(*words, *actor, *where)
    assert refused.returncode == 1
    assert "There is no namespace nowhere in this cluster; nothing was written." in refused.stderr
    assert stack.stored("prod", actor_id) == {}
    assert stack.redis("prod").dbsize() == before


def test_an_event_for_a_namespace_that_is_not_there_is_refused(stack: RunningStack, actor_id: str) -> None:
    words = ("events", "publish", "Hi", "--actor", actor_id, "-n", "nowhere", "--data", str(stack.data))
    refused = daca_ops(*words)
    assert refused.returncode == 1
    assert "There is no namespace nowhere in this cluster." in refused.stderr


def test_reading_names_what_is_not_there_and_shows_the_others(stack: RunningStack, actor_id: str) -> None:
    stack.say("prod", actor_id, "Hi")
    where = ("--actor", actor_id, "-n", "prod", "-n", "nowhere", "--data", str(stack.data))
    for command in ("history", "diff"):
        found = daca_ops(command, *where)
        assert found.returncode == 1
        assert "There is no namespace nowhere" in found.stderr
        assert "Got your message: Hi" in found.stdout
    assert "not known: nowhere gave no answer" in found.stdout


def test_what_differs_is_printed_to_the_character(stack: RunningStack, actor_id: str) -> None:
    stack.say("prod", actor_id, "5 euros")
    stack.say("dev", actor_id, "5 euros ")
    words = ("diff", "--actor", actor_id, "-n", "prod", "-n", "dev", "--data", str(stack.data))
    found = daca_ops(*words, "--exit-code")
    assert found.returncode == 1
    assert "+ 5 euros{+␣+}" in found.stdout
    assert "euros{+␣+}" in json.loads(daca_ops(*words, "--json").stdout)["rows"][0]["difference"]


def test_a_stopped_agent_is_not_said_to_lack_a_turn(stack: RunningStack, actor_id: str) -> None:
    """It answered the first reading of a diff, and no other: what came since is not known of it."""
    stack.say("prod", actor_id, "only here")
    words = ("diff", "--actor", actor_id, "-n", "prod", "-n", "dev", "--data", str(stack.data))
    with stack.held("dev", "agent"):
        found = daca_ops(*words, "--json")
    (row,) = json.loads(found.stdout)["rows"]
    assert (row["verdict"], found.returncode) == ("unknown", 1)
    assert "only in prod" in daca_ops(*words).stdout
