"""What a kustomization.yaml names: its resources, and what its patches write into workloads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dashboard.gateways.yaml_text import KubectlLoader, UnreadableError, text_of
from dashboard.model.core.kubernetes import Json

NAMES = {"kustomization.yaml", "kustomization.yml", "Kustomization"}
PATCHES = ("patches", "patchesStrategicMerge", "patchesJson6902")
_ENDINGS = (".yaml", ".yml", ".json")
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod")
_HOLE = re.compile(r"\{\{|\$[({]")  # of a template: what it will be is not known
_FILLED_IN = ("replacements", "vars")
_BROKEN = (UnreadableError, yaml.YAMLError, re.error, RecursionError, ValueError, TypeError, AttributeError)


@dataclass(frozen=True)
class Patch:
    """A workload of which no more is told than the annotations and labels that a patch writes.

    `where` is its "file:line". Its name is a pattern, ".*" for all, where the patch says no other.
    """

    where: str
    item: Json


@dataclass(frozen=True)
class _Text:
    """The YAML of a patch behind `line` lines of its file, and the target that is named for it."""

    file: Path
    line: int
    text: str
    target: Mapping[str, Any]


@dataclass(frozen=True)
class Kustomization:
    """One file and what it says: nothing where it cannot be read."""

    file: Path
    told: Mapping[str, Any]

    def entries(self, *fields: str) -> list[Any]:
        """The entries of some of its lists."""
        lists = (self.told.get(name) for name in fields)
        return [entry for found in lists if isinstance(found, list) for entry in found]


def load(file: Path) -> Kustomization:
    """Never raises: what cannot be read is named where its objects are."""
    try:
        told = yaml.load(text_of(file), Loader=KubectlLoader)
    except _BROKEN:
        told = None
    return Kustomization(file, told if isinstance(told, Mapping) else {})


def resources(kustomization: Kustomization) -> list[str]:
    """The files that it takes its objects from; others may be folders, or addresses."""
    named = (each for each in kustomization.entries("resources") if _is_file_name(each))
    return [name for name in named if name.endswith(_ENDINGS) and "://" not in name and "?" not in name]


def patch_files(kustomization: Kustomization) -> set[Path]:
    """The files that it uses as patches."""
    told = (_at(each, "path") for each in kustomization.entries(*PATCHES))
    return {(kustomization.file.parent / name).resolve() for name in told if _is_file_name(name)}


def fills_in(kustomization: Kustomization) -> bool:
    """Whether it writes over values of its objects, so that what a patch says may only hold a place."""
    return any(kustomization.told.get(name) for name in _FILLED_IN)


def patches(kustomization: Kustomization, unread: dict[str, str]) -> Iterator[Patch]:
    """Its patches of workloads; `unread` is told of those that cannot be read ("file:line", and why)."""
    for text in _patch_texts(kustomization.file, unread):
        try:
            yield from _patches_of(text)
        except _BROKEN as error:
            words = " ".join(str(error).split())[:300]
            unread[f"{text.file}:{text.line + 1}"] = f"It is a patch, and no YAML: {words}."


def outline(item: Json) -> Json:
    """A workload with its annotations and the annotations and labels of its pods alone.

    What a patch takes away (null) is not there, nor what is still to be filled in.
    """
    kind, spec = item["kind"], _mapping(item, "spec")
    if kind == "CronJob":
        spec = _mapping(_mapping(spec, "jobTemplate"), "spec")
    inside = _mapping(_mapping(spec, "template"), "metadata")
    own = _mapping(item, "metadata")
    metadata = {"name": str(own.get("name") or ".*"), "annotations": _written(own, "annotations")}
    if own.get("namespace"):
        metadata["namespace"] = str(own["namespace"])
    pod = {name: _written(inside, name) for name in ("annotations", "labels")}
    told: Json = {"template": {"metadata": pod}}
    whole = {"jobTemplate": {"spec": told}} if kind == "CronJob" else told
    return {"apiVersion": item.get("apiVersion"), "kind": kind, "metadata": metadata, "spec": whole}


def _mapping(item: Any, name: str) -> Mapping[str, Any]:
    found = item.get(name) if isinstance(item, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _written(metadata: Mapping[str, Any], name: str) -> Json:
    told = _mapping(metadata, name).items()
    return {str(key): value for key, value in told if value is not None and not _HOLE.search(str(value))}


def _patches_of(text: _Text) -> Iterator[Patch]:
    """The documents of a strategic merge patch, or the operations of one of RFC 6902 taken together."""
    loader = KubectlLoader(text.text)
    try:
        while loader.check_node():
            node = loader.get_node()
            document = loader.construct_document(node)
            where = f"{text.file}:{text.line + node.start_mark.line + 1}"
            if isinstance(document, list):
                document = _as_merge(document, text.target)
            if isinstance(document, dict) and document.get("kind") in _WORKLOADS:
                yield Patch(where, outline(document))
    finally:
        loader.dispose()


def _as_merge(operations: list[Any], target: Mapping[str, Any]) -> Json:
    """What `add` and `replace` write, as an object of the target's kind and name: both are patterns."""
    wanted = str(target.get("kind") or ".*")
    kind = next((kind for kind in _WORKLOADS if re.fullmatch(wanted, kind)), "")
    merged: dict[str, Any] = {"metadata": {}}
    for each in operations:
        if isinstance(each, Mapping) and each.get("op") in {"add", "replace"}:
            _write(merged, _steps(str(each.get("path"))), each.get("value"))
    metadata = {
        **_mapping(merged, "metadata"),
        "name": target.get("name"),
        "namespace": target.get("namespace"),
    }
    return {**merged, "kind": kind, "metadata": metadata}


def _steps(path: str) -> list[str]:
    """The keys of a JSON pointer (RFC 6901)."""
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]


def _write(item: dict[str, Any], steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        inner = item.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        item = inner
    if steps:
        item[steps[-1]] = value


def _patch_texts(kustomization: Path, unread: dict[str, str]) -> Iterator[_Text]:
    """The text of each patch: in a file of its own, or inside the kustomization."""
    for node, entry in _nodes(kustomization):
        inline, name = _at(entry, "patch"), _at(entry, "path")
        target = _mapping(entry, "target")
        if _is_file_name(name):
            file = kustomization.parent / str(name)
            try:
                yield _Text(file, 0, text_of(file), target)
            except UnreadableError as error:
                unread[str(file)] = str(error)
        elif isinstance(inline, str):
            yield _Text(kustomization, _begins(node), inline, target)


def _nodes(kustomization: Path) -> Iterator[tuple[yaml.Node, Any]]:
    """Each entry of its lists of patches, with the node of what it says inline."""
    loader = KubectlLoader(text_of(kustomization))
    try:
        root = loader.get_single_node()
        fields = root.value if isinstance(root, yaml.MappingNode) else ()
        lists = (value for key, value in fields if key.value in PATCHES)
        for each in (each for found in lists if isinstance(found, yaml.SequenceNode) for each in found.value):
            entry = loader.construct_document(each)
            pairs = each.value if isinstance(each, yaml.MappingNode) else ()
            yield next((value for key, value in pairs if key.value == "patch"), each), entry
    except _BROKEN:
        return
    finally:
        loader.dispose()


def _begins(node: yaml.Node) -> int:
    """How many lines stand before the text of a scalar: a block begins behind its "|"."""
    return int(node.start_mark.line) + (getattr(node, "style", None) in {"|", ">"})


def _at(entry: Any, field: str) -> Any:
    """What an entry says as `path` or as `patch`; a text by itself is a file's name where it is one line."""
    if isinstance(entry, Mapping):
        return entry.get(field)
    return entry if isinstance(entry, str) and _is_file_name(entry) == (field == "path") else None


def _is_file_name(name: Any) -> bool:
    return isinstance(name, str) and bool(name) and not {"\n", "\0"} & set(name)
