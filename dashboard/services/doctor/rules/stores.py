"""Redis as it runs: whether it keeps what it is given, and what lies in it that should not."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from dashboard.services.doctor.evidence import Evidence
from dashboard.services.doctor.rule import LIVE, Seen, rule
from dashboard.services.doctor.rules.components import REDIS_TOPIC
from dashboard.services.doctor.rules.containers import EVICTION, PERSISTENCE

FULL = 0.85
DELIVERIES = 5
# Dapr's defaults (components-contrib, pubsub/redis): when an event is due again, and how often it looks.
PROCESSING_SECONDS, LOOK_SECONDS = 60.0, 15.0
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@rule(
    "store-not-persistent", "warning", docs=PERSISTENCE, on=LIVE,
    why="A Redis that writes nothing to disk forgets every actor when it restarts.",
)  # fmt: skip
def not_persistent(evidence: Evidence) -> Iterable[Seen]:
    store = evidence.store
    if not store.append_only and store.save == "":
        yield Seen(
            object="Part/store",
            seen="appendonly is no, and save is empty.",
            fix="Turn on the append-only file, here and in its configuration.",
            commands=(evidence.redis_cli("CONFIG SET appendonly yes"),),
        )


@rule(
    "store-evicts", "error", docs=EVICTION, on=LIVE,
    why="A Redis that evicts keys to make room deletes histories and events that were acknowledged.",
)  # fmt: skip
def evicts(evidence: Evidence) -> Iterable[Seen]:
    store = evidence.store
    if store.evicted or (store.limit_bytes and store.policy.startswith("allkeys")):
        yield Seen(
            object="Part/store",
            seen=f"maxmemory-policy is {store.policy}, and {store.evicted:,} keys were evicted since it "
            "started.",
            fix="Set the policy to noeviction: a write that does not fit then fails, and can be seen.",
            commands=(
                evidence.redis_cli("CONFIG SET maxmemory-policy noeviction"),
                evidence.redis_cli("CONFIG RESETSTAT") if store.evicted else "",  # it counts anew
            ),
        )


@rule(
    "store-near-limit", "warning", docs=EVICTION, on=LIVE, why="At its memory limit Redis refuses to write."
)
def near_limit(evidence: Evidence) -> Iterable[Seen]:
    store = evidence.store
    if store.limit_bytes and store.used_bytes > FULL * store.limit_bytes:
        yield Seen(
            object="Part/store",
            seen=f"{store.used_bytes:,} of {store.limit_bytes:,} bytes are used.",
            fix="Raise maxmemory, or limit the streams.",
            commands=(evidence.redis_cli(f"CONFIG SET maxmemory {2 * store.limit_bytes}"),),
        )


@rule(
    "pending-old", "warning", docs=REDIS_TOPIC, on=LIVE,
    why="An event that stays pending never came to its receiver, or is refused each time.",
)  # fmt: skip
def pending_old(evidence: Evidence) -> Iterable[Seen]:
    due = _redelivery(evidence)
    for found in evidence.store.pending:
        if found.idle_seconds > due or found.deliveries >= DELIVERIES:
            yield Seen(
                object=f"Group/{found.group}",
                seen=f"{found.count:,} events of {found.stream} are pending; one waits "
                f"{found.idle_seconds:,.0f} s and one was delivered {found.deliveries} times. "
                f"Redelivery is due after {due:g} s.",
                fix="See whether its consumers run, and what the agent says to these events.",
                commands=(evidence.restart(),),
            )


def _redelivery(evidence: Evidence) -> float:
    """Seconds after which daprd gives an event to another consumer, and has noticed that it should."""
    if evidence.why_undeclared("Component"):
        return PROCESSING_SECONDS + LOOK_SECONDS
    waits = [seconds(str(c.metadata.get("processingTimeout", ""))) for c in evidence.components]
    return max((wait for wait in waits if wait), default=PROCESSING_SECONDS) + LOOK_SECONDS


def seconds(duration: str) -> float:
    """A duration as Go writes it ("1m30s"), in seconds; 0 for what is none."""
    return sum(float(n) * _UNITS[unit] for n, unit in re.findall(r"([\d.]+)(ms|s|m|h)", duration))


@rule(
    "state-of-gone-app", "info", docs="reference/api/state_api/#key-scheme", on=LIVE,
    why="State under an app-id that nobody has any more is found by nobody, and takes room.",
)  # fmt: skip
def gone_app(evidence: Evidence) -> Iterable[Seen]:
    for app, key in evidence.store.apps.items():
        if app not in evidence.apps and app != "actors":  # Dapr keeps reminders of old under "actors"
            yield Seen(
                object=f"App/{app}",
                seen=f"The store has keys of {app}, as {key}; no such app is in {evidence.namespace}.",
                fix="See what they are, and delete them when nobody needs them: "
                + evidence.redis_cli(f"--scan --pattern {shlex.quote(f'{app}||*')}"),
            )
