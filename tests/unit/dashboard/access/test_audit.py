"""The audit log is append-only and survives what a crash tears."""

from __future__ import annotations

import io
import json
import stat
import subprocess
import sys
import threading
from collections import Counter
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.core.errors import WriteRefused
from dashboard.services.access import audit
from dashboard.services.access.audit import AuditEntry, AuditLog


def entry(text: str, namespace: str = "dev") -> AuditEntry:
    return AuditEntry(
        at=1.0,
        who="me",
        namespace=namespace,
        action="send",
        actor_id="user1",
        text=text,
        result="done",
        latency_ms=12.5,
    )


def test_the_newest_comes_first_and_a_restart_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "audit.jsonl"
    for text in ("one", "two", "three"):
        AuditLog(path).append(entry(text))
    assert [e.text for e in AuditLog(path).newest(2)] == ["three", "two"]


def test_an_absent_log_is_empty(tmp_path: Path) -> None:
    assert AuditLog(tmp_path / "none.jsonl").newest() == ()


def test_a_torn_line_hides_only_itself(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    log.append(entry("kept"))
    with log.path.open("a") as file:
        file.write('{"at": 1.0, "who"\n')
    log.append(entry("also kept"))
    assert [e.text for e in log.newest()] == ["also kept", "kept"]


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    log.append(entry("secret"))
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


def test_writers_side_by_side_lose_nothing(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    threads = [threading.Thread(target=log.append, args=(entry(f"t{i}"),)) for i in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {e.text for e in log.newest()} == {f"t{i}" for i in range(32)}


def test_processes_side_by_side_tear_no_line(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    script = (
        "import sys; from pathlib import Path\n"
        "from dashboard.services.access.audit import AuditEntry, AuditLog\n"
        "log, said = AuditLog(Path(sys.argv[1])), dict(namespace='dev', action='send', actor_id='a')\n"
        "line = AuditEntry(at=1.0, who=sys.argv[2], text='x' * 9000, result='done', **said)\n"
        "for n in range(100): log.append(line)\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", script, str(log.path), str(number)]) for number in range(4)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0, 0]
    found = Counter((entry.who, len(entry.text)) for entry in log.newest(1000))
    assert found == {(str(number), 9000): 100 for number in range(4)}


def test_what_a_crash_tore_spoils_no_later_line(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    log.append(entry("before"))
    with log.path.open("a") as file:
        file.write('{"at": 1.0, "wh')
    log.append(entry("after"))
    assert [e.text for e in log.newest()] == ["after", "before"]


def test_the_newest_of_a_big_file_cost_a_few_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    log.append(entry("first"))
    with log.path.open("ab") as file:
        file.write(log.path.read_bytes() * 200_000)
    log.append(entry("last"))
    seen: list[int] = []
    real = audit._lines_backwards
    monkeypatch.setattr(
        audit, "_lines_backwards", lambda file, end: map(partial(_noted, seen, file), real(file, end))
    )
    assert log.newest(50)[0].text == "last"
    assert min(seen) > log.path.stat().st_size - (1 << 18)


def _noted(seen: list[int], file: BinaryIO, line: tuple[int, bytes]) -> tuple[int, bytes]:
    seen.append(file.tell())
    return line


@given(texts=st.lists(st.text(), max_size=12), block=st.integers(1, 300))
def test_pages_of_any_size_hold_every_entry_once(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], block: int
) -> None:
    log = AuditLog(tmp_path_factory.mktemp("log") / "audit.jsonl")
    for text in texts:
        log.append(entry(text))
    found: list[str] = []
    offset: int | None = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "_BLOCK_BYTES", block)
        while step := next(log.backwards(offset), None):
            offset = step[0]
            found.append(step[1].text)
    assert found == texts[::-1]


@given(text=st.text(st.characters(exclude_categories=[])))
def test_any_text_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    log = AuditLog(tmp_path_factory.mktemp("log") / "audit.jsonl")
    log.append(entry(text))
    assert log.newest()[0].text == text.encode("utf-8", "replace").decode()


def test_each_line_goes_where_a_cluster_collects_it(tmp_path: Path) -> None:
    echo = io.StringIO()
    log = AuditLog(tmp_path / "audit.jsonl", echo=echo)
    log.append(entry("seen"))
    assert echo.getvalue() == log.path.read_text()
    assert json.loads(echo.getvalue())["text"] == "seen"


def test_a_full_disk_refuses_the_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "ROOM_BYTES", 1 << 62)
    with pytest.raises(WriteRefused, match="no room left"):
        AuditLog(tmp_path / "audit.jsonl").check()
