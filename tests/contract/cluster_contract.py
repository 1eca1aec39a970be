"""What every cluster keeps, whatever runs its namespaces: imported by a module with a `settings` of its own.

The namespaces prod and dev are there, with all their parts.
"""

from __future__ import annotations

from contextlib import closing

from dashboard.gateways.clusters.open import open_cluster
from dashboard.gateways.connections import Connections
from dashboard.model.core.readiness import AgentReadiness
from dashboard.services.access.audited_write import open_writes
from dashboard.services.access.write_policy import WritePolicy
from dashboard.services.chat import histories
from dashboard.services.chat.sending import Chat
from dashboard.services.core.actor_ids import PolledActorIds
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import open_workspace
from dashboard.services.health import health_check
from tests.stack.waiting import wait_until

BOTH = ("prod", "dev")


def test_it_lists_its_namespaces_with_every_address(settings: Settings) -> None:
    with closing(open_cluster(settings)) as cluster:
        assert cluster.kind == settings.cluster
        endpoints = {endpoint.name: endpoint for endpoint in cluster.endpoints()}
        assert set(BOTH) <= endpoints.keys()
        assert [endpoint.name for endpoint in cluster.outline()] == list(endpoints)
        assert all(endpoints[name].agent_url and endpoints[name].sidecar_url for name in BOTH)
        assert all(endpoints[name].redis and not endpoints[name].unavailable for name in BOTH)
        assert cluster.warnings() == ()


def test_every_part_answers_where_it_says(settings: Settings) -> None:
    with closing(open_cluster(settings)) as cluster, closing(Connections(cluster.dialer)) as connections:
        for endpoint in (endpoint for endpoint in cluster.endpoints() if endpoint.name in BOTH):
            assert connections.agent(endpoint).readiness() == AgentReadiness()
            assert "ChatAgent" in connections.sidecar(endpoint).metadata().hosts_actors
            assert connections.store(endpoint).ping().server


def test_the_services_work_on_it(settings: Settings, actor_id: str) -> None:
    with closing(open_workspace(settings)) as workspace:
        policy = WritePolicy()
        for name in BOTH:
            policy.write_lock.unlock(name, name)
        chat = Chat(open_writes(workspace, policy))
        deliveries = list(chat.send(BOTH, actor_id, "hello", idempotency_key=f"{actor_id}-1"))
        assert {d.namespace: d.answer for d in deliveries} == dict.fromkeys(BOTH, "Got your message: hello")
        list(chat.send(["prod"], actor_id, "hello", idempotency_key=f"{actor_id}-1"))
        found = histories.read(workspace, [*BOTH, "nowhere"], actor_id)
        assert {name: len(page.turns) for name, page in found.pages.items()} == {"prod": 1, "dev": 1}
        assert found.failures["nowhere"].word == "not there"
        actor_ids = PolledActorIds(workspace)
        wait_until(lambda: actor_id in actor_ids.look(BOTH), what="the actor id is found in the stores")
        assert [health.state for health in health_check.check(workspace, BOTH)] == ["ok", "ok"]
