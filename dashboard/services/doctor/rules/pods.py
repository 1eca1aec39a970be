"""Pods of the agent and its Redis as they run: not injected, not pulled, crashing, not ready."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dashboard.model.core.dapr import is_truthy
from dashboard.model.core.kubernetes import Json
from dashboard.model.core.manifests import name_of
from dashboard.services.doctor.app import annotation, containers, labels, runs_redis, template
from dashboard.services.doctor.evidence import Evidence, named
from dashboard.services.doctor.mends.components import workloads_known
from dashboard.services.doctor.rule import CLUSTER, Seen, rule

INJECTOR = "concepts/dapr-services/sidecar-injector/"
DEBUG = "https://kubernetes.io/docs/tasks/debug/debug-application/debug-pods/"
IMAGES = "https://kubernetes.io/docs/concepts/containers/images/"
UNPULLED = {
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "RegistryUnavailable",
}
CRASHES = 3


def _pods(evidence: Evidence) -> Iterator[Json]:
    """Those of the agent and of Redis, without what is being deleted."""
    stores = [
        template(item)["metadata"].get("labels") or {} for item in evidence.workloads if runs_redis(item)
    ]
    for pod in evidence.of("Pod"):
        held = pod["metadata"].get("labels") or {}
        ours = annotation(pod, "app-id") == evidence.app_id
        if "deletionTimestamp" not in pod["metadata"] and (
            ours or any(store and store.items() <= held.items() for store in stores)
        ):
            yield pod


def _statuses(pod: Json) -> Iterator[Json]:
    status = pod.get("status") or {}
    yield from status.get("initContainerStatuses") or ()
    yield from status.get("containerStatuses") or ()


def _waiting(status: Json) -> Json:
    found: Json = (status.get("state") or {}).get("waiting") or {}
    return found


def _previous(pod: Json, container: str) -> str:
    return f"logs {pod['metadata']['name']} -c {container} --previous --tail 50"


@rule(
    "sidecar-not-injected", "error", docs=INJECTOR, on=CLUSTER,
    why="A pod made while the injector was away has no sidecar, and gets none until it is made anew.",
)  # fmt: skip
def not_injected(evidence: Evidence) -> Iterable[Seen]:
    for pod in _pods(evidence):
        every = [*pod["spec"]["containers"], *(pod["spec"].get("initContainers") or ())]
        if is_truthy(annotation(pod, "enabled")) and "daprd" not in {c["name"] for c in every}:
            yield Seen(
                object=named(pod),
                seen=f"Its containers are {', '.join(c['name'] for c in every)}: there is no daprd.",
                fix="See that Dapr's injector runs, then restart the workload.",
                commands=(evidence.restart(),),
            )


@rule(
    "image-not-pulled", "error", docs=IMAGES, on=CLUSTER, why="Without its image the container never starts."
)
def not_pulled(evidence: Evidence) -> Iterable[Seen]:
    for pod in _pods(evidence):
        for status in _statuses(pod):
            waiting = _waiting(status)
            if waiting.get("reason") in UNPULLED:
                message = str(waiting.get("message", ""))[:300]
                yield Seen(
                    object=named(pod),
                    seen=f"{status['name']}: {waiting['reason']} of {status.get('image')}. {message}".strip(),
                    fix="Name an image that the node can pull, in $IMAGE, or give the pod a pull secret.",
                    commands=_another_image(evidence, pod, str(status["name"])),
                )


def _another_image(evidence: Evidence, pod: Json, container: str) -> tuple[str, ...]:
    """Which one, nobody but the reader knows: where it is not set the command ends."""
    held = (pod["metadata"].get("labels") or {}).items()
    return tuple(
        evidence.kubectl(
            f"set image {str(item['kind']).lower()}/{name_of(item)} "
            f'{container}="${{IMAGE:?an image that the nodes can pull}}"'
        )
        for item in (evidence.workloads if workloads_known(evidence) else ())
        if labels(item).items() <= held and container in {each.get("name") for each in containers(item)}
    )


@rule(
    "crash-loop",
    "error",
    docs=DEBUG,
    on=CLUSTER,
    why="The container ends again and again; each turn meanwhile fails.",
)
def crash_loop(evidence: Evidence) -> Iterable[Seen]:
    for pod in _pods(evidence):
        for status in _statuses(pod):
            ended = (status.get("lastState") or {}).get("terminated") or {}
            crashing = _waiting(status).get("reason") == "CrashLoopBackOff"
            if crashing or (not status.get("ready") and int(status.get("restartCount", 0)) >= CRASHES):
                name, code = status["name"], ended.get("exitCode", "unknown")
                words = "\n".join(evidence.last_words)
                yield Seen(
                    object=named(pod),
                    seen=f"{name}: {status.get('restartCount', 0)} restarts, the last with exit code {code}"
                    f" ({ended.get('reason', 'no reason told')}).\n{words}".strip(),
                    fix=f"Read why it ended: {evidence.kubectl(_previous(pod, name))}",
                )


@rule(
    "probe-failing", "warning", docs=DEBUG, on=CLUSTER,
    why="A pod that is not ready gets no traffic, and one that fails its liveness probe is killed.",
)  # fmt: skip
def probe_failing(evidence: Evidence) -> Iterable[Seen]:
    for pod in _pods(evidence):
        for status in _statuses(pod):
            running = (status.get("state") or {}).get("running")
            if running and not status.get("ready"):
                name = status["name"]
                yield Seen(
                    object=named(pod),
                    seen=f"{name} runs since {running.get('startedAt', 'a moment')} and is not ready.",
                    fix="See which probe fails, and what the container says: "
                    + evidence.kubectl(f"describe pod {pod['metadata']['name']}"),
                )


@rule(
    "pod-not-scheduled", "error", docs=DEBUG, on=CLUSTER, why="No node has taken the pod: nothing of it runs."
)
def not_scheduled(evidence: Evidence) -> Iterable[Seen]:
    for pod in _pods(evidence):
        for condition in (pod.get("status") or {}).get("conditions") or ():
            if condition["type"] == "PodScheduled" and condition["status"] == "False":
                yield Seen(
                    object=named(pod),
                    seen=f"{condition.get('reason', '')}: {condition.get('message', '')}".strip(),
                    fix="Lower its requests, or add a node that fits.",
                )
