"""The agent's own way to its store: what we reach with our password, its sidecar may not with the old one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import redis

from dashboard.model.health.health import PartHealth
from dashboard.services.core.workspace import Workspace
from dashboard.services.doctor import checkup
from dashboard.services.health import health_check
from tests.stack.test_isolation import static
from tests.stack.waiting import wait_until
from tests.stack.wired import Wiring, wired

NEW = "another-one"


def store_of(workspace: Workspace) -> PartHealth:
    (found,) = health_check.check(workspace, ["prod"])
    return next(part for part in found.parts if part.name == "store")


def topic_of(workspace: Workspace) -> PartHealth:
    (found,) = health_check.check(workspace, ["prod"])
    return next(part for part in found.parts if part.name == "topic")


def errors(workspace: Workspace) -> set[str]:
    report = checkup.check(workspace, workspace.endpoints())
    return {found.rule for found in report.findings if found.severity == "error"}


@contextmanager
def told_the_new_password(folder: Path) -> Iterator[Workspace]:
    """The workspace of one who knows it, while the agent's sidecar keeps the old one."""
    (folder / "password").write_text(NEW)
    text = (folder / "daca.toml").read_text()
    old = next(line for line in text.splitlines() if line.startswith("redis_password_file"))
    (folder / "new.toml").write_text(text.replace(old, f'redis_password_file = "{folder / "password"}"'))
    with static(folder / "new.toml") as workspace:
        yield workspace


def test_what_keeps_a_turn_from_its_store_is_told_though_we_reach_it(tmp_path: Path) -> None:
    with wired(tmp_path, {"prod": Wiring("prod", "prod")}) as file:
        with static(file) as workspace:
            assert store_of(workspace).state == "ok"
            assert errors(workspace) == set()
            address = workspace.endpoint("prod").redis
            assert address
        with closing(redis.Redis(address.host, address.port, password=address.password)) as client:
            client.config_set("maxmemory", "1")
            with static(file) as workspace:
                assert "full" in store_of(workspace).words
                assert "store-refuses-writes" in errors(workspace)
            client.config_set("maxmemory", "0")
            client.replicaof("127.0.0.1", "9")  # the discard port: nobody there
            with static(file) as workspace:
                assert "read-only replica" in store_of(workspace).words
                assert "store-refuses-writes" in errors(workspace)
            client.replicaof("NO", "ONE")
            client.config_set("requirepass", NEW)
            client.client_kill_filter(_type="normal", skipme=True)
        with told_the_new_password(tmp_path) as workspace:
            wait_until(lambda: store_of(workspace).state == "down", what="it is told")
            part = store_of(workspace)
            assert "WRONGPASS" in part.words and "restart the agent" in part.hint
            assert "store-refused-to-sidecar" in errors(workspace)
            agent = workspace.connections.agent(workspace.endpoint("prod"))
            wait_until(lambda: "WRONGPASS" in agent.readiness().problem, seconds=10, what="so says the agent")
            with closing(redis.Redis(host=address.host, port=address.port, password=NEW)) as client:
                client.config_set("requirepass", address.password or "")
                client.client_kill_filter(_type="normal", skipme=True)
            wait_until(lambda: not agent.readiness().problem, what="it recovers without a restart")


def test_a_topic_that_takes_no_events_is_told(tmp_path: Path) -> None:
    wirings = {"prod": Wiring("prod", "prod", topic="topics"), "topics": Wiring("topics", "topics")}
    with wired(tmp_path, wirings) as file, static(file) as workspace:
        broker = workspace.endpoint("topics").redis
        assert broker
        with closing(redis.Redis(host=broker.host, port=broker.port, password=broker.password)) as client:
            client.replicaof("127.0.0.1", "9")
            workspace.agent("prod").send("alice", "hello", idempotency_key="1")
            wait_until(lambda: topic_of(workspace).state == "down", seconds=10, what="it is told")
            assert "topic-refuses-events" in errors(workspace)
            client.replicaof("NO", "ONE")
        wait_until(lambda: topic_of(workspace).state == "ok", what="it recovers")
