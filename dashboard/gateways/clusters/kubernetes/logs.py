"""What the containers of a namespace's agent wrote, as the kubelets keep it.

Asked anew at each look, never streamed: what came since a moment costs no more than its lines, a new pod is
found without a stream of its own, and nothing is missed where a kubelet or a proxy cuts a connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dashboard.gateways.clusters.kubernetes.api import Api
from dashboard.model.core.errors import GatewayError, NotThere, Rejected, Unreachable
from dashboard.model.core.kubernetes import SIDECAR, Pod
from dashboard.model.logs import log as logs
from dashboard.model.logs.line_parser import parse_stamped
from dashboard.model.logs.log import Log

POD_SECONDS = 5.0  # within the deadline of a namespace, so that one hanging node hides no other pod
MOST_BYTES = 16 << 20
# How it is said that a container has written nothing yet, or nothing before it was restarted; the last one
# where the kubelet does not know the pod yet, or no longer (`getContainerLogs` in its server.go).
_NOTHING = (
    "waiting to start",
    "is terminated",
    "previous terminated container",
    "not found",
    "could not find the requested resource",
)


@dataclass(frozen=True)
class _Asked:
    """A container's log; `lines` are the most."""

    pod: Pod
    container: str
    since: float | None
    lines: int


def read(api: Api, pods: Sequence[Pod], part: str, *, since: float | None, lines: int) -> Log:
    """The newest lines of a part in all pods by time, also from before a container was last started again.

    Raises `GatewayError` where no pod can be read.
    """
    wanted = [_Asked(pod, name, since, lines) for pod in pods if (name := _container(pod, part))]

    async def all_pods() -> list[Log]:
        return await asyncio.gather(*(_of_pod_or_why(api, asked) for asked in wanted))

    found = api.background.run(all_pods(), seconds=2 * POD_SECONDS)
    if found and all(log.unread for log in found):
        found[0].whole()
    return Log(
        tuple(sorted((line for log in found for line in log.lines), key=lambda x: (x.at or 0.0, x.replica))),
        frozenset().union(*(log.older for log in found)),
        {name: failure for log in found for name, failure in log.unread.items()},
    )


def _container(pod: Pod, part: str) -> str | None:
    if part == "sidecar":
        return SIDECAR if SIDECAR in pod.containers else None
    others = [name for name in pod.containers if name != SIDECAR]
    return pod.app_id if pod.app_id in others else next(iter(others), None)


async def _of_pod_or_why(api: Api, asked: _Asked) -> Log:
    name = asked.pod.name
    try:
        return await asyncio.wait_for(_of_pod(api, asked), POD_SECONDS)
    except GatewayError as error:
        return Log(unread={name: error.failure})
    except TimeoutError:
        late = Unreachable(f"The log of {name} did not come within {POD_SECONDS:g} s.")
        return Log(unread={name: late.failure})


async def _of_pod(api: Api, asked: _Asked) -> Log:
    lives = [True, False] if asked.container in asked.pod.restarted else [False]
    texts = await asyncio.gather(*(_text(api, asked, previous=life) for life in lives))
    stamped = [line for text, _ in texts for line in text.split("\n") if line]
    found = logs.joined(map(parse_stamped, stamped), replica=asked.pod.name)
    kept = [line for line in found if asked.since is None or (line.at or 0.0) >= asked.since]
    older = len(kept) > asked.lines or any(cut for _, cut in texts)
    newest = tuple(kept[max(0, len(kept) - asked.lines) :])
    return Log(newest, frozenset({asked.pod.name} if older else ()))


async def _text(api: Api, asked: _Asked, *, previous: bool) -> tuple[str, bool]:
    """What the kubelet gives, and whether it was too long to be asked for at once.

    "" where the container has written nothing or the pod has just gone.
    """
    path = f"/api/v1/namespaces/{asked.pod.namespace}/pods/{asked.pod.name}/log"
    words = {"container": asked.container, "timestamps": "true", "limitBytes": str(MOST_BYTES)}
    if asked.since is not None:
        words["sinceTime"] = datetime.fromtimestamp(int(asked.since), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if previous:
        words["previous"] = "true"
    count, cut = asked.lines + 1, False
    try:
        # What is too long ends early: the newest would be missing.
        while len(body := await api.read(path, **words, tailLines=str(count))) >= MOST_BYTES and count > 1:
            count, cut = max(1, count // 4), True
    except (NotThere, Rejected) as error:
        if any(said in error.what for said in _NOTHING):
            return "", False
        raise
    return body.decode(errors="replace"), cut
