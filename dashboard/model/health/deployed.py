"""What a cluster runs for one namespace's agent."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.model.core.failure import Failure
from dashboard.model.core.kubernetes import Json


@dataclass(frozen=True, kw_only=True)
class Replica:
    """One pod; `reasons` are why its containers wait or ended, `dapr` is its sidecar's version or "".

    `kept_in` is what its Redis keeps data in, where that ends with the pod: "an emptyDir", "no volume".
    """

    name: str
    ready: bool
    restarts: int
    reasons: tuple[str, ...] = ()
    dapr: str = ""
    kept_in: str = ""


@dataclass(frozen=True, kw_only=True)
class WarningEvent:
    """Something the cluster warned of; `at` is ISO 8601, `count` how often."""

    at: str
    object: str
    reason: str
    message: str
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """`ready` of `wanted` replicas of `workload` ("Deployment/chat-agent"), and the namespace's pods.

    The agent's own pods come first; `unread` is why the pods are not known.
    """

    workload: str
    wanted: int
    ready: int
    replicas: tuple[Replica, ...] = ()
    unread: Failure | None = None

    @property
    def restarts(self) -> int:
        return sum(replica.restarts for replica in self.replicas)


def warning_event(item: Json) -> WarningEvent:
    """One event: of `v1` or of `events.k8s.io`, which keeps its times elsewhere."""
    series = item.get("series") or {}
    about = item.get("involvedObject") or {}
    at = item.get("lastTimestamp") or series.get("lastObservedTime") or item.get("eventTime")
    return WarningEvent(
        at=at or (item.get("metadata") or {}).get("creationTimestamp") or "",
        object=f"{about.get('kind', '')}/{about.get('name', '')}",
        reason=item.get("reason") or "",
        message=item.get("message") or "",
        count=int(item.get("count") or series.get("count") or 1),
    )
