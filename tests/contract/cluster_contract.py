"""What every cluster keeps, whatever runs its namespaces: imported by a module with a `settings` of its own.

The namespaces prod and dev are there, with all their parts.
"""

from __future__ import annotations

from contextlib import closing

from dashboard.gateways.clusters.open import open_cluster
from dashboard.gateways.connections import Connections
from dashboard.services import fleet
from dashboard.services.chat import Chat
from dashboard.services.guard import Guard
from dashboard.services.readings import Readings
from dashboard.services.settings import Settings
from dashboard.services.workspace import open_workspace
from tests.stack.waiting import wait_until

BOTH = ("prod", "dev")


def test_it_lists_its_namespaces_with_every_address(settings: Settings) -> None:
    with closing(open_cluster(settings)) as cluster:
        assert cluster.kind == settings.cluster
        places = {place.name: place for place in cluster.places()}
        assert set(BOTH) <= places.keys()
        assert [place.name for place in cluster.outline()] == list(places)
        assert all(places[name].agent_url and places[name].sidecar_url for name in BOTH)
        assert all(places[name].redis and not places[name].gaps for name in BOTH)
        assert cluster.troubles() == ()


def test_every_part_answers_where_it_says(settings: Settings) -> None:
    with closing(open_cluster(settings)) as cluster, closing(Connections(cluster.dialer)) as connections:
        for place in (place for place in cluster.places() if place.name in BOTH):
            assert connections.agent(place).readiness() == ""
            assert "ChatAgent" in connections.sidecar(place).metadata().hosts_actors
            assert connections.store(place).ping().version


def test_the_services_work_on_it(settings: Settings, actor_id: str) -> None:
    with closing(open_workspace(settings)) as workspace:
        guard = Guard()
        for name in BOTH:
            guard.unlock(name, name)
        chat = Chat(workspace, guard)
        deliveries = list(chat.send(BOTH, actor_id, "hello", message_id=f"{actor_id}-1"))
        assert {d.namespace: d.answer for d in deliveries} == dict.fromkeys(BOTH, "Got your message: hello")
        list(chat.send(["prod"], actor_id, "hello", message_id=f"{actor_id}-1"))
        found = chat.histories([*BOTH, "nowhere"], actor_id)
        assert {name: len(page.turns) for name, page in found.pages.items()} == {"prod": 1, "dev": 1}
        assert found.failures["nowhere"].word == "not there"
        places = [workspace.place(name) for name in BOTH]
        readings = Readings(workspace)
        wait_until(lambda: actor_id in readings.actor_ids(places), what="the actor id is found in the stores")
        assert [health.state for health in fleet.check(workspace, places)] == ["ok", "ok"]
