"""Resiliency and HTTPEndpoint: what daprd passes over, and what the API server would refuse of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dashboard.model.core.kubernetes import Json, mapping
from dashboard.model.core.manifests import name_of
from dashboard.services.doctor.app import spec_of
from dashboard.services.doctor.evidence import Evidence, Origin, named
from dashboard.services.doctor.rule import KUBERNETES, Seen, rule

FILES: frozenset[Origin] = frozenset({"files"})
# What a target names, and where the policies of that kind are (dapr/dapr, pkg/apis/resiliency).
POLICIES = {"timeout": "timeouts", "retry": "retries", "circuitBreaker": "circuitBreakers"}


@rule(
    "http-endpoint-without-url", "error", docs="reference/resource-specs/httpendpoints-schema/",
    on=FILES,
    why="The API server refuses an HTTPEndpoint without spec.baseUrl.",
)  # fmt: skip
def without_url(evidence: Evidence) -> Iterable[Seen]:
    for item in evidence.of("HTTPEndpoint"):
        if not spec_of(item).get("baseUrl"):
            yield Seen(
                object=named(item),
                seen="It has no spec.baseUrl.",
                fix="Set spec.baseUrl, as https://host:port.",
                commands=(evidence.edit("HTTPEndpoint", name_of(item)),),
            )


@rule(
    "resiliency-policy-missing", "warning", docs="operations/resiliency/targets/", on=KUBERNETES,
    why="A target whose policy is not there is called without it.",
)  # fmt: skip
def policy_missing(evidence: Evidence) -> Iterable[Seen]:
    for item in evidence.of("Resiliency"):
        yield from _missing(evidence, item)


def _missing(evidence: Evidence, item: Json) -> Iterator[Seen]:
    spec = spec_of(item)
    there = mapping(spec.get("policies"))
    for target, kind, wanted in _named_policies(mapping(spec.get("targets"))):
        if wanted not in mapping(there.get(POLICIES[kind])):
            yield Seen(
                object=named(item),
                seen=f"{target} names the {kind} {wanted}, which is not among its policies.{POLICIES[kind]}.",
                fix="Name one that is there, or declare it.",
                commands=(evidence.edit("Resiliency", name_of(item)),),
            )


def _named_policies(targets: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Where, which kind, and the name, as ("apps.orders", "retry", "often")."""
    for family in ("apps", "actors", "components"):
        for name, told in mapping(targets.get(family)).items():
            ways = mapping(told)
            parts = [ways, *(mapping(ways.get(way)) for way in ("inbound", "outbound"))]
            for part in parts:
                for kind in POLICIES:
                    if isinstance(part.get(kind), str):
                        yield f"{family}.{name}", kind, part[kind]
