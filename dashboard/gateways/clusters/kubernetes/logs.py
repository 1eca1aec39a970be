"""What the containers of a namespace's agent wrote, as the kubelets keep it.

Asked anew at each look, never streamed: what came since a moment costs no more than its lines, a new pod is
found without a stream of its own, and nothing is missed where a kubelet or a proxy cuts a connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from dashboard.gateways.clusters.kubernetes.api import Api
from dashboard.model import logs
from dashboard.model.errors import NotThere, Rejected
from dashboard.model.kubernetes import SIDECAR, Pod
from dashboard.model.log_lines import parse_stamped
from dashboard.model.logs import LogLine

SECONDS = 10.0
MOST_BYTES = 16 << 20
# How the kubelet says that a container has written nothing yet, or nothing before it was restarted.
_NOTHING = ("waiting to start", "is terminated", "previous terminated container", "not found")


def read(api: Api, pods: Sequence[Pod], part: str, *, since: float | None, lines: int) -> tuple[LogLine, ...]:
    """The newest lines of a part in all pods by time, also from before a container was last started again."""
    wanted = [(pod, container) for pod in pods if (container := _container(pod, part))]

    async def all_pods() -> list[tuple[LogLine, ...]]:
        return await asyncio.gather(*(_of_pod(api, pod, name, since, lines) for pod, name in wanted))

    found = [line for of_pod in api.background.run(all_pods(), seconds=SECONDS) for line in of_pod]
    return tuple(sorted(found, key=lambda line: (line.at or 0.0, line.replica)))


def _container(pod: Pod, part: str) -> str | None:
    if part == "sidecar":
        return SIDECAR if SIDECAR in pod.containers else None
    others = [name for name in pod.containers if name != SIDECAR]
    return pod.app_id if pod.app_id in others else next(iter(others), None)


async def _of_pod(api: Api, pod: Pod, container: str, since: float | None, lines: int) -> tuple[LogLine, ...]:
    asked = {"container": container, "timestamps": "true", "tailLines": str(lines)}
    asked["limitBytes"] = str(MOST_BYTES)
    if since is not None:
        asked["sinceTime"] = datetime.fromtimestamp(int(since), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    path = f"/api/v1/namespaces/{pod.namespace}/pods/{pod.name}/log"
    lives = [{"previous": "true"}] if container in pod.restarted else []
    texts = await asyncio.gather(*(_text(api, path, asked | life) for life in (*lives, {})))
    stamped = [line for text in texts for line in text.split("\n") if line][-lines:] if lines else []
    found = logs.joined(map(parse_stamped, stamped), replica=pod.name)
    return tuple(line for line in found if since is None or (line.at or 0.0) >= since)


async def _text(api: Api, path: str, asked: dict[str, str]) -> str:
    """What the kubelet gives, "" where the container has written nothing or the pod has just gone."""
    try:
        return (await api.read(path, **asked)).decode(errors="replace")
    except (NotThere, Rejected) as error:
        if any(words in error.what for words in _NOTHING):
            return ""
        raise
