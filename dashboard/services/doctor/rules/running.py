"""What answers: sidecars, actors, the agent and the store as they say themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from dashboard.model.core.kubernetes import Json
from dashboard.model.core.manifests import name_of
from dashboard.model.core.names import ACTOR_TYPE
from dashboard.model.core.plural import counted
from dashboard.model.core.store_refusal import StoreRefusal
from dashboard.model.logs.symptoms import recognise
from dashboard.services.core import store_by_sidecar
from dashboard.services.doctor.evidence import Evidence
from dashboard.services.doctor.rule import CLUSTER, LIVE, Seen, rule

COMMON = "operations/troubleshooting/common_issues/"
ACTORS = "reference/api/actors_api/#get-registered-actors"
METADATA = "reference/api/metadata_api/"
NODES = "operations/hosting/kubernetes/kubernetes-upgrade/"


def _causes(evidence: Evidence) -> Iterator[str]:
    """What the newest log lines say of a part that is not well, each cause once."""
    told = dict.fromkeys(filter(None, map(recognise, evidence.last_words)))
    yield from (f"{symptom.words} {symptom.fix}" for symptom in told)


def _down(evidence: Evidence, part: str, fix: str, *commands: str) -> Iterable[Seen]:
    why = evidence.silent.get(part)
    if why:
        seen = "\n".join((why, *_causes(evidence)))
        yield Seen(object=f"Part/{part}", seen=seen, fix=fix, commands=commands)


def _log_of(evidence: Evidence, container: str) -> str:
    """The command that reads a container's log."""
    read = evidence.kubectl(f"logs deploy/{evidence.app_id} -c {container} --tail 50")
    return read or evidence.daca_ops("logs", f"--part={'sidecar' if container == 'daprd' else 'agent'}")


@rule("sidecar-not-ready", "error", docs=COMMON, on=LIVE, why="Without its sidecar no actor can be called.")
def sidecar_not_ready(evidence: Evidence) -> Iterable[Seen]:
    fix = f"A Component that cannot be reached ends it. Read its log: {_log_of(evidence, 'daprd')}"
    yield from _down(evidence, "sidecar", fix, evidence.restart())


@rule("agent-not-ready", "error", docs=COMMON, on=LIVE, why="An agent that is not ready answers no turn.")
def agent_not_ready(evidence: Evidence) -> Iterable[Seen]:
    read = f"Read its log: {_log_of(evidence, evidence.app_id)}"
    yield from _down(evidence, "agent", read, evidence.restart())
    problem = evidence.told_agent.readiness.problem if evidence.told_agent else ""
    if problem and not evidence.told_way:  # else it is the way to its store, which has a rule of its own
        yield Seen(
            object="Part/agent",
            seen="\n".join((problem, *_causes(evidence))),
            fix=f"Mend what it names. {read}",
            commands=(evidence.restart(),),
        )


@rule(
    "store-not-reached",
    "error",
    docs=COMMON,
    on=LIVE,
    why="Without its store no actor keeps or loads a turn.",
)
def store_not_reached(evidence: Evidence) -> Iterable[Seen]:
    named_ = evidence.endpoint is not None and evidence.endpoint.redis is not None
    ping = evidence.redis_cli("PING")
    fix = (
        f"See that it runs and that its password is right: {ping}"
        if named_
        else "Give the agent a state store."
    )
    restarts = (
        evidence.kubectl(f"rollout restart {item['kind'].lower()} {name_of(item)}")
        for item in _redis(evidence)
    )
    yield from _down(evidence, "store", fix, *restarts)


@rule(
    "store-refused-to-sidecar", "error", docs=COMMON, on=LIVE,
    why="A turn takes the way of the sidecar: no actor keeps or loads one by it.",
)  # fmt: skip
def refused_to_sidecar(evidence: Evidence) -> Iterable[Seen]:
    if evidence.way:
        seen = "\n".join((evidence.way, *_causes(evidence)))
        yield Seen(
            object="Part/sidecar",
            seen=seen,
            fix=store_by_sidecar.advice(evidence.way),
            commands=(evidence.restart(),),
        )


@rule(
    "store-refuses-writes", "error", docs=COMMON, on=LIVE,
    why="Without a write no turn is kept: each is refused.",
)  # fmt: skip
def refuses_writes(evidence: Evidence) -> Iterable[Seen]:
    store = evidence.store
    if store.refuses_writes:
        more = evidence.redis_cli(f"CONFIG SET maxmemory {2 * store.limit_bytes}")
        yield _refused(store.refuses_writes, "store", more)


@rule(
    "topic-refuses-events", "error", docs=COMMON, on=LIVE,
    why="An event that its topic does not take reaches no subscriber, and waits until it does.",
)  # fmt: skip
def topic_refuses(evidence: Evidence) -> Iterable[Seen]:
    waits = evidence.agent.readiness
    if waits.topic:
        yield Seen(
            object="Part/topic",
            seen=f"{counted(waits.unpublished, 'event')} cannot be published: {waits.topic}",
            fix=f"See the Redis of its topics. {store_by_sidecar.advice(waits.topic)}",
            commands=(evidence.restart(),),
        )
    if evidence.store.topics_refuse_writes:
        yield _refused(evidence.store.topics_refuse_writes, "topic", "")


def _refused(refusal: StoreRefusal, part: str, more_memory: str) -> Seen:
    commands = (more_memory,) if refusal.full else ()
    return Seen(object=f"Part/{part}", seen=refusal.words, fix=refusal.fix, commands=commands)


def _redis(evidence: Evidence) -> tuple[Json, ...]:
    return () if evidence.why_undeclared("Deployment") else evidence.redis_workloads


@rule(
    "actor-type-not-registered", "error", docs=ACTORS, on=LIVE,
    why="A sidecar hosts the types that the app names at /dapr/config; others find no address.",
)  # fmt: skip
def not_registered(evidence: Evidence) -> Iterable[Seen]:
    for sidecar in evidence.sidecars:
        if ACTOR_TYPE not in sidecar.hosts_actors:
            hosts = ", ".join(sidecar.hosts_actors) or "no actor type"
            yield Seen(
                object=f"Sidecar/{sidecar.app_id}",
                seen=f"It hosts {hosts}, not {ACTOR_TYPE}.",
                fix="See that app-port is right, and that an actor state store is loaded.",
                commands=(evidence.restart(),),
            )
            return


@rule(
    "placement-not-connected", "error", docs="concepts/dapr-services/placement/", on=LIVE,
    why="Placement tells which sidecar hosts an actor: without it no actor is found.",
)  # fmt: skip
def no_placement(evidence: Evidence) -> Iterable[Seen]:
    for sidecar in evidence.sidecars:
        if not sidecar.placement_connected:
            yield Seen(
                object=f"Sidecar/{sidecar.app_id}",
                seen="Its metadata says that placement is not connected.",
                fix="See that placement runs and that its port 50005 is reached from here.",
                commands=(
                    evidence.kubectl("rollout restart statefulset dapr-placement-server", "dapr-system"),
                ),
            )
            return


@rule(
    "component-not-loaded", "error", docs=METADATA, on=LIVE,
    why="A Component that the sidecar has not loaded does not exist for the app.",
)  # fmt: skip
def not_loaded(evidence: Evidence) -> Iterable[Seen]:
    for found in evidence.components:
        loaded = [{c.name for c in sidecar.components} for sidecar in evidence.sidecars]
        if evidence.in_scope(found.scopes, evidence.app_id) and not all(
            found.name in names for names in loaded
        ):
            yield Seen(
                object=f"Component/{found.name}",
                seen=f"The sidecar has loaded {', '.join(sorted(set.union(*loaded))) or 'no Component'}.",
                fix="Read the sidecar's log, then restart it.",
                commands=(evidence.restart(),),
            )


@rule(
    "app-id-not-told", "error", docs=METADATA, on=LIVE,
    why="Keys and consumer groups carry the sidecar's app-id: under another one the agent loses its state.",
)  # fmt: skip
def another_app(evidence: Evidence) -> Iterable[Seen]:
    for sidecar in evidence.sidecars:
        if sidecar.app_id and sidecar.app_id != evidence.app_id:
            yield Seen(
                object=f"Sidecar/{sidecar.app_id}",
                seen=f"Its app-id is {sidecar.app_id}; expected is {evidence.app_id}.",
                fix="Start it with the right app-id, or name the one you mean with --app-id.",
                commands=(evidence.restart(),),
            )
            return


@rule(
    "app-port-not-answering", "error", docs=METADATA, on=frozenset({"local"}),
    why="daprd calls the app at this port: at another one nobody answers, or somebody else.",
)  # fmt: skip
def another_port(evidence: Evidence) -> Iterable[Seen]:
    port = urlsplit(evidence.endpoint.agent_url or "").port if evidence.endpoint else None
    for sidecar in evidence.sidecars:
        if port and sidecar.app_port != port:
            yield Seen(
                object=f"Sidecar/{sidecar.app_id}",
                seen=f"It calls the app at port {sidecar.app_port}; the agent listens at {port}.",
                fix="Start it with --app-port of the agent.",
                commands=(evidence.restart(),),
            )
            return


@rule(
    "sidecar-version", "warning", docs=NODES, on=CLUSTER,
    why="A sidecar keeps its version until its pod is made anew; mixed ones are for a rollout only.",
)  # fmt: skip
def another_version(evidence: Evidence) -> Iterable[Seen]:
    images = [
        container["image"]
        for item in evidence.control_plane("Deployment")
        if item["metadata"]["name"] == "dapr-operator"
        for container in item["spec"]["template"]["spec"]["containers"]
    ]
    wanted = {image.partition("@")[0].rpartition(":")[2] for image in images}
    for version in sorted({sidecar.version for sidecar in evidence.sidecars}):
        if wanted and version not in wanted:
            yield Seen(
                object=f"Sidecar/{evidence.app_id}",
                seen=f"It is Dapr {version}; the control plane is {', '.join(sorted(wanted))}.",
                fix="Restart the workload, so that the injector gives it a new sidecar.",
                commands=(evidence.restart(),),
            )
