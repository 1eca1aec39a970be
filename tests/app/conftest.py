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

from dashboard.components import provider
from dashboard.model.chat import Failure, HistoryPage, Inbox, Turn
from dashboard.model.deployed import Deployed, WarningEvent
from dashboard.model.errors import Unreachable
from dashboard.model.keys import KeyPage, KeyValue, StoreInfo, parse_key
from dashboard.model.logs import Log, LogLine, read
from dashboard.model.manifests import Manifests
from dashboard.model.names import history_key
from dashboard.model.places import Place, RedisAddress, Trouble
from dashboard.model.sidecar import SidecarMetadata, Subscription
from dashboard.services.audit import AuditLog
from dashboard.services.settings import Settings
from dashboard.services.workspace import Workspace
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

    def send(self, actor_id: str, content: str, message_id: str) -> str:
        self.sent.append((content, message_id))
        self._check()
        answer = f"Got your message: {content}"
        self.turns.append(Turn(len(self.turns) + 1, content, answer))
        return answer

    def history(self, actor_id: str, *, limit: int = 50, before: str | None = None) -> HistoryPage:
        self._check()
        end = min(int(before) // 2 if before else len(self.turns), len(self.turns))
        start = max(0, end - limit)
        return HistoryPage(tuple(self.turns[start:end]), str(2 * start) if start else None, 1.0, 0.0)

    def readiness(self) -> str:
        self._check()
        return ""

    def logged(self, part: str) -> tuple[LogLine, ...]:
        self._check()
        return read(self.log if part == "agent" else ())

    def close(self) -> None:
        pass

    def metadata(self) -> SidecarMetadata:
        return SidecarMetadata("1.18.1", True, {"ChatAgent": 1}, (Subscription("daca-pubsub", "user-chat"),))

    def ping(self) -> StoreInfo:
        return StoreInfo("7.0.15", "run", 1, 1)

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
        return KeyValue(key, "hash", {"total": 2}, {"data": json.dumps(head)}, "3", None, 100)

    def inbox(self) -> Inbox:
        self._check()
        return self.received()


class MadeUpCluster:
    """prod and dev; also stands for the connections to them."""

    kind = "local"

    def __init__(self) -> None:
        self.namespaces = {"prod": MadeUpNamespace(), "dev": MadeUpNamespace()}
        self.protected: set[str] = set()
        self.found_troubles: tuple[Trouble, ...] = ()
        self.workloads: dict[str, Deployed] = {}

    def places(self) -> tuple[Place, ...]:
        redis = RedisAddress("127.0.0.1", 6379)
        return tuple(Place(n, n in self.protected, "http://a", "http://s", redis) for n in self.namespaces)

    outline = places

    def troubles(self) -> tuple[Trouble, ...]:
        return self.found_troubles

    def deployed(self, namespace: str) -> Deployed | None:
        return self.workloads.get(namespace)

    def warnings(self, namespace: str) -> tuple[WarningEvent, ...]:
        return (WarningEvent("2026-01-01T00:00:00Z", "Pod/chat-agent-1", "BackOff", "restarting", 3),)

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

    def agent(self, place: Place, url: str | None = None) -> MadeUpNamespace:
        return self.namespaces[place.name]

    sidecar = agent
    store = agent
    broker = agent
    publisher = agent

    def close(self) -> None:
        pass


@pytest.fixture
def cluster() -> MadeUpCluster:
    return MadeUpCluster()


@pytest.fixture
def settings() -> Settings:
    return Settings(deadline=10)


@pytest.fixture
def app(
    cluster: Any, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AppTest]:
    workspace = Workspace(settings, cluster, cluster, AuditLog(tmp_path / "audit.jsonl"))
    st.cache_data.clear()
    st.cache_resource.clear()
    monkeypatch.setattr(provider, "open_workspace", lambda *_, **__: workspace)
    monkeypatch.setattr(provider, "Settings", lambda: settings)
    yield AppTest.from_file(str(APP), default_timeout=20)
    st.cache_resource.clear()
