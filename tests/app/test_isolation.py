"""The proof on its page: what a click does, and what is shown when it is over."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import parse_qs

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.model.chat.messages import HistoryPage, Turn
from dashboard.model.core.errors import NotThere
from dashboard.model.core.names import TOPIC, history_key
from dashboard.model.stores.keys import KeyPage, KeyValue, StoreInfo, parse_key
from dashboard.model.topics.events import TURN_EVENT
from dashboard.model.topics.inboxes import EventInbox
from dashboard.model.topics.streams import ConsumerGroup, Stream
from dashboard.services.core.settings import Settings, default_data
from tests.app.conftest import MadeUpCluster, MadeUpNamespace
from tests.app.test_pages import button, texts
from tests.stack.waiting import wait_until

PAGE = "views/isolation/isolation.py"


class ProbedNamespace(MadeUpNamespace):
    """Keeps what it was told by actor, and publishes each turn to a stream of its own."""

    def __init__(self, name: str, run_id: str) -> None:
        super().__init__()
        self.name, self.run_id = name, run_id
        self.stored: dict[str, list[Turn]] = {}
        self.stream_entries: list[tuple[str, Any]] = []
        self.heard: list[dict[str, Any]] = []
        self.removed: list[str] = []

    def send(self, actor_id: str, content: str, idempotency_key: str) -> str:
        self._check()
        self.stored.setdefault(history_key(actor_id), []).append(Turn(number=1, user=content, answer=""))
        event = {
            "id": idempotency_key,
            "type": TURN_EVENT,
            "source": "chat-agent",
            "data": {"actor_id": actor_id, "content": content},
        }
        self.stream_entries.append((f"{len(self.stream_entries) + 1}-0", {"data": event}))
        self.heard.insert(0, event)
        activation = f"INFO agent.actor Activating actor for history-{actor_id}"
        self.log += (
            activation,
            f"INFO agent.routes.events Received event {idempotency_key} for actor {actor_id}",
        )
        return f"Got your message: {content}"

    def history(self, actor_id: str, *, limit: int = 50, before: str | None = None) -> HistoryPage:
        self._check()
        return HistoryPage(turns=tuple(self.stored.get(history_key(actor_id), ())))

    def inbox(self) -> EventInbox:
        self._check()
        return EventInbox(replica=f"chat-agent-{self.name}", namespace=self.name, events=tuple(self.heard))

    def ping(self) -> StoreInfo:
        return StoreInfo(server="Redis 7.0.15", run_id=self.run_id, used_memory_bytes=1, keys=1)

    def scan(self, **_: object) -> KeyPage:
        return KeyPage(tuple(parse_key(key) for key in self.stored))

    def read(self, key: str) -> KeyValue:
        if key not in self.stored:
            raise NotThere("no such key")
        return KeyValue(
            key=key,
            redis_type="hash",
            value={},
            raw={"data": str(self.stored[key])},
            version="1",
            ttl_seconds=None,
            size_bytes=1,
        )

    def stream(self, name: str) -> Stream:
        last = self.stream_entries[-1][0] if self.stream_entries else "0-0"
        return Stream(
            name=TOPIC,
            length=len(self.stream_entries),
            first_id="",
            last_id=last,
            groups=(ConsumerGroup(name="chat-agent", consumers=1, pending=0, last_id=last, lag=None),),
        )

    def entries_after(self, stream: str, after: str) -> list[tuple[str, Any]]:
        return [entry for entry in self.stream_entries if int(entry[0][:-2]) > int(after[:-2])]

    def entries(self, stream: str, *, limit: int = 50, before: str | None = None) -> tuple[Any, ...]:
        return tuple(self.stream_entries[::-1])

    def remove(self, keys: list[str], stream: str, entries: list[str]) -> tuple[int, int]:
        self.removed += keys
        for key in keys:
            del self.stored[key]
        self.stream_entries = [entry for entry in self.stream_entries if entry[0] not in entries]
        return len(keys), len(entries)


@pytest.fixture
def probed(cluster: MadeUpCluster) -> dict[str, ProbedNamespace]:
    namespaces = {name: ProbedNamespace(name, f"run of {name}") for name in ("prod", "dev")}
    cluster.namespaces = dict(namespaces)
    return namespaces


def prove(app: AppTest) -> None:
    """Click, and look again until it is over."""
    app.switch_page(PAGE).run()
    button(app, "Prove that prod and dev are isolated").click().run()
    assert not app.exception

    def over() -> bool:
        app.run()
        return bool(app.expander) or any("refus" in text or "protected" in text for text in texts(app))

    wait_until(over, what="the proof is over")


def marks(app: AppTest) -> list[str]:
    return [element.value for element in app.markdown]


def test_a_click_proves_and_shows_verdict_evidence_and_removal(
    app: AppTest, probed: dict[str, ProbedNamespace]
) -> None:
    prove(app)
    assert any("**Isolated**" in mark for mark in marks(app))
    assert "prod and dev are isolated: 26 checks, none found a leak." in texts(app)
    assert [box.label.partition(": ")[2] for box in app.expander[:2]] == ["2 of 2 well", "4 of 4 well"]
    assert any("✓ apart, prod in dev: 3 of dev in 3 turns." in text for text in texts(app))
    assert [len(namespace.removed) for namespace in probed.values()] == [1, 1]
    assert not any(namespace.stored or namespace.stream_entries for namespace in probed.values())
    assert [element.label for element in cast("Any", app.get("download_button"))] == ["Markdown", "JSON"]


def test_the_steps_are_shown_while_it_runs(app: AppTest, probed: dict[str, ProbedNamespace]) -> None:
    app.switch_page(PAGE).run()
    button(app, "Prove that prod and dev are isolated").click().run()
    assert button(app, "Prove that prod and dev are isolated").disabled
    assert any("Send probes to each namespace" in mark for mark in marks(app))
    assert not app.expander


def test_the_address_finds_the_proof_again_and_another_choice_does_not(
    app: AppTest, probed: dict[str, ProbedNamespace]
) -> None:
    prove(app)
    again = AppTest.from_file(app._script_path, default_timeout=60)
    again.query_params["run"] = app.query_params["run"]
    again.switch_page(PAGE).run()
    assert any("**Isolated**" in mark for mark in marks(again))
    probed["test"] = ProbedNamespace("test", "run of test")
    again.multiselect(key="ns").set_value(["dev"]).run()
    assert any("Choose at least two namespaces" in mark for mark in marks(again))


def links(app: AppTest) -> list[tuple[str, str]]:
    """(label, id of the proof) of each link to an earlier one."""
    found = [element.proto for element in app.get("page_link")]
    return [(link.label, parse_qs(link.query_string)["run"][0]) for link in found if link.query_string]


def test_a_restart_keeps_the_proof_and_lists_it_below_the_next(
    app: AppTest, probed: dict[str, ProbedNamespace]
) -> None:
    prove(app)
    first = app.query_params["run"]
    assert links(app) == []
    st.cache_resource.clear()
    again = AppTest.from_file(app._script_path, default_timeout=60)
    again.query_params["run"] = first
    again.switch_page(PAGE).run()
    assert any("**Isolated**" in mark for mark in marks(again))
    assert "Steps" not in [box.label for box in again.expander]
    prove(again)
    [(label, proof)] = links(again)
    assert "**Isolated**" in label
    assert " by `dashboard`" in label
    assert proof == first != again.query_params["run"][0]


def test_a_proof_that_cannot_be_read_is_as_one_that_is_not_kept(
    app: AppTest, probed: dict[str, ProbedNamespace]
) -> None:
    prove(app)
    (default_data() / "proofs" / "isolation-torn.json").write_text('{"cluster": "local", "actor')
    st.cache_resource.clear()
    again = AppTest.from_file(app._script_path, default_timeout=60)
    again.query_params["run"] = "isolation-torn"
    again.switch_page(PAGE).run()
    assert not again.exception
    assert any("is no longer kept" in caption.value for caption in again.caption)
    assert [proof for _, proof in links(again)] == [app.query_params["run"]]


def test_one_database_is_shown_with_its_way(app: AppTest, probed: dict[str, ProbedNamespace]) -> None:
    probed["dev"].run_id = probed["prod"].run_id
    probed["dev"].stored = probed["prod"].stored
    prove(app)
    assert any("**Not isolated**" in mark for mark in marks(app))
    assert any("One database" in mark for mark in marks(app))
    assert any("database: 0 of run_id run of prod" in text for text in texts(app))


def test_one_that_is_down_is_not_proven_with_why(app: AppTest, probed: dict[str, ProbedNamespace]) -> None:
    probed["dev"].down = True
    prove(app)
    assert any("**Not proven**" in mark for mark in marks(app))
    assert any("Nothing listens where the agent should be." in text for text in texts(app))
    assert any("Send probes" in mark and "1 of 2 namespaces failed" in mark for mark in marks(app))
    assert len(probed["prod"].removed) == 1


def test_a_protected_namespace_refuses_until_its_name_is_typed(
    app: AppTest, cluster: MadeUpCluster, probed: dict[str, ProbedNamespace]
) -> None:
    cluster.protected = {"prod"}
    prove(app)
    assert any("prod is protected" in text for text in texts(app))
    assert not any(namespace.heard for namespace in probed.values())
    app.text_input(key="unlock-prod-0").set_value("prod").run()
    prove(app)
    assert any("**Isolated**" in mark for mark in marks(app))


class TestReadOnly:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(read_only=True)

    def test_nobody_can_click(self, app: AppTest, probed: dict[str, ProbedNamespace]) -> None:
        app.switch_page(PAGE).run()
        assert button(app, "Prove that prod and dev are isolated").disabled
        assert any("read-only" in text for text in texts(app))
