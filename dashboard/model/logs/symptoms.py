"""What a log line gives away: texts of daprd and of the Python SDK, and what is behind each.

The texts are those of dapr/dapr and dapr/components-contrib, v1.14 to v1.18.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Symptom:
    """`rule` is the doctor's rule that finds the same, "" where none does."""

    words: str
    fix: str
    rule: str = ""


_KNOWN = {
    "NOAUTH": Symptom("Redis wants a password.", "Set redisPassword.", "redis-password-missing"),
    "WRONGPASS": Symptom("Redis refuses the password.", "Correct redisPassword.", "store-not-reached"),
    r"lookup \S+: no such host|lookup \S+ on \S+: no such host": Symptom(
        "A host name leads nowhere.", "Correct redisHost.", "redis-host-elsewhere"
    ),
    r"connect: connection refused": Symptom(
        "Nobody listens where a Component points to.", "Correct its host and port.", "store-not-reached"
    ),
    r"init timeout for component|i/o timeout": Symptom(
        "A Component's server does not answer.",
        "See whether a NetworkPolicy is in the way.",
        "store-not-reached",
    ),
    r"detected duplicate actor state store": Symptom(
        "Two stores are marked for actors.", "Keep one.", "actor-state-store-twice"
    ),
    r"actor state store does not exist|[Ss]tate store (is )?not configured": Symptom(
        "No store is marked for actors.", 'Set actorStateStore to "true".', "actor-state-store-missing"
    ),
    r"did not find address for actor": Symptom(
        "No sidecar hosts the actor's type.", "See whether it is registered.", "actor-type-not-registered"
    ),
    r"Actor health check failed": Symptom(
        "The app did not answer daprd's health check.", "Block its event loop less.", "agent-not-ready"
    ),
    r"non-retriable error returned from app.*404|status code returned: 404": Symptom(
        "An event's route answered 404: the event is lost.", "Serve that path.", "route-not-found"
    ),
    r"retriable error returned from app.*422": Symptom(
        "The handler refuses an event for ever.", "Let it take every CloudEvent.", "pending-old"
    ),
    r"couldn't find (state store|pubsub)|incorrect type": Symptom(
        "A Component's type or version is wrong.",
        "Correct spec.type and spec.version.",
        "component-not-loaded",
    ),
    r"pubsub '?\S+ is not found": Symptom(
        "No pub/sub has that name.", "Correct the name.", "subscription-pubsub-missing"
    ),
    r"invalid api token": Symptom("The Dapr API token is wrong.", "Give both the same token."),
    r"Dapr health check timed out": Symptom(
        "The app found no sidecar.", "See whether it was injected.", "sidecar-not-injected"
    ),
    r"address already in use|failed to listen on": Symptom(
        "A port is taken.", "Give each sidecar ports of its own."
    ),
}
SYMPTOMS = tuple(_KNOWN.values())
_PATTERNS = tuple((re.compile(pattern), symptom) for pattern, symptom in _KNOWN.items())


def recognise(line: str) -> Symptom | None:
    """What this line gives away, or None."""
    return next((symptom for pattern, symptom in _PATTERNS if pattern.search(line)), None)
