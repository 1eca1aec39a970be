"""What makes a namespace protected: its label, the settings, or that its label cannot be read.

The local stack protects what `up --protect` names, a static file what it says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dashboard.model.core.endpoints import Endpoint

PROTECTED_LABEL = "daca-ops/protected"


@dataclass(frozen=True)
class NamespaceLabel:
    """Whether a Namespace of Kubernetes carries the label."""

    namespace: str
    name: str
    protected: bool


def namespace_label(item: Mapping[str, Any]) -> NamespaceLabel:
    """Read from a Namespace's JSON."""
    labels = (item.get("metadata") or {}).get("labels") or {}
    name = item["metadata"]["name"]
    return NamespaceLabel(name, name, labels.get(PROTECTED_LABEL) == "true")


def by_settings(endpoint: Endpoint, protected: Collection[str]) -> Endpoint:
    """The endpoint, protected where its namespace is among those of the settings."""
    return (
        endpoint
        if endpoint.protected or endpoint.name not in protected
        else replace(endpoint, protected=True)
    )
