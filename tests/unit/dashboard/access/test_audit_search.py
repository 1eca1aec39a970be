"""Entries are found from the newest on, and what leaves the page cannot run anywhere."""

from __future__ import annotations

import csv
import io
import json
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.core.times import parse_moment
from dashboard.services.access import audit_search
from dashboard.services.access import commands as audit_commands
from dashboard.services.access.audit import AuditEntry, AuditLog, WriteResult
from dashboard.services.access.audit_search import AuditFilter, find
from dashboard.services.core.settings import Settings

WORDS = st.text("abcAB =+-@\"',|\n", max_size=6)
RESULTS = st.sampled_from(["done", "refused", "failed"])
ENTRIES = st.lists(
    st.builds(
        AuditEntry,
        at=st.floats(1e9, 2e9),
        who=WORDS,
        namespace=WORDS,
        action=WORDS,
        actor_id=WORDS,
        text=WORDS,
        result=RESULTS,
        why=WORDS,
    ),
    max_size=8,
)


def log_of(folder: Path, *entries: AuditEntry) -> AuditLog:
    log = AuditLog(folder / "audit.jsonl")
    for entry in entries:
        log.append(entry)
    return log


def entry(text: str, at: float = 1_000.0, namespace: str = "dev", result: WriteResult = "done") -> AuditEntry:
    return AuditEntry(
        at=at,
        who="ana",
        namespace=namespace,
        action="send",
        actor_id="user1",
        text=text,
        result=result,
        latency_ms=12.0,
    )


def test_pages_go_from_the_newest_to_the_first(tmp_path: Path) -> None:
    log = log_of(
        tmp_path, *(entry(f"{number}", namespace="dev" if number % 2 else "prod") for number in range(10))
    )
    wanted, seen, offset = AuditFilter(namespace="dev"), list[str](), None
    for _ in range(3):
        page = find(log, wanted, limit=2, before=offset)
        seen += [found.text for found in page.entries]
        offset = page.before
    assert seen == ["9", "7", "5", "3", "1"]
    assert offset is None


@given(
    wanted=st.builds(AuditFilter, text=WORDS, namespace=WORDS, result=st.just("") | RESULTS), entries=ENTRIES
)
def test_a_filter_only_leaves_out(
    tmp_path_factory: pytest.TempPathFactory, wanted: AuditFilter, entries: list[AuditEntry]
) -> None:
    log = log_of(tmp_path_factory.mktemp("log"), *entries)
    every = find(log, AuditFilter(), limit=99).entries
    some = find(log, wanted, limit=99).entries
    assert list(every) == entries[::-1]
    assert list(some) == [found for found in every if wanted.takes(found)]


def test_the_past_is_not_read_for_what_is_wanted_of_today(tmp_path: Path) -> None:
    log = log_of(tmp_path, *(entry(f"{day}", at=day * 86_400.0) for day in range(50)))
    found = find(log, AuditFilter(since=48.5 * 86_400), limit=99)
    assert ([e.text for e in found.entries], found.looked_at) == (["49"], 2)


def test_no_more_is_read_than_a_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_search, "MOST_LOOKED_AT", 3)
    log = log_of(tmp_path, entry("wanted"), *(entry("x") for _ in range(4)))
    first = find(log, AuditFilter(text="wanted"), limit=5)
    assert (first.entries, first.looked_at) == ((), 3)
    assert [e.text for e in find(log, AuditFilter(text="wanted"), limit=5, before=first.before).entries] == [
        "wanted"
    ]


@given(entries=ENTRIES)
def test_no_cell_of_the_table_is_a_formula(entries: list[AuditEntry]) -> None:
    rows = list(csv.reader(io.StringIO(audit_search.as_csv(entries))))
    assert len(rows) == len(entries) + 1
    for row, given_entry in zip(rows[1:], entries, strict=True):
        for cell in (row[1], row[2], row[5], row[8]):
            assert cell[:1] not in {"=", "+", "-", "@"}
        assert row[5].removeprefix("'") == given_entry.text.removeprefix("'")


@given(entries=ENTRIES)
def test_json_lines_come_back_as_they_were(entries: list[AuditEntry]) -> None:
    lines = audit_search.as_json_lines(entries).split("\n")[:-1]
    assert [AuditEntry(**json.loads(line)) for line in lines] == entries


@given(text=WORDS)
def test_the_command_asks_for_the_same(text: str) -> None:
    words = shlex.split(
        audit_commands.audit(
            AuditFilter(text=text, namespace="dev", since=86_400.0), Settings(data=Path("a b"))
        )
    )
    options = dict(word.split("=", 1) for word in words[2:])
    assert options.get("--text", "") == text
    assert (options["--namespace"], options["--data"]) == ("dev", "a b")
    assert parse_moment(options["--since"], 0.0) == 86_400.0


def test_the_command_leads_to_the_pod_that_keeps_the_log() -> None:
    settings = Settings(data=Path("/data"), way_in="kubectl -n ops exec deployment/daca-ops --")
    said = audit_commands.audit(AuditFilter(who="bo"), settings)
    assert said == "kubectl -n ops exec deployment/daca-ops -- python3 -m dashboard audit --who=bo"


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("15m", 99_100),
        ("2h", 92_800),
        ("1 d", 13_600),
        ("1970-01-02T00:00", 86_400),
        ("1970-01-02T01:00+01:00", 86_400),
    ],
)
def test_a_moment_is_said_as_people_do(said: str, at: float) -> None:
    assert parse_moment(said, 100_000.0) == at


@pytest.mark.parametrize("wrong", ["", "soon", "15", "m", "-5m", "5w"])
def test_what_is_no_moment_is_none(wrong: str) -> None:
    assert parse_moment(wrong, 0.0) is None
