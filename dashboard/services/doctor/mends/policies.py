"""Mends of NetworkPolicies: policies add up, so that one more opens what another shuts."""

from __future__ import annotations

from dashboard.model.core.kubernetes import Json
from dashboard.model.core.manifests import name_of
from dashboard.services.doctor.app import App
from dashboard.services.doctor.evidence import Evidence, named
from dashboard.services.doctor.mends.components import apply
from dashboard.services.doctor.mends.services import selector_of

DAPR_HOME, DNS_HOME = "dapr-system", "kube-system"
# Of pods, not of Services: app, metadata and health of the sidecar, and what sidecars call one another at.
INTERNAL, PUBLIC = 50002, (3501, 9090)  # dapr/dapr, pkg/injector


def opened(evidence: Evidence, app: App, way: str) -> tuple[str, ...]:
    """The command that lets Dapr's connections "Ingress" to, or "Egress" from, an app's pods."""
    port = str(app.annotations.get("app-port") or "")
    rules = _incoming(port) if way == "Ingress" else _outgoing()
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"{name_of(app.item)}-{way.lower()}-of-dapr", "namespace": evidence.namespace},
        "spec": {
            "podSelector": {"matchLabels": selector_of(app.item)},
            "policyTypes": [way],
            way.lower(): rules,
        },
    }
    return (apply(evidence, policy, named(app.item)),)


def _incoming(app_port: str) -> list[Json]:
    served = [*([int(app_port)] if app_port.isdigit() else []), *PUBLIC]
    return [
        {"ports": [{"port": port} for port in served]},
        {"from": [{"podSelector": {}}], "ports": [{"port": INTERNAL}]},
    ]


def _outgoing() -> list[Json]:
    dns = [{"port": 53, "protocol": protocol} for protocol in ("UDP", "TCP")]
    return [{"to": [{"podSelector": {}}, _home(DAPR_HOME)]}, {"to": [_home(DNS_HOME)], "ports": dns}]


def _home(name: str) -> Json:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}
