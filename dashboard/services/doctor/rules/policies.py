"""Network policies against the ports that Dapr needs: policies add up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dashboard.model.core.kubernetes import Json
from dashboard.services.doctor.app import App, labels, spec_of
from dashboard.services.doctor.evidence import Evidence, named
from dashboard.services.doctor.mends.policies import INTERNAL, opened
from dashboard.services.doctor.rule import KUBERNETES, Seen, rule

NAMED = "dapr-internal"  # as the injector names that port
POLICIES = "https://kubernetes.io/docs/concepts/services-networking/network-policies/"


@rule(
    "policy-shuts-dapr-out", "warning", docs=POLICIES, on=KUBERNETES, each="policies",
    why="Sidecars call one another at port 50002, and their operator, sentry and placement: where a policy "
    "lets nothing through, actors on other pods are not reached.",
)  # fmt: skip
def policy(evidence: Evidence, item: Json) -> Iterable[Seen]:
    for app in (app for app in evidence.dapr_apps if _selects(item, app)):
        for way, kind in (("ingress", "Ingress"), ("egress", "Egress")):
            types = spec_of(item).get("policyTypes") or ["Ingress"]
            rules = [rule for each in evidence.policies if _selects(each, app) for rule in _rules(each, way)]
            if kind not in types or (any(map(_opens, rules)) if way == "ingress" else rules):
                continue
            shut = f"no {way}" if not rules else f"no {way} at port {INTERNAL}"
            yield Seen(
                object=named(item),
                seen=f"It lets {shut} through to {named(app.item)}: Dapr's ports are shut.",
                fix=f"Let sidecars of this namespace reach port {INTERNAL}, and egress reach Dapr's own "
                "namespace, DNS and Redis.",
                commands=opened(evidence, app, kind),
            )


def _selects(item: Json, app: App) -> bool:
    chosen, held = spec_of(item).get("podSelector") or {}, labels(app.item)
    by_name = (chosen.get("matchLabels") or {}).items() <= held.items()
    return by_name and all(_holds(wanted, held) for wanted in chosen.get("matchExpressions") or ())


def _holds(wanted: Json, held: Mapping[str, str]) -> bool:
    """Whether labels meet one expression (k8s.io/apimachinery, LabelSelectorRequirement)."""
    key, values = wanted["key"], wanted.get("values") or ()
    met = {
        "In": held.get(key) in values,
        "NotIn": held.get(key) not in values,
        "Exists": key in held,
        "DoesNotExist": key not in held,
    }
    return met[wanted["operator"]]


def _rules(item: Json, way: str) -> list[Json]:
    return [rule for rule in spec_of(item).get(way) or () if isinstance(rule, Mapping)]


def _opens(rule: Json) -> bool:
    """Whether it lets sidecars through to one another: at all ports, at theirs, or at its name."""
    ports = rule.get("ports") or ()
    numbers = [(port.get("port", INTERNAL), port.get("endPort")) for port in ports]
    return not ports or any(
        first <= INTERNAL <= int(last or first) if isinstance(first, int) else first == NAMED
        for first, last in numbers
    )
