"""The doctor on the real stack: what is planted is found where it is, and a healthy stack is silent."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dashboard.services.core.settings import Settings
from dashboard.services.doctor import checkup
from local.layout import Layout
from tests.contract.test_clusters import static_file
from tests.stack.diagnosis import Documents, edit, found, look, resources, spec, workspace
from tests.stack.running_stack import RunningStack
from tests.stack.test_cli import daca_ops
from tests.stack.test_commands import run
from tests.stack.waiting import wait_until
from tests.stack.wired import Wiring, wired


def test_a_healthy_stack_has_no_finding_and_all_is_checked(stack: RunningStack, actor_id: str) -> None:
    for name in ("prod", "dev"):
        assert stack.say(name, actor_id, "all is well").status_code == 200
    report = look(stack.data)
    assert (report.findings, report.not_checked) == ((), ())


def put(component: str, **values: str) -> Callable[[Documents], object]:
    """Fields of a Component; "" takes one away."""

    def change(documents: Documents) -> None:
        fields: list[dict[str, str]] = documents[component]["spec"]["metadata"]
        kept = [field for field in fields if field["name"] not in values]
        kept += [{"name": name, "value": value} for name, value in values.items() if value]
        documents[component]["spec"]["metadata"] = kept

    return change


def again(documents: Documents) -> None:
    documents["second"] = {**documents["statestore"], "metadata": {"name": "second", "namespace": "dev"}}


def routes(documents: Documents) -> None:
    documents["message-subscription"]["spec"]["routes"].pop("default")


DECLARED: list[tuple[str, Callable[[Documents], object]]] = [
    ("subscription-pubsub-missing", spec(pubsubname="dava-pubsub")),
    ("subscription-scoped-away", lambda d: d["message-subscription"].update(scopes=["other"])),
    ("subscription-no-default", routes),
    ("subscription-not-started", spec(topic="another")),
    ("actor-state-store-missing", lambda d: d.pop("statestore")),
    ("actor-state-store-not-true", put("statestore", actorStateStore="no")),
    ("actor-state-store-twice", again),
    ("component-scoped-away", lambda d: d["statestore"].update(scopes=["other"])),
    ("component-not-loaded", again),
    ("key-prefix-useless", put("statestore", keyPrefix="name")),
    ("redis-password-missing", put("daca-pubsub", redisPassword="")),
    ("stream-unbounded", put("daca-pubsub", maxLenApprox="")),
]


@pytest.mark.parametrize(("rule", "change"), DECLARED, ids=[rule for rule, _ in DECLARED])
def test_what_is_declared_wrongly_is_found(
    stack: RunningStack, tmp_path: Path, rule: str, change: Callable[[Documents], object]
) -> None:
    """The same running parts, with a copy of what is declared: nothing that runs is disturbed."""
    shutil.copy(Layout(stack.data).state, Layout(tmp_path).state)
    shutil.copytree(stack.data / "namespaces", tmp_path / "namespaces", ignore=lambda *_: ["redis"])
    edit(resources(tmp_path), change)
    report = look(tmp_path)
    assert (rule, "dev") in found(report)
    assert {namespace for _, namespace in found(report)} == {"dev"}


@contextmanager
def configured(store: Any, **settings: str) -> Iterator[None]:
    before = {name: store.config_get(name)[name] for name in settings}
    for name, value in settings.items():
        store.config_set(name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            store.config_set(name, value)


@pytest.mark.parametrize(
    ("rule", "settings"),
    [
        ("store-not-persistent", {"appendonly": "no"}),
        ("store-evicts", {"maxmemory": "1gb", "maxmemory-policy": "allkeys-lru"}),
        ("store-near-limit", {"maxmemory": "2mb"}),
    ],
)
def test_a_redis_that_keeps_nothing_is_found(
    stack: RunningStack, rule: str, settings: dict[str, str]
) -> None:
    store = stack.redis("dev")
    if rule == "store-near-limit":
        used = int(store.info("memory")["used_memory"])
        settings = {"maxmemory": str(int(used * 1.1))}
    with configured(store, **settings):
        assert found(look(stack.data)) == {(rule, "dev")}
    assert found(look(stack.data)) == set()


def test_an_event_that_nobody_acknowledges_is_found(stack: RunningStack) -> None:
    store, topic = stack.redis("dev"), "doctors-topic"
    entry = store.xadd(topic, {"data": json.dumps({"type": "ConversationUpdated"})})
    store.xgroup_create(topic, "left-alone", "0")
    try:
        store.xreadgroup("left-alone", "gone", {topic: ">"})
        assert found(look(stack.data)) == set()
        store.xclaim(topic, "left-alone", "gone", 0, [entry], idle=90_000)
        report = look(stack.data)
        assert found(report) == {("pending-old", "dev")}
        assert "90 s" in report.findings[0].seen
    finally:
        store.delete(topic)


def test_state_of_an_app_that_is_gone_is_found(stack: RunningStack) -> None:
    store, key = stack.redis("dev"), "chat-bot||ChatAgent||user1||history-user1"
    store.hset(key, mapping={"data": "[]", "version": 1})
    try:
        assert found(look(stack.data)) == {("state-of-gone-app", "dev")}
    finally:
        store.delete(key)


def test_events_of_a_type_that_no_rule_wants_are_found(stack: RunningStack) -> None:
    store = stack.redis("dev")
    kept = store.xrange("user-chat")
    store.delete("user-chat")
    event = {"id": "1", "type": "com.dapr.event.sent", "source": "test", "data": {"actor_id": "a"}}
    try:
        store.xadd("user-chat", {"data": json.dumps(event)})
        assert ("event-type-never-published", "dev") in found(look(stack.data))
    finally:
        store.delete("user-chat")
        for entry, values in kept:
            store.xadd("user-chat", values, id=entry)
        # daprd makes its group anew when it finds it gone.
        wait_until(lambda: store.exists("user-chat") == 0 or store.xinfo_groups("user-chat"), seconds=30)


def test_two_namespaces_on_one_redis_are_found_by_who_it_is(tmp_path: Path) -> None:
    one = {"prod": Wiring("prod", "prod"), "dev": Wiring("prod", "dev", host="localhost")}
    with wired(tmp_path, one) as file, workspace(Settings(cluster="static", static_file=file)) as opened:
        assert found(checkup.check(opened, opened.endpoints())) == {
            ("store-shared", "dev"),
            ("consumer-group-shared", "dev"),
        }


def test_the_command_of_a_fix_mends_what_was_found(stack: RunningStack) -> None:
    with configured(stack.redis("dev"), maxmemory="1gb", **{"maxmemory-policy": "allkeys-lru"}):
        (evicts,) = look(stack.data).findings
        assert run(*evicts.commands) == "OK\n"
        assert not found(look(stack.data))


def test_the_command_line_tells_by_its_exit_status(stack: RunningStack, tmp_path: Path) -> None:
    data = ("--data", str(stack.data))
    well = daca_ops("doctor", "--json", *data)
    assert (well.returncode, json.loads(well.stdout)) == (0, {"findings": [], "not_checked": []})
    with configured(stack.redis("dev"), maxmemory="1gb", **{"maxmemory-policy": "allkeys-lru"}):
        ill = daca_ops("doctor", *data)
        assert ill.returncode == 1
        assert "CONFIG SET maxmemory-policy noeviction" in ill.stdout
        assert daca_ops("doctor", "-n", "prod", *data).returncode == 0
    assert daca_ops("doctor", "-n", "nowhere", *data).returncode == 2
    assert daca_ops("doctor", "-f", str(tmp_path / "none")).returncode == 2
    static = ("--cluster", "static", "--file", str(static_file(stack, tmp_path)), *data)
    assert "no manifests" in daca_ops("doctor", *static).stdout
    course = Path(__file__).parents[1] / "fixtures" / "course"
    sarif = daca_ops("doctor", "-f", str(course), "--format", "sarif")
    assert sarif.returncode == 1
    assert json.loads(sarif.stdout)["version"] == "2.1.0"
