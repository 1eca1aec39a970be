"""Following real log files of a stack that does not run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard.gateways.clusters.local import LocalCluster
from dashboard.gateways.connections import Connections
from dashboard.model.core.errors import NotThere, Unreachable
from dashboard.model.core.failure import Failure
from dashboard.model.logs.log import Log, LogFilter, LogSource
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import Workspace, open_workspace
from dashboard.services.logs import follower as following
from dashboard.services.logs import reading as logs
from dashboard.services.logs.follower import Follower, left_out
from dashboard.services.logs.reading import FoundLines


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "logs").mkdir()
    opened = open_workspace(Settings(data=tmp_path))
    yield opened
    opened.close()


def write(workspace: Workspace, process: str, *words: str) -> None:
    with (workspace.settings.data / "logs" / f"{process}.log").open("a") as file:
        for word in words:
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            file.write(f"{at} INFO agent.actor {word}\n")


def texts(found: FoundLines) -> list[str]:
    return [told.line.text for told in found.told]


def test_only_what_came_since_is_told_also_where_lines_are_alike(workspace: Workspace) -> None:
    write(workspace, "prod-agent", "a", "b", "b")
    write(workspace, "dev-agent", "c")
    follower = Follower(workspace, logs.sources(workspace), LogFilter(), since=None)
    assert sorted(texts(follower.newest(2))) == ["b", "b", "c"]
    assert texts(follower.more()) == []
    write(workspace, "prod-agent", "b", "d")
    assert texts(follower.more()) == ["b", "d"]
    assert texts(follower.more()) == []


def test_a_log_that_starts_a_new_file_is_followed_on(workspace: Workspace) -> None:
    write(workspace, "prod-agent", "a")
    follower = Follower(workspace, logs.sources(workspace), LogFilter(), since=None)
    follower.newest(5)
    log = workspace.settings.data / "logs" / "prod-agent.log"
    write(workspace, "prod-agent", "before")
    log.replace(log.with_suffix(".log.old"))
    write(workspace, "prod-agent", "after")
    assert texts(follower.more()) == ["before", "after"]


def test_more_lines_than_one_look_takes_are_all_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST_LINES", 3)
    monkeypatch.setattr(following, "MOST_BETWEEN", 12)
    write(workspace, "prod-agent", "a", "b", "c", "d")
    follower = Follower(workspace, logs.sources(workspace), LogFilter(), since=None)
    assert texts(follower.newest(1)) == ["d"]
    many = [str(number) for number in range(10)]
    write(workspace, "prod-agent", *many)
    assert texts(follower.more()) == many
    assert texts(follower.more()) == []
    write(workspace, "prod-agent", *many, *many)
    found = follower.more()
    assert texts(found) == [*many, *many][-12:]
    ((name, after, until),) = [(skipped.name, skipped.after, skipped.until) for skipped in found.skipped]
    assert name == "prod-agent"
    assert after is not None and until is not None and after <= until
    assert "12 lines came at once" in left_out(found.skipped[0])
    write(workspace, "prod-agent", "next")
    assert (texts(found := follower.more()), found.skipped) == (["next"], ())


def test_what_the_filter_did_not_look_at_is_named(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MOST_LINES", 3)
    write(workspace, "prod-agent", "a", "b", "b", "b")
    write(workspace, "dev-agent", "a")
    wanted, only = logs.sources(workspace), LogFilter(contains="actor a")
    found = logs.newest(workspace, wanted, only, since=None, lines=1)
    assert (texts(found), found.older) == (["a"], ("prod-agent",))
    assert logs.newest(workspace, wanted, only, since=None, lines=4).older == ()


class OneReplicaAway(LocalCluster):
    """Two replicas of prod's agent; one of them cannot be read while it is `away`."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        self.away = False

    def logs(self, namespace: str, part: str, *, since: float | None, lines: int) -> Log:
        log = super().logs(namespace, part, since=since, lines=lines)
        told = tuple(replace(line, replica=line.text[0]) for line in log.lines)
        if not self.away:
            return Log(told)
        why = Failure("unreachable", "The kubelet is away.")
        return Log(tuple(line for line in told if line.replica == "a"), unread={"b": why})


def test_a_replica_that_cannot_be_read_hides_no_other_and_is_told_on_when_it_is_back(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    cluster = OneReplicaAway(tmp_path)
    workspace = Workspace(Settings(data=tmp_path), cluster, Connections(cluster.dialer))
    write(workspace, "prod-agent", "a1", "b1")
    follower = Follower(workspace, logs.sources(workspace), LogFilter(), since=None)
    assert texts(follower.newest(5)) == ["a1", "b1"]
    cluster.away = True
    write(workspace, "prod-agent", "a2", "b2")
    found = follower.more()
    assert (texts(found), found.failures["prod-agent b"].word) == (["a2"], "unreachable")
    with pytest.raises(Unreachable, match="kubelet"):
        logs.read(workspace, LogSource("prod", "agent"), since=None, lines=9).whole()
    cluster.away = False
    assert texts(found := follower.more()) == ["b2"]
    assert found.failures == {}


def test_an_older_part_that_is_found_only_later_brings_nothing_twice(workspace: Workspace) -> None:
    """A container's last life is not known as soon as the next one writes."""
    write(workspace, "prod-agent", "a")
    follower = Follower(workspace, logs.sources(workspace), LogFilter(), since=None)
    follower.newest(5)
    log = workspace.settings.data / "logs" / "prod-agent.log"
    write(workspace, "prod-agent", "last words")
    hidden = log.replace(log.with_suffix(".hidden"))
    write(workspace, "prod-agent", "new life")
    assert texts(follower.more()) == ["new life"]
    hidden.replace(log.with_suffix(".log.old"))
    assert texts(follower.more()) == ["last words"]
    write(workspace, "prod-agent", "more")
    assert texts(follower.more()) == ["more"]


def test_a_log_that_is_there_only_later_is_told_from_its_begin(workspace: Workspace) -> None:
    write(workspace, "dev-agent", "a")
    follower = Follower(workspace, logs.sources(workspace, ["prod"], ["agent"]), LogFilter(), since=None)
    assert follower.newest(5).failures["prod-agent"].word == "not there"
    write(workspace, "prod-agent", "first")
    assert texts(follower.more()) == ["first"]


def test_no_log_at_all_says_what_to_do(workspace: Workspace) -> None:
    with pytest.raises(NotThere) as raised:
        logs.sources(workspace)
    assert "daca-ops up" in raised.value.hint
