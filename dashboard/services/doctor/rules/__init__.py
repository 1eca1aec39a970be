"""Every rule. Each module has a theme; each rule is a pure function that `@rule` makes one of."""

from __future__ import annotations

from dashboard.services.doctor.rule import Rule
from dashboard.services.doctor.rules import (
    components,
    containers,
    injector,
    metadata,
    other_kinds,
    passwords,
    pods,
    policies,
    running,
    schema,
    services,
    stores,
    subscriptions,
    together,
    workloads,
)

MODULES = (
    subscriptions,
    components,
    schema,
    metadata,
    passwords,
    workloads,
    injector,
    services,
    policies,
    containers,
    pods,
    running,
    stores,
    together,
    other_kinds,
)
ALL: tuple[Rule, ...] = tuple(
    found for module in MODULES for found in vars(module).values() if isinstance(found, Rule)
)
