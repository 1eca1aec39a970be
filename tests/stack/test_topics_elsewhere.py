"""Topics on another Redis than the state store: whoever reads them looks there."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import redis

from dashboard.model.core.names import TOPIC
from dashboard.model.topics.events import EntryFilter
from dashboard.services.access.audited_write import open_writes
from dashboard.services.access.write_policy import WritePolicy
from dashboard.services.actors import truth
from dashboard.services.chat.sending import Chat
from dashboard.services.doctor import checkup
from dashboard.services.topics import delivery
from tests.stack.test_isolation import left_behind, proven, static
from tests.stack.waiting import wait_until
from tests.stack.wired import Wiring, wired


def test_topics_on_a_redis_of_their_own_are_read_there(tmp_path: Path) -> None:
    wirings = {"prod": Wiring("prod", "prod", topic="dev"), "dev": Wiring("dev", "dev", topic="prod")}
    with wired(tmp_path, wirings) as file, static(file) as workspace:
        result = proven(workspace)
        assert result.proven, result.proof.sentence
        assert left_behind(workspace, result) == []
        sent = Chat(open_writes(workspace, WritePolicy())).send(["prod"], "user1", "Hi there")
        assert [delivery.failure for delivery in sent] == [None]
        endpoint = workspace.endpoint("prod")

        def ways() -> list[str]:
            found = delivery.listing(workspace, "prod", TOPIC, EntryFilter("user1"))
            return [found.status(entry)[1] for entry in found.page.entries]

        wait_until(lambda: [way.startswith("received") for way in ways()] == [True], what="it is received")
        assert delivery.listing(workspace, "dev", TOPIC, EntryFilter("user1")).page.entries == ()
        told = truth.look(workspace, "prod", "user1")
        assert (told.truth.worst(), told.facts.failures) == (None, {})
        broker = endpoint.broker
        assert broker
        with closing(redis.Redis(broker.host, broker.port, broker.db, broker.password)) as client:
            entry = client.xadd("a-topic", {"data": "{}"})
            client.xgroup_create("a-topic", "left-alone", "0")
            client.xreadgroup("left-alone", "gone", {"a-topic": ">"})
            client.xclaim("a-topic", "left-alone", "gone", 0, [entry], idle=90_000)
        report = checkup.check(workspace, workspace.endpoints())
        pending = [finding for finding in report.findings if finding.rule == "pending-old"]
        assert [finding.namespace for finding in pending] == ["prod"]
