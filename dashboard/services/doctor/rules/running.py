"""What answers: sidecars, actors, the agent and the store as they say themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from dashboard.model.core.names import ACTOR_TYPE
from dashboard.model.logs.symptoms import recognise
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


def _down(evidence: Evidence, part: str, fix: str, command: str) -> Iterable[Seen]:
    why = evidence.silent.get(part)
    if why:
        causes = list(_causes(evidence))
        seen = "\n".join((why, *causes))
        yield Seen(object=f"Part/{part}", seen=seen, fix=fix, command=command)


@rule("sidecar-not-ready", "error", docs=COMMON, on=LIVE, why="Without its sidecar no actor can be called.")
def sidecar_not_ready(evidence: Evidence) -> Iterable[Seen]:
    yield from _down(
        evidence,
        "sidecar",
        "Read its log: a Component that cannot be reached ends it.",
        evidence.kubectl(f"logs deploy/{evidence.app_id} -c daprd --tail 50")
        or f"daca-ops logs -n {evidence.namespace}",
    )


@rule("agent-not-ready", "error", docs=COMMON, on=LIVE, why="An agent that is not ready answers no turn.")
def agent_not_ready(evidence: Evidence) -> Iterable[Seen]:
    command = (
        evidence.kubectl(f"logs deploy/{evidence.app_id} -c {evidence.app_id} --tail 50")
        or f"daca-ops logs -n {evidence.namespace}"
    )
    yield from _down(evidence, "agent", "Read its log.", command)
    if evidence.told_agent and evidence.told_agent.problem:
        yield Seen(
            object="Part/agent", seen=evidence.told_agent.problem, fix="Mend what it names.", command=command
        )


@rule(
    "store-not-reached",
    "error",
    docs=COMMON,
    on=LIVE,
    why="Without its store no actor keeps or loads a turn.",
)
def store_not_reached(evidence: Evidence) -> Iterable[Seen]:
    named = evidence.endpoint is not None and evidence.endpoint.redis is not None
    fix = "See that it runs and that its password is right." if named else "Give the agent a state store."
    yield from _down(evidence, "store", fix, evidence.redis_cli("PING"))


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
                command=_metadata(evidence),
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
                command=evidence.kubectl("get pods -l app=dapr-placement-server", "dapr-system"),
            )
            return


@rule(
    "component-not-loaded", "error", docs=METADATA, on=LIVE,
    why="A Component that the sidecar has not loaded does not exist for the app.",
)  # fmt: skip
def not_loaded(evidence: Evidence) -> Iterable[Seen]:
    for found in evidence.components:
        loaded = [{c.name for c in sidecar.components} for sidecar in evidence.sidecars]
        if evidence.in_scope(found.scopes) and not all(found.name in names for names in loaded):
            yield Seen(
                object=f"Component/{found.name}",
                seen=f"The sidecar has loaded {', '.join(sorted(set.union(*loaded))) or 'no Component'}.",
                fix="Read the sidecar's log, then restart it.",
                command=evidence.kubectl(f"rollout restart deployment {evidence.app_id}"),
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
                command=_metadata(evidence),
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
                command=_metadata(evidence),
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
                command=evidence.kubectl(f"rollout restart deployment {evidence.app_id}"),
            )


def _metadata(evidence: Evidence) -> str:
    url = evidence.endpoint.sidecar_url if evidence.endpoint else None
    return f"curl -sS {url}/v1.0/metadata" if url else ""
