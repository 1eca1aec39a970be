"""Components as daprd reads them: type, version, entries of metadata, and keys at the wrong level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from dashboard.model.core.kubernetes import Json, component
from dashboard.model.core.manifests import name_of
from dashboard.model.doctor.report import Severity
from dashboard.services.doctor.app import spec_of
from dashboard.services.doctor.evidence import Evidence, named
from dashboard.services.doctor.facts import component_types, needs
from dashboard.services.doctor.mends.components import change, redis_address, rename_entry, set_entry
from dashboard.services.doctor.mends.workloads import edit
from dashboard.services.doctor.rule import Seen, rule

SCHEMA = "reference/resource-specs/component-schema/"
TYPES = "reference/components-reference/"
API_VERSION = "dapr.io/v1alpha1"
ALIKE = 0.75
# Of these the list of names is surely whole; makers of others leave out what is old.
SURE = ".redis"
ALMOST_EQUAL = 0.85
NEEDS_WHAT_IS_REQUIRED = {
    "bindings.cron", "pubsub.kafka", "pubsub.pulsar", "state.azure.cosmosdb", "state.cassandra",
    "state.memcached",
}  # fmt: skip
BESIDES = {"actorstatestore", "keyprefix", "consumerid"}  # what daprd itself reads
REFERENCES = {"secretKeyRef", "envRef"}
ENTRY = {"name", "value", "secretKeyRef", "envRef"}


def _close(word: str, known: Iterable[str], alike: float = ALIKE) -> str:
    """The known word that was probably meant, or ""."""
    by_lower = {each.lower(): each for each in known}
    found = get_close_matches(word.lower(), by_lower, 1, alike)
    return by_lower[found[0]] if found else ""


@rule(
    "component-api-version", "error", docs=SCHEMA, each="versioned",
    why="The API server knows these kinds under this version alone, and refuses any other.",
)  # fmt: skip
def api_version(evidence: Evidence, item: Json) -> Iterable[Seen]:
    said = item.get("apiVersion")
    if said != API_VERSION and evidence.origin in {"files", "local"}:
        yield Seen(
            object=named(item),
            seen=f'apiVersion is "{said}".' if said else "It has no apiVersion.",
            fix=f"Write apiVersion: {API_VERSION}.",
            commands=edit(evidence, item),
            severity=None if said or item["kind"] == "Component" else "warning",  # daprd itself does not ask
        )


@rule(
    "component-type", "error", docs=TYPES, each="declared_components",
    why="daprd ends where it is to load a Component of a type or version that it does not know.",
)  # fmt: skip
def component_type(evidence: Evidence, item: Json) -> Iterable[Seen]:
    spec = spec_of(item)
    said, version = str(spec.get("type") or ""), spec.get("version")
    severity: Severity | None = None
    patch: dict[str, str] = {}
    family, _, name = said.partition(".")
    told = component_types().get(f"{family}.{name.lower()}")  # daprd asks for the family's case alone
    if not said:
        problem, fix = "It has no spec.type.", "Name one, as state.redis."
    elif told is None:
        names = (known.partition(".")[2] for known in component_types() if known.startswith(f"{family}."))
        meant = _close(name, names)
        problem = f"spec.type is {said}, which Dapr itself does not bring."
        fix = (
            f"Write {family}.{meant}." if meant else "Name one of Dapr's, or run it as a pluggable component."
        )
        severity = None if meant else "warning"
        patch = {"type": f"{family}.{meant}"} if meant else {}
    elif version and str(version) not in told.versions | {"v0"}:
        problem = f"spec.version is {version}; {said} has {', '.join(sorted(told.versions))}."
        fix = f"Write version: {min(told.versions)}."
        patch = {"version": min(told.versions)}
    else:
        return
    commands = change(evidence, item, {"spec": patch}) if patch else edit(evidence, item)
    yield Seen(object=named(item), seen=problem, fix=fix, commands=commands, severity=severity)


@rule(
    "component-without-version", "warning", docs=SCHEMA, each="declared_components",
    why="The API server refuses a Component without spec.version.",
)  # fmt: skip
def without_version(evidence: Evidence, item: Json) -> Iterable[Seen]:
    if spec_of(item).get("version") in {None, ""}:
        yield Seen(
            object=named(item),
            seen="It has no spec.version.",
            fix="Write version: v1.",
            commands=change(evidence, item, {"spec": {"version": "v1"}}),
            severity="error" if _beside_an_app(evidence, item) else None,
        )


def _beside_an_app(evidence: Evidence, item: Json) -> bool:
    """Whether it is surely applied to Kubernetes: a folder of its own may be for one machine."""
    return any(evidence.beside(named(item), named(app.item)) for app in evidence.dapr_apps)


@rule(
    "component-metadata", "error", docs=SCHEMA, each="declared_components",
    why="daprd ends where a value that a Component needs is missing, and passes over names that it does not "
    "know.",
)  # fmt: skip
def metadata(evidence: Evidence, item: Json) -> Iterable[Seen]:
    if spec_of(item).get("metadata") is None and _beside_an_app(evidence, item):
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
    found = list(_misnamed(evidence, item, [str(each["name"]) for each in told]))
    yield from found
    if len(told) == len(entries) and not any(each.severity is None for each in found):
        yield from _refused(evidence, item, told)


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


def _misnamed(evidence: Evidence, item: Json, names: list[str]) -> Iterable[Seen]:
    """What is missing, and which name was probably meant for it."""
    said = str(spec_of(item).get("type") or "")
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
    known = {field.lower() for field in told.fields} | {"actorstatestore", "keyprefix"}
    for name in names:
        alike = ALIKE if said.endswith(SURE) else ALMOST_EQUAL
        meant = _close(name, told.fields, alike) if name.lower() not in known else ""
        if meant and meant.lower() not in lower:
            lower.add(meant.lower())
            yield Seen(
                object=named(item),
                seen=f"{said} has no {name} in its metadata.",
                fix=f"Write {meant}."
                if _close(name, [meant], ALMOST_EQUAL)
                else f"Remove it: it does nothing. Where {meant} is meant, write that.",
                commands=rename_entry(evidence, item, name, meant)
                if _close(name, [meant], ALMOST_EQUAL)
                else set_entry(evidence, component(item), name, None),
                severity="error" if meant in told.required and said.endswith(SURE) else "warning",
            )
    surely = said.endswith(SURE) or said in NEEDS_WHAT_IS_REQUIRED
    for name in sorted(told.required) if surely else ():
        if name.lower() not in lower:
            address = redis_address(evidence) if name == "redisHost" else ""
            yield Seen(
                object=named(item),
                seen=f"It has no {name}.",
                fix=f"Set {name}{', as ' + address if address else ''}.",
                commands=set_entry(evidence, component(item), name, address)
                if address
                else edit(evidence, item),
            )


def _refused(evidence: Evidence, item: Json, entries: list[Mapping[str, Any]]) -> Iterable[Seen]:
    """What daprd asks for first and does not get.

    A name that its makers do not list may be an old one for it: then nothing is said.
    """
    said = str(spec_of(item).get("type") or "")
    known = component_types().get(said)
    fields = {field.lower() for field in (known.fields if known else None) or ()}
    names = {str(each["name"]).lower() for each in entries}
    if names - fields - BESIDES:
        return
    full = {
        str(e["name"]).lower() for e in entries if e.get("value") not in (None, "") or REFERENCES & e.keys()
    }
    for need in needs().get(f"{said}/{spec_of(item).get('version') or 'v1'}", ()):
        empty = {name.lower() for name in need.even_empty} & names
        if not {name.lower() for name in need.any_of} & full | empty:
            first, *others = need.any_of
            least = "has no value" if first.lower() in names else "is not there"
            yield Seen(
                object=named(item),
                seen=f"{first} {least}{', nor what would do in its place' if others else ''}.",
                why=f'daprd refuses to load it: "{need.said}".',
                fix=f"Set {first}{', or another way that daprd takes' if others else ''}.",
                commands=edit(evidence, item),
                severity="warning" if first.lower() in names else None,  # left for its reader to fill in
            )
            return


@rule(
    "scopes-misplaced", "warning", docs="operations/components/component-scopes/", each="scoped",
    why="scopes and auth stand beside spec: elsewhere nobody reads them, and every app loads the object.",
)  # fmt: skip
def scopes_misplaced(evidence: Evidence, item: Json) -> Iterable[Seen]:
    fields = {"scopes"} | ({"auth"} if item["kind"] == "Component" else set())
    for place, told in (("spec", spec_of(item)), ("metadata", item["metadata"])):
        for name in sorted(fields & told.keys()):
            yield Seen(
                object=named(item),
                seen=f"{name} stand{'s' * (name == 'auth')} under {place}.",
                fix="Move it to the top level of the object.",
                commands=change(evidence, item, _lifted(item, place, name)),
            )


def _lifted(item: Json, place: str, name: str) -> Json:
    """The patch that moves a field from where it stands to the top, where none is there yet."""
    return {name: item.get(name) or item[place][name], place: {name: None}}


@rule(
    "component-twice", "error", docs=SCHEMA,
    why="Of two objects of one name in a namespace the one applied last is kept; on one machine daprd ends "
    "at the second.",
)  # fmt: skip
def twice(evidence: Evidence) -> Iterable[Seen]:
    for kind in ("Component", "Subscription", "Configuration"):
        for first, item, at in evidence.doubles(kind):
            where = evidence.source(named(item))
            several_files = where.rpartition(":")[0] != at.rpartition(":")[0]
            if several_files and kind == "Configuration":  # daprd is told which one
                continue
            yield Seen(
                object=named(item),
                seen=f"{name_of(item)} is declared a second time; the first is at {where}.",
                fix="Give one of them another name, or delete it; of two that are for two places apply one.",
                commands=edit(evidence, item),
                severity="warning" if several_files and _serve_one_end(first, item) else None,
                source=at,
            )


def _serve_one_end(first: Json, other: Json) -> bool:
    """Whether two may be meant for two places, as a store on Redis here and one on a cloud there."""
    ends = (str(spec_of(each).get("type") or "").partition(".")[0] for each in (first, other))
    return len(set(ends)) == 1


@rule(
    "key-twice", "error", docs="https://yaml.org/spec/1.2.2/#nodes", on=frozenset({"files"}),
    why="The API server refuses an object with a key that is there twice, or takes the last one without a "
    "word.",
)  # fmt: skip
def key_twice(evidence: Evidence) -> Iterable[Seen]:  # what sees it reads the file
    return ()
