"""What is declared for namespaces: Kubernetes-style objects as JSON, and what of them could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from dashboard.model.core.kubernetes import Json

EVERY_KIND = ""
CONTROL_PLANE = "control plane"


@dataclass(frozen=True, kw_only=True)
class Manifests:
    """Objects of any kind; a Secret tells of each key only whether it holds something.

    `unread` maps what could not be read to why: a kind, "namespace/kind", `EVERY_KIND`, a file, or
    `CONTROL_PLANE` for Dapr's own Deployments and Configuration. `sources` maps "namespace/Kind/name" to
    "file:line", and `doubles` to where else the same is declared. `origins` has
    the "file:line" of each of `objects` where they are from files. `faults` are mistakes of a file itself:
    (namespace/Kind/name, "file:line", words). `patches` are workloads of which only a part is told, by
    "file:line".
    """

    objects: tuple[Json, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    doubles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    origins: tuple[str, ...] = ()
    faults: tuple[tuple[str, str, str], ...] = ()
    patches: Mapping[str, Json] = field(default_factory=dict)

    def of(self, kind: str, namespace: str | None = None) -> Iterator[Json]:
        """The objects of a kind, in one namespace or in all."""
        for item in self.objects:
            if item.get("kind") == kind and namespace in {None, namespace_of(item)}:
                yield item

    def why_unread(self, kind: str, namespace: str) -> str:
        """Why that kind is not known there, "" where it is."""
        keys = (f"{namespace}/{kind}", kind, EVERY_KIND)
        return next((self.unread[key] for key in keys if key in self.unread), "")


def namespace_of(item: Json) -> str:
    """The object's namespace, "" where it names none."""
    return str((item.get("metadata") or {}).get("namespace") or "")


def name_of(item: Json) -> str:
    return str((item.get("metadata") or {}).get("name") or "")


def source_key(item: Json) -> str:
    """Its key in `Manifests.sources`."""
    return f"{namespace_of(item)}/{item.get('kind')}/{name_of(item)}"


def together(parts: Iterable[Manifests]) -> Manifests:
    """Several as one; the first source of an object is kept."""
    objects: list[Json] = []
    unread: dict[str, str] = {}
    sources: dict[str, str] = {}
    for part in parts:
        objects += part.objects
        unread |= part.unread
        sources = {**part.sources, **sources}
    return Manifests(objects=tuple(objects), unread=unread, sources=sources)
