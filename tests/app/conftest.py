"""The pages in Streamlit's own script runner, on a cluster that is made up.

`tests/contract` runs the same services on the real thing; here only what a click does is of interest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.components.core import provider
from dashboard.model.chat.messages import HistoryPage, Turn
from dashboard.model.core.endpoints import ClusterWarning, Endpoint, RedisAddress
from dashboard.model.core.errors import Unreachable
from dashboard.model.core.failure import Failure
from dashboard.model.core.manifests import Manifests
from dashboard.model.core.names import history_key
from dashboard.model.core.readiness import AgentReadiness
from dashboard.model.core.sidecar import SidecarMetadata, Subscription
from dashboard.model.health.deployed import Deployed, WarningEvent
from dashboard.model.logs.line_parser import LogLine
from dashboard.model.logs.log import Log, read
from dashboard.model.stores.keys import KeyPage, KeyValue, StoreInfo, parse_key
from dashboard.model.topics.inboxes import EventInbox
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import Workspace
from tests.app.made_up_topic import MadeUpTopic

APP = Path(__file__).parents[2] / "dashboard" / "app.py"


class MadeUpNamespace(MadeUpTopic):
    """Agent, sidecar and store of one namespace, in memory; `down` makes each call fail."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self.turns: list[Turn] = []
        self.sent: list[tuple[str, str]] = []
        self.log: list[str] = []
        self.unread: dict[str, Failure] = {}

    def _check(self) -> None:
        if self.down:
            raise Unreachable("Nothing listens where the agent should be.", hint="It ended.")

    def send(self, actor_id: str, content: str, idempotency_key: str) -> str:
        self.sent.append((content, idempotency_key))
        self._check()
        answer = f"Got your message: {content}"
        self.turns.append(Turn(number=len(self.turns) + 1, user=content, answer=answer))
        return answer

    def history(self, actor_id: str, *, limit: int = 50, before: str | None = None) -> HistoryPage:
        self._check()
        end = min(int(before) // 2 if before else len(self.turns), len(self.turns))
        start = max(0, end - limit)
        return HistoryPage(
            turns=tuple(self.turns[start:end]),
            before=str(2 * start) if start else None,
            latency_ms=1.0,
            read_at=0.0,
        )

    def readiness(self) -> AgentReadiness:
        self._check()
        return AgentReadiness()

    def logged(self, part: str) -> tuple[LogLine, ...]:
        self._check()
        return read(self.log if part == "agent" else ())

    def close(self) -> None:
        pass

    def metadata(self) -> SidecarMetadata:
        return SidecarMetadata(
            version="1.18.1",
            placement_connected=True,
            active_actors={"ChatAgent": 1},
            subscriptions=(Subscription("daca-pubsub", "user-chat"),),
        )

    def read_state(self, store: str) -> None:
        self._check()

    def ping(self) -> StoreInfo:
        return StoreInfo(server="Redis 7.0.15", run_id="run", used_memory_bytes=1, keys=1)

    def actor_ids(self, **_: object) -> tuple[str, ...]:
        return ("user1", "user2")

    def scan(self, **_: object) -> KeyPage:
        return KeyPage((parse_key(history_key("user1")),), 500)

    def read(self, key: str) -> KeyValue:
        messages = [
            {
                "role": role,
                "content": text,
                "turn": turn.number,
                "time": turn.time,
                "id": f"{turn.event_id}-{role}",
            }
            for turn in self.turns
            for role, text in (("user", turn.user), ("assistant", turn.answer))
        ]
        head = {"format": 1, "segments": 0, "total": len(messages), "messages": messages, "unpublished": []}
        return KeyValue(
            key=key,
            redis_type="hash",
            value={"total": 2},
            raw={"data": json.dumps(head)},
            version="3",
            ttl_seconds=None,
            size_bytes=100,
        )

    def inbox(self) -> EventInbox:
        self._check()
        return self.received()


class MadeUpCluster:
    """prod and dev; also stands for the connections to them."""

    kind = "local"

    def __init__(self) -> None:
        self.namespaces = {"prod": MadeUpNamespace(), "dev": MadeUpNamespace()}
        self.protected: set[str] = set()
        self.found_warnings: tuple[ClusterWarning, ...] = ()
        self.workloads: dict[str, Deployed] = {}

    def endpoints(self) -> tuple[Endpoint, ...]:
        redis = RedisAddress(host="127.0.0.1", port=6379)
        return tuple(
            Endpoint(
                name=n,
                protected=n in self.protected,
                agent_url="http://a",
                sidecar_url="http://s",
                redis=redis,
            )
            for n in self.namespaces
        )

    outline = endpoints

    def warnings(self) -> tuple[ClusterWarning, ...]:
        return self.found_warnings

    def deployed(self, namespace: str) -> Deployed | None:
        return self.workloads.get(namespace)

    def warning_events(self, namespace: str) -> tuple[WarningEvent, ...]:
        return (
            WarningEvent(
                at="2026-01-01T00:00:00Z",
                object="Pod/chat-agent-1",
                reason="BackOff",
                message="restarting",
                count=3,
            ),
        )

    def manifests(self, namespaces: Sequence[str]) -> Manifests:
        return Manifests()

    def logged(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, part) for name in self.namespaces for part in ("agent", "sidecar"))

    def logs(self, namespace: str, part: str, *, since: float | None, lines: int) -> Log:
        made_up = self.namespaces[namespace]
        found = made_up.logged(part)
        return Log(found[-lines:], frozenset({""} if len(found) > lines else ()), made_up.unread)

    def why_down(self, namespace: str) -> str:
        return "start it with `daca-ops up`"

    def agent(self, endpoint: Endpoint, url: str | None = None) -> MadeUpNamespace:
        return self.namespaces[endpoint.name]

    sidecar = agent
    store = agent
    broker = agent
    publisher = agent

    def close(self) -> None:
        pass


@pytest.fixture
def cluster() -> MadeUpCluster:
    return MadeUpCluster()


def page_file(name: str) -> str:
    """A page's file, as Streamlit names it."""
    (found,) = (APP.parent / "views").glob(f"*/{name}.py")
    return str(found.relative_to(APP.parent))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept by default is each test's own."""
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def settings() -> Settings:
    return Settings(deadline=10)


@pytest.fixture
def app(cluster: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    workspace = Workspace(settings, cluster, cluster)
    st.cache_data.clear()
    st.cache_resource.clear()
    monkeypatch.setattr(provider, "open_workspace", lambda *_, **__: workspace)
    monkeypatch.setattr(provider, "Settings", lambda: settings)
    yield AppTest.from_file(str(APP), default_timeout=60)
    st.cache_resource.clear()
