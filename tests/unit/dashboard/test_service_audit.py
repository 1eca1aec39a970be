"""The audit log is append-only and survives what a crash tears."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.services.audit import AuditLog, Entry


def entry(text: str, namespace: str = "dev") -> Entry:
    return Entry(1.0, "me", namespace, "send", "user1", text, "answered", 12.5)


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


@given(text=st.text())
def test_any_text_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    log = AuditLog(tmp_path_factory.mktemp("log") / "audit.jsonl")
    safe = text.encode("utf-8", "replace").decode()
    log.append(entry(safe))
    assert log.newest()[0].text == safe
