"""Folders of YAML as manifests: several documents a file, folders in folders, Lists taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dashboard.gateways import kustomizations
from dashboard.gateways.manifest_shapes import is_looked_at, misshapen
from dashboard.gateways.yaml_text import KubectlLoader, UnreadableError, text_of
from dashboard.model.core.errors import NotThere
from dashboard.model.core.kubernetes import Json
from dashboard.model.core.manifests import Manifests, source_key

ENDINGS = {".yaml", ".yml", ".json"}
_UNRENDERED = re.compile(r"\{\{.*?\}\}|\$\{[^}]*\}")
# Where a value that is not rendered yet hides what a rule asks for; scripts and environments may hold such.
_RENDERED_KINDS = {"Component", "Subscription", "Configuration", "Service"}


@dataclass(kw_only=True)
class _Reading:
    """What was read so far."""

    objects: list[Json] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    origins: list[str] = field(default_factory=list)
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    patches: dict[str, Json] = field(default_factory=dict)
    read_as_patches: set[Path] = field(default_factory=set)

    def add(self, item: Json, where: str) -> None:
        problem = misshapen(item)
        if problem and is_looked_at(item["kind"]):
            self.unread[where] = problem
        if problem:
            return
        self.sources.setdefault(source_key(item), where)
        self.objects.append(item)
        self.origins.append(where)
        hole = _UNRENDERED.search(str(item)) if item["kind"] in _RENDERED_KINDS else None
        if hole:
            self.unread[where] = f"{item['kind']} {item['metadata']['name']}: {hole[0]} is not rendered."


def read_folder(folder: Path) -> Manifests:
    """Every object below `folder` (or in that file); what could not be read is named in `unread`.

    Kustomize's patches are no objects: they are told by themselves. Raises `NotThere`.
    """
    if not folder.exists():
        raise NotThere(f"{folder} is not there.", hint="Name a folder of YAML, or one file.")
    found = _Reading()
    files = _files(folder)
    named = [kustomizations.load(path) for path in files if path.name in kustomizations.NAMES]
    for each in named:
        found.read_as_patches |= kustomizations.patch_files(each)
        absent = [name for name in kustomizations.resources(each) if not _is_there(each.file.parent / name)]
        if absent:
            found.unread[str(each.file)] = f"It names {', '.join(absent)}, which is not there."
    for each in () if any(map(kustomizations.fills_in, named)) else named:
        found.patches |= {patch.where: patch.item for patch in kustomizations.patches(each, found.unread)}
    for path in (path for path in files if path.resolve() not in found.read_as_patches):
        try:
            _read(path, found)
        except UnreadableError as error:
            found.unread[str(path)] = str(error)
    return Manifests(
        objects=tuple(found.objects),
        unread=found.unread,
        sources=found.sources,
        origins=tuple(found.origins),
        faults=tuple(found.faults),
        patches=found.patches,
    )


def _files(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    named = (
        path for path in folder.rglob("*") if path.suffix in ENDINGS or path.name in kustomizations.NAMES
    )
    return sorted(path for path in named if path.is_file() and not _is_hidden(path.relative_to(folder)))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _read(path: Path, found: _Reading) -> None:
    """The objects of one file, each with the line (from 1) where it begins."""
    text = text_of(path)
    try:
        loader = KubectlLoader(text)
        try:
            while loader.check_node():
                node = loader.get_node()
                if node is None:
                    continue
                line = node.start_mark.line + 1
                document = loader.construct_document(node)
                for key, at in _double_keys(node) if _is_object(document) else ():
                    words = f"The key {key} is there twice: only the last one counts, where any is taken."
                    found.faults.append((source_key(document), f"{path}:{at}", words))
                for item in _unfold(document):
                    found.add(item, f"{path}:{line}")
        finally:
            loader.dispose()
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        if "{{" in text:
            raise UnreadableError("It is a template, as of Helm: render it first.") from error
        words = " ".join(str(error).split())[:300]
        raise UnreadableError(f"It is no YAML: {words}.") from error


def _double_keys(node: yaml.Node) -> Iterator[tuple[str, int]]:
    """Keys that a mapping has twice, with the line of the second; YAML's `<<` may stand more than once."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if key.value in seen:
                    yield key.value, key.start_mark.line + 1
                seen.add(key.value)
            yield from _double_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _double_keys(value)


def _is_object(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(document.get("kind"), str)


def _unfold(document: Any) -> Iterator[Json]:
    if not _is_object(document) or _is_kustomize(document):
        return
    if not document["kind"].endswith("List") or "items" not in document:
        yield document
        return
    items = document["items"]
    for item in items if isinstance(items, list) else ():
        yield from _unfold(item)


def _is_kustomize(item: Json) -> bool:
    """Kustomize has files of its own, whose kinds have the names of Dapr's."""
    return (
        str(item.get("apiVersion")).startswith("kustomize.config.k8s.io/") or item["kind"] == "Kustomization"
    )


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # as of a name that is too long
        return False
