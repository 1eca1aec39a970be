"""Look into the namespaces' stores. Reading never harms: scans with budgets, nothing that blocks Redis."""

from __future__ import annotations

from dashboard.model.stores.keys import KeyPage, KeyValue
from dashboard.model.topics.streams import Stream
from dashboard.services.core.workspace import Workspace


def keys(workspace: Workspace, namespace: str, *, contains: str = "", cursor: str | None = None) -> KeyPage:
    """One page of keys whose name contains `contains`; raises `GatewayError`."""
    store = workspace.store(namespace)
    return store.scan(pattern=pattern(contains), cursor=cursor)


def pattern(contains: str) -> str:
    """The glob of Redis for keys whose name contains this text."""
    return f"*{_escape_glob(contains)}*" if contains else "*"


def value(workspace: Workspace, namespace: str, key: str) -> KeyValue:
    """One key, decoded; raises `GatewayError`."""
    return workspace.store(namespace).read(key)


def streams(workspace: Workspace, namespace: str) -> tuple[Stream, ...]:
    """Every stream with its groups; raises `GatewayError`."""
    return workspace.store(namespace).streams()


def _escape_glob(text: str) -> str:
    return "".join(f"\\{char}" if char in "*?[]\\" else char for char in text)
