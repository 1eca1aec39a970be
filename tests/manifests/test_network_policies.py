"""What the network policies let through, worked out from the rendered objects: few test clusters enforce any.

The rules are those of kubernetes.io, "Network Policies": a pod that a policy selects for a direction may do
there only what some policy allows; a connection needs both ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from tests.manifests.test_manifests import COMBINATIONS, Json, objects


@dataclass(frozen=True)
class Peer:
    """A pod by its namespace and name label; `port` is where it listens."""

    namespace: str
    name: str
    port: int = 0
    protocol: str = "TCP"

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}:{self.port}"


AGENT, REDIS = Peer("all", "chat-agent", 8000), Peer("all", "redis", 6379)
SIDECAR = Peer("all", "chat-agent", 50002)
DASHBOARD = Peer("daca-ops", "daca-ops", 8501)
DNS = Peer("kube-system", "coredns", 53, "UDP")
API_SERVER = Peer("kube-system", "kube-apiserver", 6443)
STRANGER, OUTSIDE = Peer("all", "stranger", 80), Peer("internet", "anybody", 443)
OTHER_AGENT = Peer("dev", "chat-agent", 8000)

OPEN = [
    *((AGENT, Peer("dapr-system", "dapr", port)) for port in (50001, 6500, 50005, 50006)),
    (AGENT, REDIS),
    (AGENT, SIDECAR),
    (AGENT, DNS),
    (API_SERVER, AGENT),
    (API_SERVER, Peer("all", "chat-agent", 3501)),
    (DASHBOARD, REDIS),
    (DASHBOARD, API_SERVER),
    (DASHBOARD, DNS),
    (Peer("ingress-nginx", "ingress"), DASHBOARD),
]
CLOSED = [
    (OTHER_AGENT, REDIS),
    (OTHER_AGENT, SIDECAR),
    (STRANGER, REDIS),
    (Peer("dev", "daca-ops"), REDIS),
    (AGENT, Peer("dev", "redis", 6379)),
    (AGENT, Peer("dev", "chat-agent", 50002)),
    (AGENT, OUTSIDE),
    (AGENT, API_SERVER),
    (REDIS, OUTSIDE),
    (REDIS, DNS),
    (STRANGER, OUTSIDE),
    (OUTSIDE, STRANGER),
    (OUTSIDE, Peer("all", "chat-agent", 3500)),
    (OUTSIDE, Peer("all", "chat-agent", 50001)),
    (DASHBOARD, AGENT),
    (DASHBOARD, Peer("elsewhere", "redis", 6379)),
    (OUTSIDE, Peer("daca-ops", "daca-ops", 22)),
]


@pytest.fixture(scope="module")
def rendered() -> list[Json]:
    return [*objects(COMBINATIONS / "all-components"), *objects(COMBINATIONS / "whole-dashboard")]


@pytest.mark.parametrize("flow", OPEN, ids=lambda flow: f"{flow[0]} to {flow[1]}")
def test_what_is_needed_is_open(rendered: list[Json], flow: tuple[Peer, Peer]) -> None:
    assert allows(rendered, *flow)


@pytest.mark.parametrize("flow", CLOSED, ids=lambda flow: f"{flow[0]} to {flow[1]}")
def test_all_else_is_closed(rendered: list[Json], flow: tuple[Peer, Peer]) -> None:
    assert not allows(rendered, *flow)


def allows(rendered: list[Json], source: Peer, target: Peer) -> bool:
    spaces = {i["metadata"]["name"]: i["metadata"]["labels"] for i in rendered if i["kind"] == "Namespace"}
    policies = [item for item in rendered if item["kind"] == "NetworkPolicy"]

    def open_at(end: Peer, other: Peer, direction: str, other_key: str) -> bool:
        chosen = [
            policy["spec"]
            for policy in policies
            if policy["metadata"]["namespace"] == end.namespace
            and direction in policy["spec"]["policyTypes"]
            and _selects(policy["spec"]["podSelector"], _labels(end))
        ]
        rules = [rule for spec in chosen for rule in spec.get(direction.lower(), ())]
        return not chosen or any(
            _has_port(rule, target) and _has_peer(rule.get(other_key), end, other, spaces) for rule in rules
        )

    return open_at(source, target, "Egress", "to") and open_at(target, source, "Ingress", "from")


def _labels(pod: Peer) -> Mapping[str, str]:
    return {"app.kubernetes.io/name": pod.name}


def _has_port(rule: Json, target: Peer) -> bool:
    ports = rule.get("ports")
    wanted = (target.port, target.protocol)
    return ports is None or wanted in {(p["port"], p.get("protocol", "TCP")) for p in ports}


def _has_peer(peers: list[Json] | None, end: Peer, other: Peer, spaces: Mapping[str, Json]) -> bool:
    return peers is None or any(all(_terms(peer, end, other, spaces)) for peer in peers)


def _terms(peer: Json, end: Peer, other: Peer, spaces: Mapping[str, Json]) -> Iterator[bool]:
    assert peer.keys() <= {"podSelector", "namespaceSelector"}, f"not understood here: {peer}"
    space = {"kubernetes.io/metadata.name": other.namespace, **spaces.get(other.namespace, {})}
    if "namespaceSelector" in peer:
        yield _selects(peer["namespaceSelector"], space)
    else:
        yield end.namespace == other.namespace
    if "podSelector" in peer:
        yield _selects(peer["podSelector"], _labels(other))


def _selects(selector: Json, labels: Mapping[str, str]) -> bool:
    assert selector.keys() <= {"matchLabels"}, f"not understood here: {selector}"
    wanted: Mapping[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= labels.items()
