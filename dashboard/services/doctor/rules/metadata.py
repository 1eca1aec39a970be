"""The metadata of a Component, as daprd reads it: names, what it cannot do without, and values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.model.core.kubernetes import Json, component
from dashboard.services.doctor.app import spec_of
from dashboard.services.doctor.evidence import Evidence, named
from dashboard.services.doctor.facts import Measured, component_types, known_names, measured, old_names
from dashboard.services.doctor.mends.components import change, redis_address, rename_entry, set_entry
from dashboard.services.doctor.mends.workloads import edit
from dashboard.services.doctor.rule import Seen, rule
from dashboard.services.doctor.rules.schema import ALIKE, SCHEMA, as_registered, beside_an_app, close

# Of Redis the list of names is surely whole; makers of others leave out what is old. Without redisHost daprd
# does not refuse it, but goes to 127.0.0.1:6379.
REDIS = ".redis"
ALMOST_EQUAL = 0.85
BESIDES = {"actorstatestore", "keyprefix", "consumerid"}  # what daprd itself reads
REFERENCES = {"secretKeyRef", "envRef"}
ENTRY = {"name", "value", "secretKeyRef", "envRef"}
# As Go's strconv and time read it, without a blank; of a number in whichever base.
_WHOLE = r"(\d[\d_]*|0[xob][\da-f_]+)"
KINDS = {
    "int": ("a whole number", re.compile(rf"[+-]?{_WHOLE}", re.I)),
    "uint": ("a whole number from 0 up", re.compile(_WHOLE, re.I)),
    "float": ("a number", re.compile(r"[+-]?(\d|\.\d|inf|nan).*", re.I)),
    "bool": ("true or false", re.compile(r"1|t|T|true|TRUE|True|0|f|F|false|FALSE|False")),
    "duration": (
        "a time, as 5s",
        re.compile(r"[+-]?((\d+|\d*\.?\d+|\d+\.)(ns|us|µs|μs|ms|s|m|h))+|[+-]?\d+"),
    ),
}
# Anything else may be a place that something fills in before it is applied.
_PLAIN = re.compile(r"[a-z0-9 .+-]+", re.I)


@rule(
    "component-metadata", "error", docs=SCHEMA, each="declared_components",
    why="daprd ends where a value that a Component needs is missing, and passes over names that it does not "
    "know.",
)  # fmt: skip
def metadata(evidence: Evidence, item: Json) -> Iterable[Seen]:
    if spec_of(item).get("metadata") is None and beside_an_app(evidence, item):
        yield Seen(
            object=named(item),
            seen="It has no spec.metadata.",
            why="The API server refuses a Component without spec.metadata, though it may be empty.",
            fix="Write metadata: [] where it needs none.",
            commands=change(evidence, item, {"spec": {"metadata": []}}),
        )
    entries = spec_of(item).get("metadata") or []
    if not isinstance(entries, list):
        entries = [entries]
    for number, entry in enumerate(entries, 1):
        problem = _entry_problem(entry)
        if problem:
            yield Seen(
                object=named(item),
                seen=f"Entry {number} of spec.metadata {problem}.",
                fix="Write each entry as name and value, or name and secretKeyRef.",
                commands=edit(evidence, item),
            )
    told = [each for each in entries if isinstance(each, Mapping) and isinstance(each.get("name"), str)]
    found = [*_misnamed(evidence, item, [str(each["name"]) for each in told]), *_redis(evidence, item, told)]
    yield from found
    if len(told) == len(entries) and not any(each.severity is None for each in found):
        yield from _refused(evidence, item, told)
    yield from _unreadable(evidence, item, told)


def _entry_problem(entry: Any) -> str:
    if not isinstance(entry, Mapping):
        return "is no mapping"
    if not isinstance(entry.get("name"), str) or not entry["name"]:
        return "has no name"
    reference = entry.get("secretKeyRef")
    strange = next((str(key) for key in entry if key not in ENTRY), "")
    if strange and len(entry.keys() & ENTRY) == 1:
        return f"({entry['name']}) has {strange}, and neither value nor secretKeyRef"
    if reference is not None and not (isinstance(reference, Mapping) and reference.get("name")):
        return f"({entry['name']}) has a secretKeyRef without a name"
    return ""


def _type(item: Json) -> str:
    return as_registered(str(spec_of(item).get("type") or ""))


def _measured(item: Json) -> Measured:
    version = str(spec_of(item).get("version") or "v1").lower()
    return measured().get(f"{_type(item)}/{'v1' if version == 'v0' else version}", Measured())


def _misnamed(evidence: Evidence, item: Json, names: list[str]) -> Iterable[Seen]:
    """Names that are there twice, and those that were probably meant for another."""
    said = _type(item)
    told = component_types().get(said)
    if told is None or told.fields is None:
        return
    lower = {name.lower() for name in names}
    for name in sorted({name for name in names if [each.lower() for each in names].count(name.lower()) > 1}):
        yield Seen(
            object=named(item),
            seen=f"{name} is there more than once in spec.metadata.",
            why="daprd takes one of them and drops the others.",
            fix="Keep one.",
            commands=edit(evidence, item),
            severity="warning",
        )
    known = {field.lower() for field in told.fields} | {"actorstatestore", "keyprefix"} | old_names()
    for name in names:
        alike = ALIKE if said.endswith(REDIS) else ALMOST_EQUAL
        meant = close(name, told.fields, alike) if name.lower() not in known else ""
        if meant and meant.lower() not in lower:
            lower.add(meant.lower())
            surely = close(name, [meant], ALMOST_EQUAL)
            yield Seen(
                object=named(item),
                seen=f"{said} has no {name} in its metadata.",
                fix=f"Write {meant}."
                if surely
                else f"Remove it: it does nothing. Where {meant} is meant, write that.",
                commands=rename_entry(evidence, item, name, meant)
                if surely
                else set_entry(evidence, component(item), name, None),
                severity="error" if meant in told.required and said.endswith(REDIS) else "warning",
            )


def _redis(evidence: Evidence, item: Json, entries: list[Mapping[str, Any]]) -> Iterable[Seen]:
    """A Redis without an address, unless that stands under a name that was probably meant for it."""
    names = {str(each["name"]).lower() for each in entries}
    if not _type(item).endswith(REDIS) or _full(entries) & {"redishost"}:
        return
    unknown = names - known_names()
    if "redishost" not in names and any(close(name, ["redisHost"]) for name in unknown):
        return
    address = redis_address(evidence)
    yield Seen(
        object=named(item),
        seen="redisHost has no value." if "redishost" in names else "It has no redisHost.",
        why="Without one daprd goes to 127.0.0.1:6379, which is the pod itself.",
        fix=f"Set redisHost{', as ' + address if address else ''}.",
        commands=set_entry(evidence, component(item), "redisHost", address)
        if address
        else edit(evidence, item),
        severity="warning" if "redishost" in names else None,  # left for its reader to fill in
    )


def _full(entries: list[Mapping[str, Any]]) -> set[str]:
    """The names, in lower case, that have a value or a place to take it from."""
    return {
        str(e["name"]).lower() for e in entries if e.get("value") not in (None, "") or REFERENCES & e.keys()
    }


def _refused(evidence: Evidence, item: Json, entries: list[Mapping[str, Any]]) -> Iterable[Seen]:
    """What daprd asks for first and does not get.

    A name that no type lists may be an old one for it: then nothing is said.
    """
    names = {str(each["name"]).lower() for each in entries}
    if names - known_names() - BESIDES:
        return
    full = _full(entries)
    for need in _measured(item).needs:
        empty = {name.lower() for name in need.even_empty} & names
        if not {name.lower() for name in need.any_of} & full | empty:
            left = [name for name in need.any_of if name.lower() in names]  # for its reader to fill in
            first = next(iter(left), need.any_of[0])
            other = len(need.any_of) > 1
            yield Seen(
                object=named(item),
                seen=f"{first} {'has no value' if left else 'is not there'}"
                f"{', nor what would do in its place' if other else ''}.",
                why=f'daprd refuses to load it: "{need.said}".',
                fix=f"Set {first}{', or another way that daprd takes' if other else ''}.",
                commands=edit(evidence, item),
                severity="warning" if left else None,
            )
            return


def _unreadable(evidence: Evidence, item: Json, entries: list[Mapping[str, Any]]) -> Iterable[Seen]:
    """Values in which daprd finds no number, truth or time where it looks for one."""
    kinds = _measured(item).kinds
    for entry in entries:
        name = str(entry["name"])
        text = _text(entry.get("value"))
        what, readable = KINDS.get(kinds.get(name.lower(), ""), ("", _PLAIN))
        if text and _PLAIN.fullmatch(text) and not readable.fullmatch(text):
            yield Seen(
                object=named(item),
                seen=f"{name} is {text}, where daprd reads {what}.",
                why="daprd refuses to load a Component with a value that it cannot read.",
                fix=f"Write {what}.",
                commands=edit(evidence, item),
            )


def _text(value: Any) -> str:
    """A value as daprd is given it, by way of JSON."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
