"""Evidence of many namespaces: declared objects in one go, each part of each namespace side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar, cast

from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.failure import Failure
from dashboard.model.core.kubernetes import Json
from dashboard.model.core.manifests import EVERY_KIND, Manifests, namespace_of
from dashboard.model.core.sidecar import SidecarMetadata
from dashboard.model.doctor.conditions import AgentCondition, StoreCondition
from dashboard.services.core import store_by_sidecar
from dashboard.services.core.asked_sidecars import AskedSidecars
from dashboard.services.core.fan_out import attempt
from dashboard.services.core.workspace import Workspace
from dashboard.services.doctor.evidence import Evidence, Origin

AT_ONCE = 48
LAST_LINES, LAST_WORDS = 100, 5
GRAVE = {"warning", "error", "fatal"}
_OF_TOPICS = ("pending", "event_types")
Progress = Callable[[int, int], None]


T = TypeVar("T")
Attempt = tuple[T | None, Failure | None]


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """The questions to the parts of one namespace, on their way."""

    endpoint: Endpoint
    agent: Future[Attempt[AgentCondition]]
    sidecars: Future[Attempt[tuple[SidecarMetadata, ...]]]
    store: Future[Attempt[StoreCondition]]
    way: Future[Attempt[str]]

    @property
    def futures(self) -> tuple[Future[Any], ...]:
        return self.agent, self.sidecars, self.store, self.way

    def evidence(self, known: Evidence) -> Evidence:
        """What is known with what was answered."""
        agent, agent_failure = self.agent.result()
        sidecars, sidecar_failure = self.sidecars.result()
        store, store_failure = self.store.result()
        way, way_failure = self.way.result()
        failures = {"agent": agent_failure, "sidecar": sidecar_failure, "store": store_failure}
        failures["way"] = way_failure
        return replace(
            known,
            told_agent=agent,
            told_sidecars=sidecars,
            told_store=store,
            told_way=way,
            silent={part: failure.what for part, failure in failures.items() if failure},
        )


class _Count:
    """How many namespaces have answered with all their parts, told while others are still to be asked."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total, self._progress = total, progress
        self._done, self._changing = 0, threading.Lock()

    def follow(self, asked: _Asked) -> None:
        left = set(asked.futures)

        def answered(future: Future[Any]) -> None:
            with self._changing:
                left.discard(future)
                if not left:
                    self._done += 1
                    self._progress(self._done, self._total)

        for future in asked.futures:
            future.add_done_callback(answered)


def of_cluster(
    workspace: Workspace, endpoints: Sequence[Endpoint], progress: Progress
) -> tuple[Evidence, ...]:
    """Evidence of each endpoint, in their order; `progress` is told how many namespaces of all are done.

    A part that gives no answer is a reason in the evidence: nothing is raised.
    """
    names = tuple(endpoint.name for endpoint in endpoints)
    with ThreadPoolExecutor(AT_ONCE, "doctor") as pool:
        declared = pool.submit(_declared, workspace, names)
        count = _Count(len(endpoints), progress)
        asked = [_ask(pool, workspace, endpoint, count) for endpoint in endpoints]
        by_namespace = divided(declared.result(), names)
        origin = cast(Origin, workspace.cluster.kind)
        everywhere = attempt(workspace.endpoints)[0] or ()
        known = frozenset((*names, *(endpoint.name for endpoint in everywhere)))
        found = [
            each.evidence(
                Evidence(
                    namespace=each.endpoint.name,
                    origin=origin,
                    manifests=by_namespace[each.endpoint.name],
                    endpoint=each.endpoint,
                    known=known,
                    settings=workspace.settings,
                )
            )
            for each in asked
        ]
        words = pool.map(partial(_last_words, workspace), found)
        return tuple(replace(each, last_words=said) for each, said in zip(found, words, strict=True))


def _ask(pool: ThreadPoolExecutor, workspace: Workspace, endpoint: Endpoint, count: _Count) -> _Asked:
    connections = workspace.connections
    sidecars = AskedSidecars(connections, endpoint)
    asked = _Asked(
        endpoint=endpoint,
        agent=pool.submit(attempt, lambda: connections.agent(endpoint).condition()),
        sidecars=pool.submit(attempt, lambda: tuple(map(sidecars.metadata, sidecars.urls))),
        store=pool.submit(attempt, lambda: _store(workspace, endpoint)),
        way=pool.submit(attempt, lambda: store_by_sidecar.refusal(sidecars)),
    )
    count.follow(asked)
    return asked


def divided(whole: Manifests, names: Sequence[str]) -> dict[str, Manifests]:
    """Each namespace's own objects, with those of no asked-for namespace: Dapr's."""
    own: dict[str, list[Json]] = {name: [] for name in names}
    rest: list[Json] = []
    for item in whole.objects:
        own.get(namespace_of(item), rest).append(item)
    return {name: replace(whole, objects=(*items, *rest)) for name, items in own.items()}


def _declared(workspace: Workspace, names: Sequence[str]) -> Manifests:
    found, failure = attempt(lambda: workspace.cluster.manifests(names))
    return found or Manifests(unread={EVERY_KIND: failure.what if failure else ""})


def _store(workspace: Workspace, endpoint: Endpoint) -> StoreCondition:
    """With what its topics hold, where these have a Redis of their own."""
    store = workspace.connections.store(endpoint).condition()
    if endpoint.broker is None:
        return store
    topics, failure = attempt(lambda: workspace.connections.broker(endpoint).condition())
    told = {name: why for name, why in store.untold.items() if name not in _OF_TOPICS}
    if topics is None:
        return replace(store, untold=told | dict.fromkeys(_OF_TOPICS, failure.what if failure else ""))
    told |= {name: why for name, why in topics.untold.items() if name in _OF_TOPICS}
    if "refuses_writes" in topics.untold:
        told["topics_refuse_writes"] = topics.untold["refuses_writes"]
    return replace(
        store,
        pending=topics.pending,
        event_types=topics.event_types,
        topics_refuse_writes=topics.refuses_writes,
        untold=told,
    )


def _last_words(workspace: Workspace, evidence: Evidence) -> tuple[str, ...]:
    """What the log of each part says last, where the namespace is not well and its log can be read."""
    lines: list[str] = []
    for part in ("sidecar", "agent") if evidence.unwell else ():
        read = partial(workspace.cluster.logs, evidence.namespace, part, since=None, lines=LAST_LINES)
        log = attempt(read)[0]
        found = log.lines if log else ()
        grave = [line.text for line in found if line.level in GRAVE]
        lines += (grave or [line.text for line in found])[-LAST_WORDS:]
    return tuple(lines)
