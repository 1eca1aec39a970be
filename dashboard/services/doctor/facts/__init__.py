"""What Dapr itself knows of Components, taken from its sources at a pinned version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("components.json")
NEEDS = Path(__file__).with_name("needs.json")
# Other names of a type, whose fields are told under the first (dapr/dapr, cmd/daprd/components).
OTHER_NAMES = {
    "bindings.azure.servicebusqueues": "bindings.azure.servicebus.queues",
    "bindings.mqtt": "bindings.mqtt3",
    "bindings.postgresql": "bindings.postgres",
    "configuration.postgres": "configuration.postgresql",
    "pubsub.azure.servicebus": "pubsub.azure.servicebus.topics",
    "pubsub.azure.servicebusqueues": "pubsub.azure.servicebus.queues",
    "pubsub.mqtt": "pubsub.mqtt3",
    "pubsub.snssqs": "pubsub.aws.snssqs",
    "state.consul": "state.hashicorp.consul",
    "state.postgres": "state.postgresql",
    "state.sqlite3": "state.sqlite",
    "state.yugabyte": "state.postgresql",
    "state.yugabytedb": "state.postgresql",
}


@dataclass(frozen=True)
class Need:
    """What the real daprd refuses a Component without: each of `any_of` will do, the likeliest first.

    Those in `even_empty` will do with an empty value. `said` are daprd's words.
    """

    any_of: tuple[str, ...]
    even_empty: frozenset[str]
    said: str


@dataclass(frozen=True)
class Measured:
    """How the real daprd takes a type in one version.

    `needs` stand in the order in which it asks. `kinds` are, by name of metadata in lower case, what it must
    be able to read from the value: "int", "uint", "float", "bool" or "duration".
    """

    needs: tuple[Need, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)


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
def measured() -> Mapping[str, Measured]:
    """By "type/version" (`measure.py` says how); some were not asked."""
    told = json.loads(NEEDS.read_text(encoding="utf-8"))["types"]
    return {
        name: Measured(
            tuple(Need(tuple(n["any_of"]), frozenset(n["even_empty"]), n["said"]) for n in found["needs"]),
            {each.lower(): kind for each, kind in found["kinds"].items()},
        )
        for name, found in told.items()
    }


@cache
def component_types() -> Mapping[str, ComponentType]:
    """Every type that daprd registers (`refresh.py` says from where)."""
    told = json.loads(FILE.read_text(encoding="utf-8"))["types"]
    return {
        name: _type(frozenset(found["versions"]), told[OTHER_NAMES.get(name, name)])
        for name, found in told.items()
    }


@cache
def all_names() -> frozenset[str]:
    """Every name of metadata that some type has, without regard to case: one spelling of each."""
    listed = (name for found in component_types().values() for name in found.fields or ())
    return frozenset({name.lower(): name for name in listed}.values())


@cache
def known_names() -> frozenset[str]:
    """Those names in lower case, as daprd compares them."""
    return frozenset(map(str.lower, all_names()))


@cache
def old_names() -> frozenset[str]:
    """In lower case, the names that some type takes and no list has."""
    return frozenset(map(str.lower, json.loads(FILE.read_text(encoding="utf-8"))["old_names"]))


def _type(versions: frozenset[str], found: Mapping[str, Any]) -> ComponentType:
    fields = tuple(found["fields"]) if "fields" in found else None
    return ComponentType(versions, fields, frozenset(found.get("required", ())), found.get("actors"))
