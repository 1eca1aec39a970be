"""Several replicas are one agent: actors spread, counts merge, and no turn is lost or doubled."""

from __future__ import annotations

import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from dashboard.model.core.names import ACTOR_TYPE
from dashboard.services.chat import histories
from dashboard.services.chat.sending import Chat, new_idempotency_key
from dashboard.services.core.workspace import Workspace
from dashboard.services.health import health_check
from tests.cluster.conftest import SECONDS, kubectl, rolled_out
from tests.stack.waiting import wait_until

log = logging.getLogger(__name__)
pytestmark = pytest.mark.timeout(400)
REPLICAS, ACTORS, SENDERS = 3, 12, 20


@pytest.fixture(scope="module")
def replicated(workspace: Workspace) -> Iterator[None]:
    """dev at three replicas, and back."""
    scale = ("-n", "dev", "scale", "deployment/chat-agent")
    kubectl(*scale, f"--replicas={REPLICAS}")
    rolled_out("dev")
    wait_until(lambda: len(workspace.endpoint("dev").replicas) == REPLICAS, what="three replicas are found")
    yield
    kubectl(*scale, "--replicas=1")
    rolled_out("dev")
    wait_until(lambda: len(workspace.endpoint("dev").replicas) == 1, seconds=60, what="one replica is left")


def actors(workspace: Workspace) -> list[int]:
    """How many actors each replica has."""
    endpoint = workspace.endpoint("dev")
    told = [workspace.connections.sidecar(endpoint, url).metadata() for url in endpoint.replicas]
    return [metadata.active_actors.get(ACTOR_TYPE, 0) for metadata in told]


def test_actors_spread_and_their_counts_are_one_sum(
    replicated: None, workspace: Workspace, chat: Chat, actor_id: str
) -> None:
    ids = [f"{actor_id}-{number}" for number in range(ACTORS)]
    for one in ids:
        for text in ("first", "second"):
            (delivery,) = chat.send(["dev"], one, text)
            assert delivery.failure is None
    for one in ids:
        (page,) = histories.read(chat.writes.workspace, ["dev"], one).pages.values()
        assert [turn.user for turn in page.turns] == ["first", "second"]
    each = actors(workspace)
    assert sum(count > 0 for count in each) >= 2, each
    (health,) = health_check.check(workspace, ["dev"])
    assert health.active_actors == sum(each) >= ACTORS
    assert health.deployed
    assert (health.deployed.ready, health.deployed.wanted) == (REPLICAS, REPLICAS)
    assert f"{REPLICAS} of {REPLICAS} replicas answer" in {p.name: p.words for p in health.parts}["sidecar"]


def test_a_rolling_restart_under_20_senders_loses_and_doubles_nothing(
    replicated: None, chat: Chat, actor_id: str
) -> None:
    """Each sender waits for its answer, and sends again with the same key where there was none."""
    over = threading.Event()
    acknowledged: defaultdict[str, list[str]] = defaultdict(list)
    failures: Counter[str] = Counter()

    def send(number: int) -> None:
        actor, count = f"{actor_id}-{number % 5}", 0
        while not over.is_set():
            text, key = f"{number}-{count}", new_idempotency_key()
            while True:
                (delivery,) = chat.send(["dev"], actor, text, idempotency_key=key)
                if delivery.failure is None:
                    assert delivery.answer == f"Got your message: {text}"
                    acknowledged[actor].append(text)
                    break
                failures[f"{delivery.failure.word}: {delivery.failure.what}"[-90:]] += 1
                over.wait(0.5)
            count += 1

    senders = [threading.Thread(target=send, args=(number,)) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    try:
        kubectl("-n", "dev", "rollout", "restart", "deployment/chat-agent")
        rolled_out("dev")
    finally:
        over.set()
        for sender in senders:
            sender.join(SECONDS)
    total = sum(map(len, acknowledged.values()))
    log.info("%s turns acknowledged; sent again: %s", total, failures.most_common(5))
    assert total > SENDERS
    for actor, sent in acknowledged.items():
        kept = Counter(said(chat, actor))
        assert not set(sent) - kept.keys(), "acknowledged and lost"
        assert not {text: count for text, count in kept.items() if count > 1}, "doubled"
        assert set(kept) == set(sent)


def said(chat: Chat, actor: str) -> list[str]:
    """What was said to an actor, over all pages."""
    found: list[str] = []
    before: str | None = None
    while True:
        page = histories.page(chat.writes.workspace, "dev", actor, before=before)
        found += [turn.user for turn in page.turns]
        if page.before is None:
            return found
        before = page.before
