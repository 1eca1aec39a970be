"""Evidence of YAML that is not applied: which objects belong together, and of which namespace each is.

A folder may hold several setups that are never applied together, as a repository of samples does. Where two
of its folders declare the same object, each is a setup of its own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath

from dashboard.gateways.kustomizations import outline
from dashboard.gateways.manifest_files import read_folder
from dashboard.model.core.errors import NotThere
from dashboard.model.core.kubernetes import Json
from dashboard.model.core.manifests import Manifests, name_of, namespace_of, source_key
from dashboard.services.doctor.app import OTHER_WORKLOADS, WORKLOADS, template
from dashboard.services.doctor.evidence import Evidence
from dashboard.services.doctor.gathering import divided

UNNAMED = "default"
DAPR_KINDS = {"Component", "Subscription", "Configuration", "Resiliency", "HTTPEndpoint"}
# kubernetes.io: API resources with `namespaced: false`.
CLUSTER_WIDE = {
    "APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterIssuer", "ClusterRole",
    "ClusterRoleBinding", "CustomResourceDefinition", "FlowSchema", "IngressClass",
    "MutatingWebhookConfiguration", "Namespace", "Node", "PersistentVolume", "PriorityClass",
    "PriorityLevelConfiguration", "RuntimeClass", "StorageClass", "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "VolumeAttachment",
}  # fmt: skip


@dataclass(frozen=True)
class Located:
    """An object with the "file:line" where it begins."""

    folder: PurePath
    at: str
    item: Json


@dataclass(frozen=True)
class Setup:
    """What is applied together, a namespace each."""

    evidences: tuple[Evidence, ...]


def setups(folder: Path, app_id: str = "") -> tuple[tuple[Setup, ...], Manifests]:
    """What the YAML below `folder` declares, and all that was read; `app_id` where one app alone is meant.

    Objects that name no namespace count as in `default`. Raises `NotThere` where there is nothing at all.
    """
    read = read_folder(folder)
    located = [
        Located(PurePath(at.rpartition(":")[0]).parent, at, item)
        for item, at in zip(read.objects, read.origins, strict=True)
        if _is_looked_at(item) and not _is_patch(item)
    ]
    partial = tuple(_patch(at, item, located) for at, item in _patches(read))
    if not located and not partial and not read.unread and not read.faults:
        raise NotThere(f"{folder} holds no object of Kubernetes or Dapr.", hint="Name another folder.")
    vaults = frozenset(name_of(each.item) for each in located if _is_vault(each.item))
    return (*(_setup(part, app_id, vaults) for part in _apart(located)), *partial), read


def _patches(read: Manifests) -> Iterator[tuple[str, Json]]:
    """Each patch of a workload with its "file:line": those of a kustomization, and those that stand alone."""
    yield from read.patches.items()
    for item, at in zip(read.objects, read.origins, strict=True):
        if _is_looked_at(item) and _is_patch(item):
            yield at, outline(item)


def _patch(at: str, item: Json, located: Sequence[Located]) -> Setup:
    """A setup of a patch alone, in the namespace of what it changes."""
    same = [each.item for each in located if _changes(item, each.item)]
    others = [each.item for each in located if each.item.get("kind") not in CLUSTER_WIDE]
    namespace = namespace_of(item) or next((namespace_of(each) for each in (*same, *others)), "")
    placed = _in_a_namespace({**item, "metadata": {**item["metadata"], "namespace": namespace}})
    manifests = Manifests(objects=(placed,), sources={source_key(placed): at})
    return Setup(
        (Evidence(namespace=namespace_of(placed), origin="files", manifests=manifests, is_patch=True),)
    )


def _changes(patch: Json, item: Json) -> bool:
    """Whether a patch, whose name may be a pattern, names this object."""
    if item.get("kind") != patch["kind"]:
        return False
    with suppress(re.error):
        return re.fullmatch(name_of(patch), name_of(item)) is not None
    return False


def _is_vault(item: Json) -> bool:
    told = (item.get("spec") or {}).get("type") if item.get("kind") == "Component" else ""
    return str(told).startswith("secretstores.")


def _is_looked_at(item: Json) -> bool:
    """Objects of Kubernetes and Dapr; others have kinds of the same names."""
    group = str(item.get("apiVersion") or "").partition("/")[0]
    if item.get("kind") in DAPR_KINDS:
        return "dapr" in group or not group
    return isinstance(item.get("metadata"), Mapping)


def _is_patch(item: Json) -> bool:
    """A workload without containers changes another one, as Kustomize merges them."""
    if item.get("kind") not in {*WORKLOADS, *OTHER_WORKLOADS}:
        return False
    try:
        return not template(item)["spec"]["containers"]
    except (KeyError, TypeError):
        return True


def _apart(located: Sequence[Located], depth: int = 0) -> Iterator[Sequence[Located]]:
    """The objects that may be applied together: a folder as a whole, or each folder in it by itself."""
    homes: dict[str, set[PurePath]] = defaultdict(set)
    for each in located:
        homes[_identity(each.item)].add(each.folder)
    if all(len(folders) == 1 for folders in homes.values()):
        yield located
        return
    inside: dict[str, list[Located]] = defaultdict(list)
    for each in located:
        parts = each.folder.parts
        inside[parts[depth] if len(parts) > depth else ""].append(each)
    for name, part in inside.items():
        if name:
            yield from _apart(part, depth + 1)
        else:
            yield part


def _identity(item: Json) -> str:
    if item.get("kind") in CLUSTER_WIDE:
        return f"/{id(item)}"  # declared again and again without harm
    return source_key(item)


def _setup(located: Sequence[Located], app_id: str, vaults: frozenset[str]) -> Setup:
    placed = tuple(_in_a_namespace(e.item) for e in located if e.item.get("kind") not in CLUSTER_WIDE)
    names = tuple(sorted({namespace_of(item) for item in placed}))
    sources: dict[str, str] = {}
    doubles: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for each in located:
        key = source_key(_in_a_namespace(each.item))
        if key in sources:
            doubles[key] = (*doubles[key], each.at)
        sources.setdefault(key, each.at)
    by_namespace = divided(Manifests(objects=placed, sources=sources, doubles=doubles), names)
    return Setup(
        tuple(
            Evidence(
                namespace=name,
                origin="files",
                manifests=by_namespace[name],
                known=frozenset(names),
                only=app_id,
                vaults=vaults,
            )
            for name in names
        )
    )


def _in_a_namespace(item: Json) -> Json:
    if namespace_of(item):
        return item
    return {**item, "metadata": {**(item.get("metadata") or {}), "namespace": UNNAMED, "name": name_of(item)}}
