"""Components as daprd reads them: type, version, and keys at the wrong level."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from dashboard.model.core.kubernetes import Json
from dashboard.model.core.manifests import name_of
from dashboard.model.doctor.report import Severity
from dashboard.services.doctor.app import spec_of
from dashboard.services.doctor.evidence import Evidence, named
from dashboard.services.doctor.facts import component_types
from dashboard.services.doctor.mends.components import change
from dashboard.services.doctor.mends.workloads import edit
from dashboard.services.doctor.rule import Seen, rule

SCHEMA = "reference/resource-specs/component-schema/"
TYPES = "reference/components-reference/"
NAMES = "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/"
API_VERSION = "dapr.io/v1alpha1"
ALIKE = 0.75


def close(word: str, known: Iterable[str], alike: float = ALIKE) -> str:
    """The known word that was probably meant, or ""."""
    by_lower = {each.lower(): each for each in known}
    found = get_close_matches(word.lower(), by_lower, 1, alike)
    return by_lower[found[0]] if found else ""


def as_registered(type_: str) -> str:
    """The name under which daprd looks for a type: it asks for the family's case alone."""
    family, dot, name = type_.partition(".")
    return f"{family}{dot}{name.lower()}"


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
    "object-name", "error", docs=NAMES, on=frozenset({"files"}), each="versioned",
    why="The API server takes a name of small letters, digits, - and . alone.",
)  # fmt: skip
def object_name(evidence: Evidence, item: Json) -> Iterable[Seen]:
    said = name_of(item)
    fit = said.lower().replace("_", "-")
    if said != fit and not said.startswith("__") and beside_an_app(evidence, item):
        yield Seen(
            object=named(item),
            seen=f"metadata.name is {said}.",
            fix=f"Name it {fit}, also where it is named.",
            commands=edit(evidence, item),
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
    told = component_types().get(as_registered(said))
    if not said:
        problem, fix = "It has no spec.type.", "Name one, as state.redis."
    elif told is None:
        names = (known.partition(".")[2] for known in component_types() if known.startswith(f"{family}."))
        meant = close(name, names)
        problem = f"spec.type is {said}, which Dapr itself does not bring."
        fix = (
            f"Write {family}.{meant}." if meant else "Name one of Dapr's, or run it as a pluggable component."
        )
        severity = None if meant else "warning"
        patch = {"type": f"{family}.{meant}"} if meant else {}
    elif version and str(version).lower() not in told.versions | {"v0"}:
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
            severity="error" if beside_an_app(evidence, item) else None,
        )


def beside_an_app(evidence: Evidence, item: Json) -> bool:
    """Whether it is surely applied to Kubernetes: a folder of its own may be for one machine."""
    return any(evidence.beside(named(item), named(app.item)) for app in evidence.dapr_apps)


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
    for name in sorted(str(key) for key in item if str(key) in {"scope", "Scopes", "Scope"}):
        yield Seen(
            object=named(item),
            seen=f"It has {name}, which Dapr does not know.",
            fix="Write scopes.",
            commands=change(evidence, item, {"scopes": item.get("scopes") or item[name], name: None}),
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
