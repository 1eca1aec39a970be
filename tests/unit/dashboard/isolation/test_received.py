"""Which agent received a probe: named by the namespace it was asked in, told apart by what it is."""

from __future__ import annotations

from dashboard.model.topics.inboxes import EventInbox, Inboxes
from dashboard.services.isolation.probes import Received, new_probes

PROBES = new_probes(["prod", "dev"])


def received(namespace: str, says: str, started_at: str = "2026-01-01T00:00:00Z") -> Received:
    found = Received(namespace=namespace)
    inbox = EventInbox(replica="chat-agent-1", namespace=says, events=(), started_at=started_at)
    found.add(Inboxes((inbox,)), PROBES)
    return found


def test_a_replica_that_does_not_know_its_namespace_is_named_by_the_one_it_was_asked_in() -> None:
    assert "0 events of replica chat-agent-1 of namespace prod;" in received("prod", "").observation().seen


def test_one_that_says_another_is_shown_as_evidence() -> None:
    seen = received("dev", "prod").observation().seen
    assert "replica chat-agent-1 of namespace dev (which says it is of prod)" in seen


def test_one_process_is_one_agent_in_every_namespace_and_two_of_a_name_are_two() -> None:
    assert received("prod", "").agents == received("dev", "").agents
    assert not received("prod", "").agents & received("dev", "", "2026-01-01T00:00:01Z").agents
