"""Folders of YAML as manifests: several documents a file, folders in folders, Lists taken apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from dashboard.model.core.errors import NotThere
from dashboard.model.core.kubernetes import Json
from dashboard.model.core.manifests import Manifests, source_key

ENDINGS = {".yaml", ".yml", ".json"}
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's where it was built in: ten times as fast
_Found = tuple[Json, int]


def read_folder(folder: Path) -> Manifests:
    """Every object below `folder` (or in that file); a file that is no YAML is named in `unread`.

    Raises `NotThere`.
    """
    if not folder.exists():
        raise NotThere(f"{folder} is not there.", hint="Name a folder of YAML, or one file.")
    objects: list[Json] = []
    unread: dict[str, str] = {}
    sources: dict[str, str] = {}
    for path in _files(folder):
        try:
            for item, line in _objects(path):
                objects.append(item)
                sources.setdefault(source_key(item), f"{path}:{line}")
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            unread[str(path)] = f"It is no YAML: {' '.join(str(error).split())[:300]}."
        except OSError as error:
            unread[str(path)] = f"It cannot be read: {error.strerror}."
    return Manifests(tuple(objects), unread, sources)


def _files(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    hidden = (path for path in folder.rglob("*") if path.suffix in ENDINGS and path.is_file())
    return sorted(path for path in hidden if not _is_hidden(path.relative_to(folder)))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _objects(path: Path) -> Iterator[_Found]:
    """The objects of one file with the line (from 1) where each begins."""
    loader = LOADER(path.read_text(encoding="utf-8"))
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is not None:
                yield from _unfold(loader.construct_document(node), node.start_mark.line + 1)
    finally:
        loader.dispose()


def _unfold(document: Any, line: int) -> Iterator[_Found]:
    if not isinstance(document, dict) or not isinstance(document.get("kind"), str):
        return
    if not document["kind"].endswith("List"):
        yield document, line
    for item in document.get("items") or () if document["kind"].endswith("List") else ():
        yield from _unfold(item, line)
