"""Evidence of many namespaces: declared objects in one go, each part of each namespace side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from dashboard.gateways.manifest_files import read_folder
from dashboard.model.chat import Failure
from dashboard.model.conditions import AgentCondition, StoreCondition
from dashboard.model.errors import NotThere
from dashboard.model.kubernetes import Json
from dashboard.model.manifests import EVERY_KIND, Manifests, namespace_of
from dashboard.model.places import Place
from dashboard.model.sidecar import SidecarMetadata
from dashboard.services.doctor.evidence import Evidence, Origin
from dashboard.services.side_by_side import attempt
from dashboard.services.workspace import Workspace

AT_ONCE = 48
LAST_LINES, LAST_WORDS = 100, 5
GRAVE = {"warning", "error", "fatal"}
PARTS = ("agent", "sidecar", "store")
UNNAMED = "default"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Answer:
    namespace: str
    part: str
    value: object
    failure: Failure | None


def of_cluster(workspace: Workspace, places: Sequence[Place], progress: Progress) -> tuple[Evidence, ...]:
    """Evidence of each place, in their order; `progress` is told how many namespaces of all are done.

    A part that gives no answer is a reason in the evidence: nothing is raised.
    """
    names = tuple(place.name for place in places)
    answers: dict[str, dict[str, _Answer]] = {name: {} for name in names}
    with ThreadPoolExecutor(AT_ONCE, "doctor") as pool:
        declared = pool.submit(_declared, workspace, names)
        asked = [pool.submit(_ask, workspace, place, part) for place in places for part in PARTS]
        done = 0
        for future in as_completed(asked):
            answer = future.result()
            answers[answer.namespace][answer.part] = answer
            if len(answers[answer.namespace]) == len(PARTS):
                done += 1
                progress(done, len(names))
        by_namespace = _divided(declared.result(), names)
        origin = cast(Origin, workspace.cluster.kind)
        known = frozenset((*names, *(place.name for place in attempt(workspace.places)[0] or ())))
        found = [
            _evidence(Evidence(p.name, origin, by_namespace[p.name], p, known), answers[p.name])
            for p in places
        ]
        words = pool.map(partial(_last_words, workspace), found)
        return tuple(replace(each, last_words=said) for each, said in zip(found, words, strict=True))


def of_folder(folder: Path) -> tuple[tuple[Evidence, ...], dict[str, str]]:
    """Evidence of each namespace that the YAML below `folder` names, and the files that could not be read.

    Objects that name no namespace count as in `default`. Raises `NotThere`.
    """
    read = read_folder(folder)
    objects = tuple(_in_a_namespace(item) for item in read.objects if _is_applied(item))
    if not objects:
        raise NotThere(f"{folder} holds no object of Kubernetes or Dapr.", hint="Name another folder.")
    names = tuple(sorted({namespace_of(item) for item in objects}))
    sources = {f"{UNNAMED}{key}" if key.startswith("/") else key: at for key, at in read.sources.items()}
    by_namespace = _divided(Manifests(objects, sources=sources), names)
    evidences = (Evidence(n, "files", by_namespace[n], known=frozenset(names)) for n in names)
    return tuple(evidences), dict(read.unread)


def _is_applied(item: Json) -> bool:
    """Kustomize has files of its own, whose kinds have the names of Dapr's."""
    return "metadata" in item and not str(item.get("apiVersion")).startswith("kustomize.config.k8s.io/")


def _in_a_namespace(item: Json) -> Json:
    if namespace_of(item):
        return item
    return {**item, "metadata": {**(item.get("metadata") or {}), "namespace": UNNAMED}}


def _divided(whole: Manifests, names: Sequence[str]) -> dict[str, Manifests]:
    """Each namespace's own objects, with those of no asked-for namespace: Dapr's."""
    own: dict[str, list[Json]] = {name: [] for name in names}
    rest: list[Json] = []
    for item in whole.objects:
        own.get(namespace_of(item), rest).append(item)
    return {name: replace(whole, objects=(*items, *rest)) for name, items in own.items()}


def _declared(workspace: Workspace, names: Sequence[str]) -> Manifests:
    found, failure = attempt(lambda: workspace.cluster.manifests(names))
    return found or Manifests(unread={EVERY_KIND: failure.what if failure else ""})


def _ask(workspace: Workspace, place: Place, part: str) -> _Answer:
    asked: dict[str, Callable[[], Any]] = {
        "agent": lambda: workspace.connections.agent(place).condition(),
        "store": lambda: _store(workspace, place),
        "sidecar": lambda: tuple(_sidecars(workspace, place)),
    }
    value, failure = attempt(asked[part])
    return _Answer(place.name, part, value, failure)


def _store(workspace: Workspace, place: Place) -> StoreCondition:
    """With what its topics hold, where these have a Redis of their own."""
    store = workspace.connections.store(place).condition()
    if place.broker is None:
        return store
    topics = workspace.connections.broker(place).condition()
    return replace(store, pending=topics.pending, event_types=topics.event_types)


def _sidecars(workspace: Workspace, place: Place) -> Iterator[SidecarMetadata]:
    for url in place.replicas or (place.sidecar_url,):
        yield workspace.connections.sidecar(place, url).metadata()


def _evidence(known: Evidence, answers: Mapping[str, _Answer]) -> Evidence:
    said = {part: answer.value for part, answer in answers.items()}
    return replace(
        known,
        told_agent=cast(AgentCondition | None, said["agent"]),
        told_sidecars=cast(Sequence[SidecarMetadata] | None, said["sidecar"]),
        told_store=cast(StoreCondition | None, said["store"]),
        silent={part: answer.failure.what for part, answer in answers.items() if answer.failure},
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
