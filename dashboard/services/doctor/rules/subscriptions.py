"""Subscriptions: whether events can arrive, and what becomes of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from dashboard.model.core.kubernetes import Json
from dashboard.model.core.manifests import name_of
from dashboard.services.doctor.app import spec_of
from dashboard.services.doctor.evidence import Evidence, named
from dashboard.services.doctor.mends.components import apply, change, on_redis, reloaded
from dashboard.services.doctor.rule import LIVE, Seen, rule
from dashboard.services.doctor.unknown import UnknownError

HOW_TO = "developing-applications/building-blocks/pubsub/subscription-methods/"
ROUTES = "developing-applications/building-blocks/pubsub/howto-route-messages/"
SCHEMA = "reference/resource-specs/subscription-schema/"
OPTIONAL = {name.lower(): name for name in ("deadLetterTopic", "bulkSubscribe")}
ALMOST_EQUAL = 0.85
V1, V2 = "dapr.io/v1alpha1", "dapr.io/v2alpha1"
_QUOTED = re.compile(r""""(\\.|[^"\\])*"|'(\\.|[^'\\])*'""")
_ASSIGNS = re.compile(r"(?<![=!<>])=(?!=)|={3,}|!==")
_TYPE = re.compile(r"""event\.type\s*==\s*["']([^"']*)["']""")


def _routes(item: Json) -> tuple[list[Json], str]:
    """The rules and the default path; a Subscription of v1alpha1 has one `route` instead."""
    routes = spec_of(item).get("routes") or {}
    return list(routes.get("rules") or ()), str(routes.get("default") or spec_of(item).get("route") or "")


def _mine(evidence: Evidence) -> Iterator[Json]:
    """Those of the agent."""
    for item in evidence.of("Subscription"):
        if evidence.in_scope(item.get("scopes") or (), evidence.app_id):
            yield item


def _patch(evidence: Evidence, item: Json, **spec: object) -> tuple[str, ...]:
    return change(evidence, item, {"spec": spec})


@rule(
    "subscription-fields", "error", docs=SCHEMA, each="subscriptions",
    why="v1alpha1 has one route, v2alpha1 has routes: what the version does not know is dropped, and no "
    "event finds its way.",
)  # fmt: skip
def fields(evidence: Evidence, item: Json) -> Iterable[Seen]:
    version, spec = str(item.get("apiVersion")), spec_of(item)
    problems = []
    if version not in {V1, V2}:
        problems.append((f'apiVersion is "{version}".', f"Write apiVersion: {V2}."))
    if version == V1 and "routes" in spec:
        problems.append((f"It has routes, which {V1} does not know.", f"Write apiVersion: {V2}."))
    if version == V2 and "route" in spec and "routes" not in spec:
        fix = f"Write routes: {{default: {spec['route']}}}."
        problems.append((f"It has route, which {V2} does not know.", fix))
    problems += [
        (f"It has no {name}.", f"Set spec.{name}.") for name in ("topic", "pubsubname") if not spec.get(name)
    ]
    wanted = {V1: "route", V2: "routes"}.get(version, "")
    if wanted and not {"route", "routes"} & spec.keys():
        problems.append((f"It has no {wanted}, which {version} requires.", f"Set spec.{wanted}."))
    problems += _rule_problems(item)
    for seen, fix in problems:
        yield Seen(object=named(item), seen=seen, fix=fix, commands=_mended(evidence, item))
    for name in (str(key) for key in spec if key not in OPTIONAL.values()):
        for right in get_close_matches(name.lower(), OPTIONAL, 1, ALMOST_EQUAL):
            yield Seen(
                object=named(item),
                seen=f"It has {name}, which the API server does not know.",
                why="The API server drops what it does not know, or refuses it.",
                fix=f"Write {OPTIONAL[right]}.",
                commands=change(evidence, item, {"spec": {OPTIONAL[right]: spec[name], name: None}}),
                severity="warning",
            )


def _mended(evidence: Evidence, item: Json) -> tuple[str, ...]:
    """It as a whole, as v2alpha1 has it: a patch changes no version. A topic is its reader's to name."""
    spec = spec_of(item)
    there = [c.name for c in evidence.components if c.type.startswith("pubsub.")]
    pubsub = spec.get("pubsubname") or (there[0] if len(there) == 1 else "")
    if evidence.origin != "kubernetes" or not spec.get("topic") or not pubsub:
        return (evidence.edit("Subscription", name_of(item)),)
    rules, default = _routes(item)
    routes = {**({"rules": rules} if rules else {}), **({"default": default} if default else {})}
    kept = {key: value for key, value in spec.items() if key != "route"}
    metadata = {"name": name_of(item), "namespace": evidence.namespace}
    whole = {"apiVersion": V2, "kind": "Subscription", "metadata": metadata}
    whole |= {"spec": {**kept, "pubsubname": pubsub, "routes": routes}}
    whole |= {"scopes": item["scopes"]} if item.get("scopes") else {}
    return (apply(evidence, whole), *reloaded(evidence, item.get("scopes") or ()))


def _rule_problems(item: Json) -> Iterator[tuple[str, str]]:
    """What the API server or daprd's CEL refuses of its rules."""
    for number, found in enumerate(_routes(item)[0], 1):
        if not found.get("path"):
            yield f"Rule {number} has no path.", "Give it one."
        match = str(found.get("match") or "")
        if not match:
            yield f"Rule {number} has no match.", "Give it one, or set the path as routes.default."
        elif _ASSIGNS.search(_QUOTED.sub("", match)):
            yield f"Rule {number} says {match}: CEL compares by == and != alone.", "Write that there."
        elif {'"', "'"} & set(_QUOTED.sub("", match)):
            yield f"Rule {number} says {match}: a quote is not closed.", "Close it."


@rule(
    "subscription-pubsub-missing", "error", docs=HOW_TO, each="subscriptions",
    why="daprd passes over a Subscription to an unknown pub/sub without a word: no event arrives.",
)  # fmt: skip
def pubsub_missing(evidence: Evidence, item: Json) -> Iterable[Seen]:
    there = list(dict.fromkeys(c.name for c in evidence.components if c.type.startswith("pubsub.")))
    wanted = str(spec_of(item).get("pubsubname") or "")
    if not wanted or wanted in there:
        return
    close = get_close_matches(wanted, there, 1)
    other = next((c.type for c in evidence.components if c.name == wanted), "")
    if evidence.origin == "files" and not close and not other:
        raise UnknownError(f"The Component {wanted} is not among the files of {evidence.namespace}.")
    meant = close or there[:1]
    yield Seen(
        object=named(item),
        seen=f'pubsubname is "{wanted}"{f", which is of type {other}" if other else ""}; '
        f"{evidence.namespace} has {', '.join(there) or 'no pub/sub'}.",
        fix=f"Set pubsubname to {meant[0]}."
        if meant
        else f"Declare a Component {wanted} of type pubsub.redis.",
        commands=_patch(evidence, item, pubsubname=meant[0]) if meant else _declared(evidence, item, wanted),
    )


def _declared(evidence: Evidence, item: Json, name: str) -> tuple[str, ...]:
    """A topic broker on the namespace's Redis, where that is known."""
    made = on_redis(evidence, name, "pubsub.redis", maxLenApprox="10000")
    return (apply(evidence, made, named(item)), *reloaded(evidence, item.get("scopes") or ())) if made else ()


@rule(
    "subscription-scoped-away", "error", docs=HOW_TO, each="subscriptions",
    why="A sidecar starts only Subscriptions without scopes, or with its own app-id among them.",
)  # fmt: skip
def scoped_away(evidence: Evidence, item: Json) -> Iterable[Seen]:
    scopes = [str(scope) for scope in item.get("scopes") or ()]
    if evidence.is_loaded(scopes) or not evidence.apps:
        return
    close = [app for app in sorted(evidence.apps) if get_close_matches(app, scopes, 1)]
    if evidence.origin == "files" and not close:
        raise UnknownError(f"The apps in its scopes ({', '.join(scopes)}) are not among the files.")
    meant = (close or [evidence.app_id])[0]
    yield Seen(
        object=named(item),
        seen=f"scopes are {', '.join(scopes)}; the apps here are {', '.join(sorted(evidence.apps))}.",
        fix=f"Add {meant} to its scopes.",
        commands=change(evidence, item, {"scopes": [*scopes, meant]}),
    )


@rule(
    "subscription-no-default", "warning", docs=ROUTES, each="subscriptions",
    why="An event that no rule matches is dropped; daprd says so in its debug log alone.",
)  # fmt: skip
def no_default(evidence: Evidence, item: Json) -> Iterable[Seen]:
    rules, default = _routes(item)
    if rules and not default:
        path = str(rules[-1].get("path", "/subscribe"))
        yield Seen(
            object=named(item),
            seen=f"It has {len(rules)} rule{'s' * (len(rules) > 1)} and no default route.",
            fix=f"Add a default, as {path}.",
            commands=_patch(evidence, item, routes={"default": path}),
        )


@rule(
    "event-type-never-published", "warning", docs=ROUTES, on=LIVE,
    why="A rule on a type that nobody sets never matches: the publisher has to set cloudevent.type.",
)  # fmt: skip
def type_never_published(evidence: Evidence) -> Iterable[Seen]:
    for item in _mine(evidence):
        types = evidence.store.event_types.get(str(spec_of(item).get("topic", "")), frozenset())
        for match in (str(found.get("match", "")) for found in _routes(item)[0]):
            wanted = set(_TYPE.findall(match))
            if types and wanted and not wanted & types:
                yield Seen(
                    object=named(item),
                    seen=f"A rule wants {match}; the newest events have the type {', '.join(sorted(types))}.",
                    fix="Publish with the metadata cloudevent.type, or change the rule"
                    + ("; it leads where the default does, and can go." if _needless(item) else "."),
                    commands=_without_needless(evidence, item),
                )


def _needless(item: Json) -> bool:
    """Whether each rule leads to the default route: without rules every event goes where it went."""
    rules, default = _routes(item)
    return {str(found.get("path")) for found in rules} == {default}


def _without_needless(evidence: Evidence, item: Json) -> tuple[str, ...]:
    if _needless(item):
        return _patch(evidence, item, routes={"rules": None})
    return (evidence.edit("Subscription", name_of(item)),)


@rule(
    "subscription-not-started", "error", docs=HOW_TO, on=LIVE,
    why="A Subscription that the sidecar has not started delivers nothing.",
)  # fmt: skip
def not_started(evidence: Evidence) -> Iterable[Seen]:
    for item in _mine(evidence):
        wanted = (spec_of(item).get("pubsubname"), spec_of(item).get("topic"))
        for sidecar in evidence.sidecars:
            if wanted not in {(s.pubsub, s.topic) for s in sidecar.subscriptions}:
                yield Seen(
                    object=named(item),
                    seen=f"The sidecar does not subscribe to {wanted[1]} of {wanted[0]}.",
                    fix="Mend what else is found, then restart the sidecar.",
                    commands=(evidence.restart(),),
                )
                break


@rule(
    "route-not-found", "error", docs="reference/api/pubsub_api/", on=LIVE,
    why="daprd drops an event for ever where its route answers 404.",
)  # fmt: skip
def route_not_found(evidence: Evidence) -> Iterable[Seen]:
    routes = evidence.agent.routes
    if routes is None:
        return
    started = {
        (s.topic, path) for sidecar in evidence.sidecars for s in sidecar.subscriptions for path in s.paths
    }
    for topic, path in sorted(started):
        if not any(_fits(path, route) for route in routes):
            yield Seen(
                object=f"Topic/{topic}",
                seen=f"Events go to {path}; the agent takes a POST at "
                f"{', '.join(sorted(routes)) or 'no path'}.",
                fix="Let the agent serve that path, or change the Subscription's routes.",
                commands=tuple(
                    command
                    for item in _mine(evidence)
                    if spec_of(item).get("topic") == topic
                    for command in _rerouted(evidence, item, routes)
                ),
            )


def _rerouted(evidence: Evidence, item: Json, routes: frozenset[str]) -> tuple[str, ...]:
    """Each path that the agent does not take, as the one that is probably meant."""
    rules, default = _routes(item)
    known = [route for route in routes if "{" not in route]
    paths = {str(found.get("path")) for found in rules} | {default} - {""}
    meant = {path: [path] if _taken(path, routes) else get_close_matches(path, known, 1) for path in paths}
    if not all(meant.values()):
        return (evidence.edit("Subscription", name_of(item)),)
    changed = {
        **(
            {"rules": [{**found, "path": meant[str(found.get("path"))][0]} for found in rules]}
            if rules
            else {}
        ),
        **({"default": meant[default][0]} if default else {}),
    }
    return _patch(evidence, item, routes=changed)


def _taken(path: str, routes: frozenset[str]) -> bool:
    return any(_fits(path, route) for route in routes)


def _fits(path: str, route: str) -> bool:
    pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(route))
    return re.fullmatch(pattern, "/" + path.lstrip("/")) is not None
