"""The doctor over more namespaces than anybody wants to wait for without a word."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import open_workspace
from dashboard.services.doctor.checkups import Checkups
from tests.contract.test_clusters import static_file
from tests.stack.running_stack import RunningStack
from tests.stack.waiting import wait_until

MANY = 2_000


@pytest.fixture
def file(stack: RunningStack, tmp_path: Path) -> Path:
    """A static cluster of many namespaces, which prod and dev stand for."""
    return static_file(stack, tmp_path, MANY // 2)


def test_the_command_counts_up_to_the_total_on_a_terminal(file: Path) -> None:
    screen, terminal = os.openpty()
    report = file.with_name("report.json")
    with report.open("wb") as output, subprocess.Popen(command(file), stdout=output, stderr=terminal):
        os.close(terminal)
        said = shown(screen)
    assert "findings" in json.loads(report.read_text())
    counts = [int(count.replace(",", "")) for count in re.findall(r"\r([\d,]+) of 2,000 namespaces", said)]
    assert counts == list(range(1, MANY + 1))
    assert said.endswith("2,000 of 2,000 namespaces\r\n")


def command(file: Path) -> list[str]:
    where = ("--cluster", "static", "--file", str(file), "--data", str(file.parent))
    return [sys.executable, "-m", "dashboard", "doctor", "--json", *where]


def shown(screen: int) -> str:
    """What a terminal shows until its program ends, which Linux tells as an error."""
    said = b""
    try:
        while chunk := os.read(screen, 4096):
            said += chunk
    except OSError:
        return said.decode()
    finally:
        os.close(screen)
    return said.decode()


def test_where_its_output_is_piped_it_says_nothing_of_it(stack: RunningStack, tmp_path: Path) -> None:
    piped = subprocess.run(
        command(static_file(stack, tmp_path, 15)), capture_output=True, text=True, timeout=60, check=False
    )
    assert piped.stderr == ""
    assert "findings" in json.loads(piped.stdout)


def test_a_page_can_tell_how_far_it_is(file: Path) -> None:
    workspace = open_workspace(Settings(cluster="static", static_file=file, data=file.parent))
    checkups = Checkups(workspace)
    seen: list[tuple[int, int]] = []

    def over() -> bool:
        now = checkups.standing
        seen.append((now.done, now.total))
        return not now.under_way

    checkups.start([endpoint.name for endpoint in workspace.endpoints()])
    wait_until(over, seconds=120, what="the doctor is done")
    workspace.close()
    report = checkups.standing.report
    assert report
    assert len(report.namespaces) == MANY
    *counted, _ = seen  # at its end there is nothing to count
    assert {total for _, total in counted} == {MANY}
    assert counted == sorted(counted)
    assert len({done for done, _ in counted}) > 10, "it counted up while it was waited for"
