"""What one namespace looks like: each item a value, or the reason why it could not be had."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from dashboard.model.core import kubernetes as objects
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.kubernetes import Component, Json
from dashboard.model.core.manifests import CONTROL_PLANE, Manifests, name_of, namespace_of, source_key
from dashboard.model.core.names import APP_ID
from dashboard.model.core.sidecar import SidecarMetadata
from dashboard.model.doctor.conditions import AgentCondition, StoreCondition
from dashboard.services.core import commands

Origin = Literal["kubernetes", "local", "static", "files"]
DAPR = "dapr.io/"


class UnknownError(Exception):
    """What a rule asked for could not be had; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One namespace. What a rule reads and is missing raises `UnknownError`, which ends up as "not checked".

    `origin` is the kind of cluster, or "files" for a folder that is not applied. `known` are all namespaces
    of the cluster, `silent` maps "agent", "sidecar" and "store" to why each gave no answer.
    """

    namespace: str
    origin: Origin
    manifests: Manifests = field(default_factory=Manifests)
    endpoint: Endpoint | None = None
    known: frozenset[str] = frozenset()
    told_agent: AgentCondition | None = None
    told_sidecars: Sequence[SidecarMetadata] | None = None
    told_store: StoreCondition | None = None
    silent: Mapping[str, str] = field(default_factory=dict)
    last_words: Sequence[str] = ()

    @cached_property
    def unwell(self) -> bool:
        """Whether a part gave no answer, the agent says that it is not ready, or a container is not."""
        waiting = (
            not status.get("ready", True)
            for pod in self._by_kind.get("Pod", ())
            for status in (pod.get("status") or {}).get("containerStatuses") or ()
        )
        return bool(self.silent or (self.told_agent and self.told_agent.problem) or any(waiting))

    @property
    def app_id(self) -> str:
        return self.endpoint.app_id if self.endpoint else APP_ID

    @property
    def agent(self) -> AgentCondition:
        if self.told_agent is None:
            raise self._unknown("agent")
        return self.told_agent

    @property
    def sidecars(self) -> Sequence[SidecarMetadata]:
        """What each replica's sidecar says; at least one."""
        if not self.told_sidecars:
            raise self._unknown("sidecar")
        return self.told_sidecars

    @property
    def store(self) -> StoreCondition:
        if self.told_store is None:
            raise self._unknown("store")
        return self.told_store

    def _unknown(self, part: str) -> UnknownError:
        return UnknownError(self.silent.get(part) or f"Nothing is known of its {part}.")

    def why_undeclared(self, kind: str) -> str:
        """Why the objects of a kind are not known, "" where they are."""
        return self.manifests.why_unread(kind, self.namespace)

    def of(self, kind: str) -> tuple[Json, ...]:
        """The objects of a kind that are declared here."""
        reason = self.why_undeclared(kind)
        if reason:
            raise UnknownError(reason)
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> dict[str, tuple[Json, ...]]:
        found: dict[str, tuple[Json, ...]] = {}
        for item in self.manifests.objects:
            if namespace_of(item) == self.namespace:
                found[item["kind"]] = (*found.get(item["kind"], ()), item)
        return found

    def control_plane(self, kind: str) -> Iterator[Json]:
        """Dapr's own objects of a kind."""
        reason = self.manifests.unread.get(CONTROL_PLANE)
        if reason:
            raise UnknownError(reason)
        return (item for item in self.manifests.of(kind) if namespace_of(item) not in self.known)

    @property
    def components(self) -> tuple[Component, ...]:
        return tuple(map(objects.component, self.of("Component")))

    @property
    def workloads(self) -> tuple[Json, ...]:
        return (*self.of("Deployment"), *self.of("StatefulSet"))

    @property
    def dapr_workloads(self) -> tuple[Json, ...]:
        """Those whose pods ask for a sidecar."""
        return tuple(item for item in self.workloads if annotation(template(item), "enabled") == "true")

    @property
    def apps(self) -> frozenset[str]:
        """The app-ids of this namespace; the stack on one machine has the agent alone."""
        if self.origin == "local":
            return frozenset({self.app_id})
        found = (annotation(template(item), "app-id") or name_of(item) for item in self.dapr_workloads)
        return frozenset(found)

    @property
    def agent_app(self) -> str:
        """The agent's app-id; unknown where nothing here runs under it."""
        if self.app_id not in self.apps:
            raise UnknownError(f"No workload with the app-id {self.app_id} is declared here.")
        return self.app_id

    def in_scope(self, scopes: Sequence[str]) -> bool:
        return not scopes or self.agent_app in scopes

    def edit(self, kind: str, name: str) -> str:
        """The command that opens an object to change it."""
        source = self.manifests.sources.get(f"{self.namespace}/{kind}/{name}")
        if source:
            file, _, line = source.rpartition(":")
            return f"${{EDITOR:-vi}} +{line} {shlex.quote(file)}"
        return self.kubectl(f"edit {kind.lower()} {shlex.quote(name)}") if self.origin == "kubernetes" else ""

    def kubectl(self, words: str, namespace: str = "") -> str:
        """A kubectl line, here or in another namespace of the context; "" where there is no Kubernetes."""
        if self.origin not in {"kubernetes", "files"}:
            return ""
        before = self.endpoint.kubectl[:-1] if self.endpoint and self.endpoint.kubectl else ("kubectl", "-n")
        return f"{shlex.join((*before, namespace or self.namespace))} {words}"

    def redis_cli(self, words: str) -> str:
        """A redis-cli line on the namespace's store, "" where it has none; `words` are the shell's."""
        return commands.redis_cli(self.endpoint, words) if self.endpoint else ""

    def topics_cli(self, words: str) -> str:
        """The same on the Redis of its topics."""
        return commands.redis_cli(self.endpoint.at_its_topics, words) if self.endpoint else ""

    def source(self, named: str) -> str:
        """ "file:line" of "Kind/name", or ""."""
        return self.manifests.sources.get(f"{self.namespace}/{named}", "")


def template(item: Json) -> Json:
    """A workload's pod template."""
    found: Json = item["spec"]["template"]
    return found


def annotation(item: Json, name: str) -> str:
    """One of Dapr's annotations ("app-id"), "" where it is not set."""
    annotations: Json = (item.get("metadata") or {}).get("annotations") or {}
    return str(annotations.get(DAPR + name, ""))


def containers(item: Json) -> Sequence[Json]:
    """The containers of a workload's pods."""
    found: Sequence[Json] = template(item)["spec"]["containers"]
    return found


def spec_of(item: Json) -> dict[str, Any]:
    return dict(item.get("spec") or {})


def named(item: Json) -> str:
    """ "Kind/name"."""
    return source_key(item).partition("/")[2]
