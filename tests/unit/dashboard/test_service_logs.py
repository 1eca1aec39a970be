"""Following real log files of a stack that does not run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard.model.errors import NotThere
from dashboard.model.logs import Filter
from dashboard.services import logs
from dashboard.services.logs import Follower, Found
from dashboard.services.settings import Settings
from dashboard.services.workspace import Workspace, open_workspace


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


def texts(found: Found) -> list[str]:
    return [told.line.text for told in found.told]


def test_only_what_came_since_is_told_also_where_lines_are_alike(workspace: Workspace) -> None:
    write(workspace, "prod-agent", "a", "b", "b")
    write(workspace, "dev-agent", "c")
    follower = Follower(workspace, logs.sources(workspace), Filter(), since=None)
    assert sorted(texts(follower.newest(2))) == ["b", "b", "c"]
    assert texts(follower.more()) == []
    write(workspace, "prod-agent", "b", "d")
    assert texts(follower.more()) == ["b", "d"]
    assert texts(follower.more()) == []


def test_a_log_that_starts_a_new_file_is_followed_on(workspace: Workspace) -> None:
    write(workspace, "prod-agent", "a")
    follower = Follower(workspace, logs.sources(workspace), Filter(), since=None)
    follower.newest(5)
    log = workspace.settings.data / "logs" / "prod-agent.log"
    write(workspace, "prod-agent", "before")
    log.replace(log.with_suffix(".log.old"))
    write(workspace, "prod-agent", "after")
    assert texts(follower.more()) == ["before", "after"]


def test_an_older_part_that_is_found_only_later_brings_nothing_twice(workspace: Workspace) -> None:
    """A container's last life is not known as soon as the next one writes."""
    write(workspace, "prod-agent", "a")
    follower = Follower(workspace, logs.sources(workspace), Filter(), since=None)
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
    follower = Follower(workspace, logs.sources(workspace, ["prod"], ["agent"]), Filter(), since=None)
    assert follower.newest(5).failures["prod-agent"].word == "not there"
    write(workspace, "prod-agent", "first")
    assert texts(follower.more()) == ["first"]


def test_no_log_at_all_says_what_to_do(workspace: Workspace) -> None:
    with pytest.raises(NotThere) as raised:
        logs.sources(workspace)
    assert "daca-ops up" in raised.value.hint
