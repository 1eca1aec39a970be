"""Subscriptions: whether events can arrive, and what becomes of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from dashboard.model.core.kubernetes import Json
from dashboard.model.core.manifests import name_of
from dashboard.services.doctor.evidence import Evidence, named, spec_of
from dashboard.services.doctor.rule import LIVE, Seen, rule

HOW_TO = "developing-applications/building-blocks/pubsub/subscription-methods/"
ROUTES = "developing-applications/building-blocks/pubsub/howto-route-messages/"
_TYPE = re.compile(r"""event\.type\s*==\s*["']([^"']*)["']""")


def _routes(item: Json) -> tuple[list[Json], str]:
    """The rules and the default path; a Subscription of v1alpha1 has one `route` instead."""
    routes = spec_of(item).get("routes") or {}
    return list(routes.get("rules") or ()), str(routes.get("default") or spec_of(item).get("route") or "")


def _mine(evidence: Evidence) -> Iterator[Json]:
    for item in evidence.of("Subscription"):
        if evidence.in_scope(item.get("scopes") or ()):
            yield item


@rule(
    "subscription-pubsub-missing", "error", docs=HOW_TO,
    why="daprd passes over a Subscription to an unknown pub/sub without a word: no event arrives.",
)  # fmt: skip
def pubsub_missing(evidence: Evidence) -> Iterable[Seen]:
    there = [c.name for c in evidence.components if c.type.startswith("pubsub.")]
    for item in evidence.of("Subscription"):
        wanted = str(spec_of(item).get("pubsubname", ""))
        if wanted in there:
            continue
        meant = get_close_matches(wanted, there, 1) or there[:1]
        yield Seen(
            object=named(item),
            seen=f'pubsubname is "{wanted}"; {evidence.namespace} has {", ".join(there) or "no pub/sub"}.',
            fix=f"Set pubsubname to {meant[0]}."
            if meant
            else f"Declare a Component {wanted} of type pubsub.redis.",
            command=evidence.edit("Subscription", name_of(item)),
        )


@rule(
    "subscription-scoped-away", "error", docs=HOW_TO,
    why="A sidecar starts only Subscriptions without scopes, or with its own app-id among them.",
)  # fmt: skip
def scoped_away(evidence: Evidence) -> Iterable[Seen]:
    for item in evidence.of("Subscription"):
        scopes = item.get("scopes") or ()
        if scopes and not evidence.in_scope(scopes) and not evidence.apps.intersection(scopes):
            yield Seen(
                object=named(item),
                seen=f"scopes are {', '.join(scopes)}; the agent is {evidence.agent_app}.",
                fix=f"Add {evidence.agent_app} to its scopes.",
                command=evidence.edit("Subscription", name_of(item)),
            )


@rule(
    "subscription-no-default", "warning", docs=ROUTES,
    why="An event that no rule matches is dropped; daprd says so in its debug log alone.",
)  # fmt: skip
def no_default(evidence: Evidence) -> Iterable[Seen]:
    for item in _mine(evidence):
        rules, default = _routes(item)
        if rules and not default:
            yield Seen(
                object=named(item),
                seen=f"It has {len(rules)} rule{'s' * (len(rules) > 1)} and no default route.",
                fix=f"Add a default, as {rules[-1].get('path', '/subscribe')}.",
                command=evidence.edit("Subscription", name_of(item)),
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
                    fix="Publish with the metadata cloudevent.type, or change the rule.",
                    command=evidence.edit("Subscription", name_of(item)),
                )


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
                    command=evidence.kubectl(f"rollout restart deployment {evidence.app_id}"),
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
                command=_description(evidence),
            )


def _description(evidence: Evidence) -> str:
    """The line that tells whether the agent describes its paths."""
    url = evidence.endpoint.agent_url if evidence.endpoint else None
    return f"curl -sS -o /dev/null -w '%{{http_code}}\\n' {url}/openapi.json" if url else ""


def _fits(path: str, route: str) -> bool:
    pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(route))
    return re.fullmatch(pattern, "/" + path.lstrip("/")) is not None
