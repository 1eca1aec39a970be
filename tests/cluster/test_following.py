"""Following logs while what writes them is replaced, and while the way to them is cut."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import PIPE

import pytest

from dashboard.services.chat.sending import Chat
from local import ports
from local.programs import answers
from tests.cluster.conftest import kubectl, kubectl_json, rolled_out
from tests.cluster.test_faults import end_sidecar
from tests.stack.waiting import wait_until

pytestmark = pytest.mark.timeout(400)
CONTAINERS = {"agent": "chat-agent", "sidecar": "daprd"}


class Followed:
    """What `daca-ops logs --follow` says of dev from now on."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        assert process.stderr
        self.lines: list[dict[str, str]] = []
        self.complaints: list[str] = []
        for stream, take in ((process.stdout, self._line), (process.stderr, self.complaints.append)):
            threading.Thread(target=lambda s=stream, t=take: [t(line) for line in s], daemon=True).start()

    def _line(self, line: str) -> None:
        self.lines.append(json.loads(line))

    def of(self, pod: str, part: str) -> Counter[str]:
        """The lines of a pod's part, each with how often it came."""
        return Counter(
            line["raw"] for line in list(self.lines) if (line["replica"], line["part"]) == (pod, part)
        )

    def has(self, text: str) -> bool:
        return any(text in line["raw"] for line in list(self.lines))


@contextmanager
def followed(**settings: str) -> Iterator[Followed]:
    words = ("logs", "--cluster", "kubernetes", "-n", "dev", "--follow", "--json", "--lines", "0")
    command = [sys.executable, "-m", "dashboard", *words]
    with subprocess.Popen(
        command, stdout=PIPE, stderr=PIPE, text=True, env={**os.environ, **settings}
    ) as process:
        try:
            yield Followed(process)
        finally:
            process.terminate()


def pod() -> str:
    """The one pod of dev's agent."""
    items = kubectl_json("-n", "dev", "get", "pods", "-l", "app.kubernetes.io/name=chat-agent")["items"]
    (name,) = [item["metadata"]["name"] for item in items if "deletionTimestamp" not in item["metadata"]]
    return str(name)


def logged(pod: str, part: str) -> Counter[str]:
    """What the cluster itself keeps of a part, also of its container's life before this one."""
    where = ("-n", "dev", "logs", pod, "-c", CONTAINERS[part])
    statuses = kubectl_json("-n", "dev", "get", "pod", pod)["status"]["containerStatuses"]
    again = any(s["name"] == CONTAINERS[part] and s["lastState"] for s in statuses)
    lives = [kubectl(*where, "--previous")] if again else []
    return Counter(line for text in (*lives, kubectl(*where)) for line in text.splitlines())


def say(chat: Chat, actor_id: str) -> None:
    """Send until it is answered: a sidecar may be away."""

    def answered() -> bool:
        (delivery,) = chat.send(["dev"], actor_id, "hello", idempotency_key=actor_id)
        return delivery.failure is None

    wait_until(answered, seconds=60, what="dev answers")


def begun(lines: Followed, chat: Chat, actor_id: str) -> None:
    """It looks: what an actor makes the agent write comes."""
    count = 0

    def comes() -> bool:
        nonlocal count
        count += 1
        say(chat, f"{actor_id}-{count}")
        return lines.has(actor_id)

    wait_until(comes, seconds=60, what="it follows")


def test_a_new_pod_and_a_new_life_come_whole_and_nothing_comes_twice(chat: Chat, actor_id: str) -> None:
    with followed() as lines:
        begun(lines, chat, actor_id)
        old = pod()
        kubectl("-n", "dev", "rollout", "restart", "deployment/chat-agent")
        rolled_out("dev")
        say(chat, f"{actor_id}-new-pod")
        new = pod()
        assert new != old
        end_sidecar()
        wait_until(lambda: logged(new, "sidecar").total() > 0)
        say(chat, f"{actor_id}-new-life")
        for part in CONTAINERS:

            def whole(part: str = part) -> bool:
                return lines.of(new, part) >= logged(new, part)

            wait_until(whole, what=f"every line of the new pod's {part} came")
            kept = logged(new, part)  # of two lives, while a sidecar may need more
            came = lines.of(new, part)
            assert not [line for line, count in came.items() if count > max(1, kept[line])], "none came twice"
        assert lines.has(f"history-{actor_id}-new-life")
        assert not [line for line, count in lines.of(old, "agent").items() if count > 1]
        assert lines.complaints == []


@contextmanager
def way_to_the_api(port: int) -> Iterator[None]:
    """kubectl's proxy, which is killed at the end."""
    with subprocess.Popen(["kubectl", "proxy", f"--port={port}"], stdout=PIPE) as proxy:
        try:
            wait_until(lambda: answers(f"http://{ports.HOST}:{port}/readyz"), what="kubectl's proxy answers")
            yield
        finally:
            proxy.kill()


def test_a_cut_is_said_and_nothing_is_lost_by_it(chat: Chat, actor_id: str, tmp_path: Path) -> None:
    port = ports.choose(1).dashboard
    config = kubectl_json("config", "view", "--raw", "--minify")
    config["clusters"][0]["cluster"] = {"server": f"http://{ports.HOST}:{port}"}
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(config))
    with ExitStack() as following:
        with way_to_the_api(port):
            lines = following.enter_context(followed(KUBECONFIG=str(file)))
            begun(lines, chat, actor_id)
        wait_until(lambda: any("unreachable" in said for said in lines.complaints), what="the cut is said")
        say(chat, f"{actor_id}-meanwhile")
        with way_to_the_api(port):
            wait_until(lambda: any("read again" in said for said in lines.complaints), what="it goes on")
            say(chat, f"{actor_id}-after")
            wait_until(lambda: lines.has(f"for actor {actor_id}-after"), what="its event is followed")
        written = [line for line in logged(pod(), "agent").elements() if actor_id in line]
        came = [line["raw"] for line in lines.lines if actor_id in line["raw"]]
        assert sorted(came) == sorted(written[-len(came) :])
        assert lines.has(f"history-{actor_id}-meanwhile")
