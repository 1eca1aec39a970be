"""What dies in a namespace is shown within ten seconds and comes back alone; nothing of it is left behind."""

from __future__ import annotations

import gc
import logging
import os
import subprocess
import threading
import time
from collections.abc import Callable
from functools import partial

import psutil
import pytest

from dashboard.model.health.health import NamespaceHealth
from dashboard.services.chat.sending import Chat
from dashboard.services.core.workspace import Workspace
from dashboard.services.health import health_check
from tests.cluster.conftest import SECONDS, kubectl, rolled_out
from tests.stack.waiting import wait_until

SHOWN_SECONDS = 10
log = logging.getLogger(__name__)
pytestmark = pytest.mark.timeout(400)
SHUT_DOWN = (
    "import urllib.request as r; "
    "r.urlopen(r.Request('http://127.0.0.1:3500/v1.0/shutdown', method='POST'), timeout=5)"
)


def delete_redis() -> None:
    kubectl("-n", "dev", "delete", "pod", "redis-0", "--grace-period=0", "--force", "--wait=false")


def delete_agent() -> None:
    label = "app.kubernetes.io/name=chat-agent"
    kubectl("-n", "dev", "delete", "pod", "-l", label, "--grace-period=0", "--force", "--wait=false")


def end_sidecar() -> None:
    kubectl("-n", "dev", "exec", "deploy/chat-agent", "-c", "chat-agent", "--", "python3", "-c", SHUT_DOWN)


def restart_api() -> None:
    command = os.environ.get("DACA_TEST_RESTART_API")
    assert command, "DACA_TEST_RESTART_API must say how this cluster's API server is restarted"
    subprocess.run(command, shell=True, check=True, timeout=60)


def health(workspace: Workspace, name: str) -> NamespaceHealth:
    (found,) = health_check.check(workspace, [name])
    return found


def shows(workspace: Workspace, name: str) -> bool:
    """Whether a page shows that something is wrong: a part that is not well, or the cluster itself."""
    return health(workspace, name).state != "ok" or bool(workspace.cluster.warnings())


def well(workspace: Workspace, name: str) -> bool:
    return not shows(workspace, name)


def held() -> tuple[int, int]:
    """Threads and open files, sockets among them, of this process."""
    gc.collect()
    return threading.active_count(), psutil.Process().num_fds()


@pytest.mark.parametrize(
    ("break_it", "others_go_on"),
    [(delete_redis, True), (delete_agent, True), (end_sidecar, True), (restart_api, False)],
)
def test_a_fault_is_shown_recovers_alone_and_leaks_nothing(
    workspace: Workspace, chat: Chat, actor_id: str, break_it: Callable[[], None], others_go_on: bool
) -> None:
    for name in ("prod", "dev"):
        wait_until(partial(well, workspace, name), seconds=SECONDS, what=f"{name} is well")
    list(chat.send(["dev"], actor_id, "before"))
    threads, files = held()
    break_it()
    broken = time.monotonic()
    wait_until(lambda: shows(workspace, "dev"), seconds=SHOWN_SECONDS, what="the fault is shown")
    log.info("%s: shown after %.1f s", break_it.__name__, time.monotonic() - broken)
    if others_go_on:
        assert well(workspace, "prod")
    rolled_out_again()
    wait_until(lambda: well(workspace, "dev"), seconds=SECONDS, what="dev is well again")
    log.info("%s: well after %.1f s", break_it.__name__, time.monotonic() - broken)

    def answered() -> bool:
        (delivery,) = chat.send(["dev"], actor_id, "after", idempotency_key=f"{actor_id}-after")
        return delivery.failure is None

    wait_until(answered, seconds=60, what="dev's agent answers")
    wait_until(
        lambda: held()[0] <= threads and held()[1] <= files,
        seconds=60,
        what=f"no more than {threads} threads and {files} files are held, of which {held()} are now",
    )


def rolled_out_again() -> None:
    """The cluster's own word for it; the API server may be away for a while."""

    def rolled() -> bool:
        try:
            kubectl("get", "--raw", "/readyz")
            rolled_out("dev")
        except AssertionError:
            return False
        return True

    wait_until(rolled, seconds=SECONDS, what="the cluster has rolled dev out")
