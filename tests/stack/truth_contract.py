"""What one actor's truth shows wherever it runs: imported by a module with a `site` of its own.

Each fault is planted in the real Redis of a namespace, around Dapr.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dashboard.model.core.names import APP_ID, TOPIC, history_key
from dashboard.model.topics.events import EntryFilter
from dashboard.services.actors import reports as truth_reports
from dashboard.services.actors import truth
from dashboard.services.actors.truth import ActorTruth
from dashboard.services.core.workspace import Workspace
from dashboard.services.topics import entries as topic_entries
from tests.stack.test_cli import daca_ops
from tests.stack.waiting import wait_until


@dataclass(frozen=True)
class Site:
    """Two namespaces, prod and dev, as a test reaches them; `options` are those of `daca-ops`."""

    workspace: Workspace
    options: Sequence[str]
    say: Callable[[str, str, str], object]
    redis: Callable[[str], Any]


def look(workspace: Workspace, name: str, actor_id: str, turns: int = 20) -> ActorTruth:
    return truth.look(workspace, name, actor_id, turns=turns)


def marks(found: ActorTruth) -> list[tuple[int, str, str]]:
    return [(row.turn.number, row.mark.source, row.mark.cause.name) for row in found.truth.turns if row.mark]


def agree(workspace: Workspace, name: str, actor_id: str) -> None:
    """Events arrive a moment after their turn."""

    def agreed() -> bool:
        found = look(workspace, name, actor_id)
        return found.truth.worst() is None and not found.facts.failures

    wait_until(agreed, what=f"{actor_id} agrees")


def stored_head(store: Any, actor_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(str(store.hget(history_key(actor_id), "data")))
    return found


def write_head(store: Any, actor_id: str, **changes: Any) -> None:
    """Change the stored head around Dapr, as another writer would."""
    store.hset(history_key(actor_id), "data", json.dumps({**stored_head(store, actor_id), **changes}))


def carried(workspace: Workspace, name: str, actor_id: str) -> list[str]:
    """The ids of the actor's events in the stream, newest first."""
    entries = topic_entries.page(workspace, name, TOPIC, EntryFilter(actor_id)).entries
    return [entry.event.id for entry in entries if entry.event]


@contextmanager
def refused(store: Any, command: str) -> Iterator[None]:
    """Redis refuses `command` to Dapr, which is its default user; a call that it blocked on is over."""
    store.acl_setuser("default", enabled=True, commands=[f"-{command}"])
    try:
        for client in store.client_list():
            if "b" in client["flags"]:
                store.client_unblock(int(client["id"]))
        yield
    finally:
        store.acl_setuser("default", enabled=True, commands=[f"+{command}"])


def told(site: Site, name: str, actor_id: str) -> tuple[int, dict[str, Any]]:
    """The exit status of the command, and what it tells of that namespace."""
    ran = daca_ops("actor", actor_id, "-n", name, "--json", *site.options)
    found: dict[str, Any] = json.loads(ran.stdout)["namespaces"][name]
    return ran.returncode, found


def test_a_healthy_actor_agrees_and_its_host_is_named(site: Site, actor_id: str) -> None:
    for number in range(30):
        site.say("prod", actor_id, f"turn {number}")
    site.say("dev", actor_id, "another's")
    for name in ("prod", "dev"):
        agree(site.workspace, name, actor_id)
    found = look(site.workspace, "prod", actor_id)
    assert truth_reports.verdict(found) == "all agree in 20 turns"
    assert found.facts.said
    assert found.facts.said.total == 60
    assert found.facts.said.activated_at < found.facts.said.turns[-1].time
    assert any(found.hosted.values())
    assert found.facts.stored
    head = found.facts.stored.head
    assert (head.format, head.segments, head.total, found.facts.stored.version) == ("1", 1, 60, "30")
    whole = look(site.workspace, "prod", actor_id, 100).truth.turns
    assert [row.turn.number for row in whole] == list(range(1, 31))
    status, plain = told(site, "dev", actor_id)
    assert (status, plain["verdict"]) == (0, "all agree in 1 turn")
    assert plain["host"]["replica"].startswith("chat-agent-")


def test_an_event_that_redis_refuses_waits_and_is_published_later(site: Site, actor_id: str) -> None:
    site.say("dev", actor_id, "published")
    agree(site.workspace, "dev", actor_id)
    store = site.redis("dev")
    with refused(store, "xadd"):
        site.say("dev", actor_id, "kept back")
        found = look(site.workspace, "dev", actor_id)
        assert marks(found) == [(2, "stream", "not yet published")]
        assert truth_reports.verdict(found) == "on its way: not yet published"
        status, plain = told(site, "dev", actor_id)
        assert (status, plain["turns"][1]["mark"]["cause"]["name"]) == (1, "not yet published")
        waiting = stored_head(store, actor_id)["unpublished"][-1]["event_id"]
    agree(site.workspace, "dev", actor_id)  # by itself: nobody says anything
    assert carried(site.workspace, "dev", actor_id).count(waiting) == 1


def test_what_another_consumer_took_is_pending_and_then_taken_elsewhere(site: Site, actor_id: str) -> None:
    site.say("dev", actor_id, "received")
    agree(site.workspace, "dev", actor_id)
    store = site.redis("dev")
    store.acl_setuser("another", enabled=True, nopass=True, keys=["*"], commands=["+@all"])
    with refused(store, "xreadgroup"):
        site.say("dev", actor_id, "not received")

        def not_delivered() -> bool:
            return marks(look(site.workspace, "dev", actor_id)) == [(2, "received", "not delivered")]

        wait_until(not_delivered, what="the group has not taken it")
        store.execute_command("AUTH", "another", "-")
        ((_, ((taken, _),)),) = store.xreadgroup(APP_ID, "another consumer", {TOPIC: ">"})
        found = look(site.workspace, "dev", actor_id)
        assert marks(found) == [(2, "received", "pending")]
        words = next(row.mark.cause.words for row in found.truth.turns if row.mark)
        assert words.startswith("Delivered once to another consumer of group chat-agent, unacknowledged")
    store.xack(TOPIC, APP_ID, taken)
    assert marks(look(site.workspace, "dev", actor_id)) == [(2, "received", "taken elsewhere")]


def test_a_trimmed_stream_explains_what_it_lacks(site: Site, actor_id: str) -> None:
    for number in range(3):
        site.say("dev", actor_id, f"turn {number}")
    agree(site.workspace, "dev", actor_id)
    site.redis("dev").xtrim(TOPIC, maxlen=1, approximate=False)
    found = look(site.workspace, "dev", actor_id)
    assert marks(found) == [(1, "stream", "trimmed"), (2, "stream", "trimmed")]
    assert truth_reports.verdict(found) == "all agree in 3 turns, but for what is trimmed"
    status, plain = told(site, "dev", actor_id)
    assert (status, plain["turns"][0]["mark"]["cause"]["name"]) == (0, "trimmed")


def test_a_foreign_turn_in_the_store_is_another_writer_s(site: Site, actor_id: str) -> None:
    site.say("prod", actor_id, "mine")
    agree(site.workspace, "prod", actor_id)
    store = site.redis("prod")
    at = datetime.now(UTC).isoformat()
    foreign = [
        {"role": role, "content": "not mine", "turn": 2, "time": at, "id": f"made-up-{role}"}
        for role in ("user", "assistant")
    ]
    write_head(store, actor_id, messages=stored_head(store, actor_id)["messages"] + foreign, total=4)
    assert (2, "store", "another writer") in marks(look(site.workspace, "prod", actor_id))
    shown = daca_ops("actor", actor_id, "-n", "prod", *site.options)
    assert shown.returncode == 1
    assert "something is wrong: another writer" in shown.stdout
