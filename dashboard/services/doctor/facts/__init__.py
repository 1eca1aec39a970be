"""What Dapr itself knows of Components, taken from its sources at a pinned version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("components.json")
NEEDS = Path(__file__).with_name("needs.json")


@dataclass(frozen=True)
class Need:
    """What the real daprd refuses a Component without: each of `any_of` will do, the likeliest first.

    Those in `even_empty` will do with an empty value. `said` are daprd's words.
    """

    any_of: tuple[str, ...]
    even_empty: frozenset[str]
    said: str


@dataclass(frozen=True)
class ComponentType:
    """One `spec.type`. `fields` are the names of its metadata, None where its makers list none.

    `required` are those without which it never starts; `actors` whether it may keep actors, which takes
    transactions (dapr/dapr, pkg/runtime/processor/state), None where that is not known.
    """

    versions: frozenset[str]
    fields: tuple[str, ...] | None = None
    required: frozenset[str] = frozenset()
    actors: bool | None = None


@cache
def needs() -> Mapping[str, tuple[Need, ...]]:
    """By "type/version" in the order in which daprd asks (`measure.py` says how); some were not asked."""
    told = json.loads(NEEDS.read_text(encoding="utf-8"))["types"]
    return {
        name: tuple(Need(tuple(n["any_of"]), frozenset(n["even_empty"]), n["said"]) for n in found)
        for name, found in told.items()
    }


@cache
def component_types() -> Mapping[str, ComponentType]:
    """Every type that daprd registers (`refresh.py` says from where)."""
    told = json.loads(FILE.read_text(encoding="utf-8"))["types"]
    return {
        name: ComponentType(
            frozenset(found["versions"]),
            tuple(found["fields"]) if "fields" in found else None,
            frozenset(found.get("required", ())),
            found.get("actors"),
        )
        for name, found in told.items()
    }
