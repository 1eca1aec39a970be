"""What one namespace looks like: each item a value, or the reason why it could not be had."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, cast

from dashboard.model.core import kubernetes as objects
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.kubernetes import Component, Json
from dashboard.model.core.manifests import CONTROL_PLANE, Manifests, name_of, namespace_of, source_key
from dashboard.model.core.names import APP_ID
from dashboard.model.core.sidecar import SidecarMetadata
from dashboard.model.doctor.conditions import AgentCondition, StoreCondition
from dashboard.services.core import commands
from dashboard.services.core.settings import Settings
from dashboard.services.doctor.app import WORKLOADS, App, asks_for_a_sidecar, kinds, runs_redis
from dashboard.services.doctor.unknown import Told, UnknownError

Origin = Literal["kubernetes", "local", "static", "files"]
PatchForm = Literal["merge", "strategic", "json"]
_RESOURCES = {
    "Component": "components.dapr.io",
    "Subscription": "subscriptions.dapr.io",
    "Configuration": "configurations.dapr.io",
}


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One namespace. What a rule reads and is missing raises `UnknownError`, which ends up as "not checked".

    `told_way` is why a sidecar cannot read its store, "" where it can. `origin` is the kind of cluster, or
    "files" for a folder that is not applied; with `is_patch` it is a part of one workload. `known` are all
    namespaces, `silent` maps "agent", "sidecar" and "store" to why each gave no answer. `only` is the
    app-id that is asked for, "" for all. `vaults` are the secret stores of a whole folder of setups.
    """

    namespace: str
    origin: Origin
    manifests: Manifests = field(default_factory=Manifests)
    endpoint: Endpoint | None = None
    known: frozenset[str] = frozenset()
    told_agent: AgentCondition | None = None
    told_sidecars: Sequence[SidecarMetadata] | None = None
    told_store: StoreCondition | None = None
    told_way: str | None = None
    silent: Mapping[str, str] = field(default_factory=dict)
    last_words: Sequence[str] = ()
    only: str = ""
    vaults: frozenset[str] = frozenset()
    is_patch: bool = False
    settings: Settings | None = None

    @cached_property
    def unwell(self) -> bool:
        """Whether a part gave no answer, the agent says that it is not ready, or a container is not."""
        waiting = (
            not status.get("ready", True)
            for pod in self._by_kind.get("Pod", ())
            for status in (pod.get("status") or {}).get("containerStatuses") or ()
        )
        problem = self.told_agent and self.told_agent.readiness.problem
        return bool(self.silent or self.told_way or problem or any(waiting))

    @property
    def app_id(self) -> str:
        return self.endpoint.app_id if self.endpoint else self.only or APP_ID

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
        """As it says of itself; what of it is not known raises `UnknownError` where it is read."""
        if self.told_store is None:
            raise self._unknown("store")
        return cast(StoreCondition, Told(self.told_store))

    def store_tells(self, *fields: str) -> bool:
        """Whether these fields of its condition are known."""
        return self.told_store is not None and not self.told_store.untold.keys() & set(fields)

    @property
    def way(self) -> str:
        """Why a sidecar cannot read its store, "" where it can."""
        if self.told_way is None:
            raise self._unknown("way")
        return self.told_way

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

    @cached_property
    def components(self) -> tuple[Component, ...]:
        return tuple(map(objects.component, self.of("Component")))

    @cached_property
    def workloads(self) -> tuple[Json, ...]:
        others = kinds(live=self.origin != "files")  # the agent is none of these: they hide it nowhere
        known = (kind for kind in others if not self.why_undeclared(kind))
        return tuple(item for kind in (*WORKLOADS, *known) for item in self.of(kind))

    @property
    def declared_components(self) -> tuple[Json, ...]:
        """The Components as they are written."""
        return self.of("Component")

    @property
    def versioned(self) -> tuple[Json, ...]:
        """What Dapr has in one version alone; a cluster has no other."""
        others = ("Configuration", "Resiliency", "HTTPEndpoint") if self.origin == "files" else ()
        return tuple(item for kind in ("Component", *others) for item in self.of(kind))

    @property
    def subscriptions(self) -> tuple[Json, ...]:
        return self.of("Subscription")

    @property
    def scoped(self) -> tuple[Json, ...]:
        """What may have scopes."""
        return (*self.of("Component"), *self.of("Subscription"))

    @property
    def dapr_configurations(self) -> tuple[Json, ...]:
        return self.of("Configuration")

    @property
    def services(self) -> tuple[Json, ...]:
        return self.of("Service")

    @property
    def policies(self) -> tuple[Json, ...]:
        return self.of("NetworkPolicy")

    @property
    def autoscalers(self) -> tuple[Json, ...]:
        return self.of("HorizontalPodAutoscaler")

    @property
    def redis_components(self) -> tuple[Component, ...]:
        """Those of any building block on a Redis."""
        return tuple(found for found in self.components if found.type.endswith(".redis"))

    @cached_property
    def redis_workloads(self) -> tuple[Json, ...]:
        """Those that run Redis, by their images."""
        return tuple(item for item in self.workloads if runs_redis(item))

    def doubles(self, kind: str) -> Iterator[tuple[Json, Json, str]]:
        """What is declared again in the same folder: the first, the other, and where that is."""
        told: dict[str, list[Json]] = {}
        for item in self.of(kind):
            key = source_key(item)
            before = told.setdefault(key, [])
            where = ("", *self.manifests.doubles.get(key, ()))[len(before) :][:1]
            if before and where and _folder(where[0]) == _folder(self.manifests.sources[key]):
                yield before[0], item, where[0]
            before.append(item)

    @cached_property
    def dapr_apps(self) -> tuple[App, ...]:
        """The workloads whose pods ask for a sidecar, as a patch may; the one that is asked for, if any."""
        asking = (App(each) for each in self.workloads if self.is_patch or asks_for_a_sidecar(each))
        told = (replace(app, hosts_actors=True) if app.app_id == self.app_id else app for app in asking)
        return tuple(app for app in told if not self.only or app.app_id == self.only)

    @property
    def apps(self) -> frozenset[str]:
        """The app-ids of this namespace; the stack on one machine has the agent alone."""
        if self.origin == "local":
            return frozenset({self.app_id})
        return frozenset(app.name for app in self.dapr_apps)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The app-ids that are known to host actors here; raises `UnknownError` where that cannot be told."""
        if self.origin == "local":
            return (self.app_id,)
        found = tuple(app.app_id for app in self.dapr_apps if app.hosts_actors)
        if found:
            return found
        if others := ", ".join(sorted(self.apps)):
            raise UnknownError(f"Whether {others} host actors is not declared. Name one with --app-id.")
        raise UnknownError(f"No workload with the app-id {self.app_id} is declared here.")

    def in_scope(self, scopes: Sequence[str], app_id: str) -> bool:
        """Whether a Component or Subscription with these scopes is loaded for an app."""
        return not scopes or app_id in scopes

    def is_loaded(self, scopes: Sequence[str]) -> bool:
        """Whether it is loaded for any app that is declared here."""
        return not scopes or bool(self.apps & set(scopes))

    def beside(self, one: str, other: str) -> bool:
        """Whether two objects ("Kind/name") surely exist together: in one cluster, or in one folder."""
        return self.origin != "files" or _folder(self.source(one)) == _folder(self.source(other))

    def patch(self, kind: str, name: str, change: object, form: PatchForm = "merge") -> str:
        """The command that changes an object, or the one that opens the file to change it in.

        A merge keeps no list; `strategic` finds the entries of most lists by name; `json` is RFC 6902.
        """
        if self.origin != "kubernetes":
            return self.edit(kind, name)
        body = shlex.quote(json.dumps(change, ensure_ascii=False))
        what = _RESOURCES.get(kind, kind.lower())
        return self.kubectl(f"patch {what} {shlex.quote(name)} --type {form} -p {body}")

    def edit(self, kind: str, name: str) -> str:
        """The command that opens an object to change it."""
        source = self.manifests.sources.get(f"{self.namespace}/{kind}/{name}")
        if source:
            file, _, line = source.rpartition(":")
            return f"${{EDITOR:-vi}} +{line} {shlex.quote(file)}"
        return self.kubectl(f"edit {_RESOURCES.get(kind, kind.lower())} {shlex.quote(name)}")

    def kubectl(self, words: str, namespace: str = "") -> str:
        """A kubectl line, here or in another namespace of the context; "" where nothing is applied."""
        if self.origin != "kubernetes":
            return ""
        before = self.endpoint.kubectl[:-1] if self.endpoint and self.endpoint.kubectl else ("kubectl", "-n")
        return f"{shlex.join((*before, namespace or self.namespace))} {words}"

    def daca_ops(self, *words: str) -> str:
        """The `daca-ops` line on this namespace of this cluster."""
        return commands.daca_ops(self.settings or Settings(), *words, namespaces=[self.namespace])

    def restart(self) -> str:
        """The command that makes the agent's pods anew; "" where there is no Kubernetes."""
        if self.why_undeclared("Deployment") or self.why_undeclared("StatefulSet"):
            return self.kubectl(f"rollout restart deployment {self.app_id}")
        found = next((app.item for app in self.dapr_apps if app.hosts_actors and app.lasts), None)
        kind, name = (str(found["kind"]).lower(), name_of(found)) if found else ("deployment", self.app_id)
        return self.kubectl(f"rollout restart {kind} {name}")

    def redis_cli(self, words: str) -> str:
        """A redis-cli line on the namespace's store, "" where it has none; `words` are the shell's."""
        return commands.redis_cli(self.endpoint, words) if self.endpoint else ""

    def topics_cli(self, words: str) -> str:
        """The same on the Redis of its topics."""
        return commands.redis_cli(self.endpoint.at_its_topics, words) if self.endpoint else ""

    def source(self, named: str) -> str:
        """ "file:line" of "Kind/name", or ""."""
        return self.manifests.sources.get(f"{self.namespace}/{named}", "")


def _folder(source: str) -> str:
    return source.rpartition(":")[0].rpartition("/")[0]


def named(item: Json) -> str:
    """ "Kind/name"."""
    return source_key(item).partition("/")[2]
