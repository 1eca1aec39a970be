"""Folders of YAML as manifests: several documents a file, folders in folders, Lists taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dashboard.gateways.manifest_shapes import is_looked_at, misshapen
from dashboard.model.core.errors import NotThere
from dashboard.model.core.kubernetes import Json
from dashboard.model.core.manifests import Manifests, source_key

ENDINGS = {".yaml", ".yml", ".json"}
KUSTOMIZATIONS = {"kustomization.yaml", "kustomization.yml", "Kustomization"}
_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's where it is there: ten times as fast
MOST_BYTES = 8 << 20
_CONFLICT = re.compile(r"^(<{7}|>{7}|={7}$)", re.MULTILINE)
_UNRENDERED = re.compile(r"\{\{.*?\}\}|\$\{[^}]*\}")
# Where a value that is not rendered yet hides what a rule asks for; scripts and environments may hold such.
_RENDERED_KINDS = {"Component", "Subscription", "Configuration", "Service"}


class _Loader(_SAFE):  # type: ignore[misc]
    """YAML as kubectl reads it, by go-yaml: dates, `=` and 12:30 are texts."""

    def construct_number(self, node: yaml.ScalarNode) -> Any:
        if ":" in node.value:
            return node.value
        return self.construct_yaml_int(node) if node.tag.endswith(":int") else self.construct_yaml_float(node)


for _tag in ("timestamp", "value"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _SAFE.construct_yaml_str)
for _tag in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _Loader.construct_number)


class _UnreadableError(Exception):
    """A file that says nothing; the text says why."""


@dataclass(kw_only=True)
class _Reading:
    """What was read so far."""

    objects: list[Json] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    origins: list[str] = field(default_factory=list)
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    patches: set[Path] = field(default_factory=set)

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

    Kustomize's patches are no objects. Raises `NotThere`.
    """
    if not folder.exists():
        raise NotThere(f"{folder} is not there.", hint="Name a folder of YAML, or one file.")
    found = _Reading()
    files = _files(folder)
    for path in (path for path in files if path.name in KUSTOMIZATIONS):
        found.patches |= _patches(path)
        absent = [name for name in _resources(path) if not _is_there(path.parent / name)]
        if absent:
            found.unread[str(path)] = f"It names {', '.join(absent)}, which is not there."
    for path in (path for path in files if path.resolve() not in found.patches):
        try:
            _read(path, found)
        except _UnreadableError as error:
            found.unread[str(path)] = str(error)
    return Manifests(
        objects=tuple(found.objects),
        unread=found.unread,
        sources=found.sources,
        origins=tuple(found.origins),
        faults=tuple(found.faults),
    )


def _files(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    named = (path for path in folder.rglob("*") if path.suffix in ENDINGS or path.name in KUSTOMIZATIONS)
    return sorted(path for path in named if path.is_file() and not _is_hidden(path.relative_to(folder)))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _text(path: Path) -> str:
    """Raises `_UnreadableError`."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _UnreadableError(f"It cannot be read: {error.strerror}.") from error
    if len(data) > MOST_BYTES:
        raise _UnreadableError(f"It is longer than {MOST_BYTES >> 20} MiB.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _UnreadableError("It is UTF-16; kubectl takes UTF-8 alone.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _UnreadableError(f"It is not UTF-8: byte {error.start + 1} is none of it.") from error
    conflict = _CONFLICT.search(text) if "<<<<<<<" in text else None
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        raise _UnreadableError(f"It holds the marks of a merge conflict, at line {line}.")
    return text


def _read(path: Path, found: _Reading) -> None:
    """The objects of one file, each with the line (from 1) where it begins."""
    text = _text(path)
    try:
        loader = _Loader(text)
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
            raise _UnreadableError("It is a template, as of Helm: render it first.") from error
        words = " ".join(str(error).split())[:300]
        raise _UnreadableError(f"It is no YAML: {words}.") from error


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


def _kustomization(path: Path) -> Mapping[str, Any]:
    """What it says, nothing where it cannot be read."""
    try:
        told = yaml.load(_text(path), Loader=_Loader)
    except (_UnreadableError, yaml.YAMLError, RecursionError, ValueError, TypeError):
        return {}
    return told if isinstance(told, Mapping) else {}


def _listed(kustomization: Path, *fields: str) -> list[str]:
    """The names in some of its lists, each by itself or as a `path`."""
    told = _kustomization(kustomization)
    lists = (told.get(name) for name in fields)
    entries = [entry for found in lists if isinstance(found, list) for entry in found]
    named = [entry.get("path") if isinstance(entry, Mapping) else entry for entry in entries]
    return [name for name in named if isinstance(name, str) and not {"\n", "\0"} & set(name)]


def _resources(kustomization: Path) -> list[str]:
    """The files that it takes its objects from; others may be folders, or addresses."""
    named = _listed(kustomization, "resources")
    return [name for name in named if name.endswith(tuple(ENDINGS)) and "://" not in name and "?" not in name]


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # as of a name that is too long
        return False


def _patches(kustomization: Path) -> set[Path]:
    """The files that it uses as patches."""
    named = _listed(kustomization, "patches", "patchesStrategicMerge", "patchesJson6902")
    return {(kustomization.parent / name).resolve() for name in named}
