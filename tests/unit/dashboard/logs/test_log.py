"""Lines that belong together, filters, and what is new."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.logs.line_parser import LogLine
from dashboard.model.logs.log import LogFilter, fresh, read

FAILED = (
    "2026-11-24T16:55:01.000Z INFO agent.actor Activating actor for history-user1",
    "2026-11-24T16:55:02.000Z ERROR agent.actor ProcessMessage of actor user1 failed",
    "Traceback (most recent call last):",
    '  File "actor.py", line 1, in process',
    "ValueError: no",
    "2026-11-24T16:55:03.000Z INFO agent.actor Activating actor for history-user10",
)


def texts(lines: tuple[LogLine, ...]) -> list[str]:
    return [line.raw for line in lines]


def test_a_traceback_belongs_to_the_line_before() -> None:
    found = read(FAILED)
    assert [line.continues for line in found] == [False, False, True, True, True, False]
    assert {(line.level, line.at) for line in found[1:5]} == {("error", found[1].at)}


def test_a_traceback_after_a_mere_notice_is_an_error_of_its_own() -> None:
    found = read((FAILED[0], *FAILED[2:5]))
    assert [(line.level, line.continues) for line in found] == [
        ("info", False),
        ("error", False),
        ("error", True),
        ("error", True),
    ]


def test_lines_before_the_first_time_have_that_time() -> None:
    found = read(("INFO:     Started", FAILED[0]))
    assert found[0].at == found[1].at


def test_text_that_names_no_level_stands_alone() -> None:
    assert [line.continues for line in read(("starting", "  ready"))] == [False, False]


def test_a_level_keeps_what_is_at_least_as_grave_with_its_traceback() -> None:
    assert texts(LogFilter(level="warning").of(read(FAILED))) == list(FAILED[1:5])


def test_a_text_is_found_in_the_traceback_too() -> None:
    assert texts(LogFilter(contains="valueerror").of(read(FAILED))) == list(FAILED[1:5])


def test_an_actor_is_found_as_a_whole_word() -> None:
    assert texts(LogFilter(actor_id="user1").of(read(FAILED))) == list(FAILED[:5])
    assert texts(LogFilter(actor_id="user10").of(read(FAILED))) == [FAILED[5]]
    ends = read(
        ("seen user1.", "seen user1.2", "seen my-user1", "chat-agent||ChatAgent||user1||history-user1")
    )
    assert texts(LogFilter(actor_id="user1").of(ends)) == [ends[0].raw, ends[3].raw]


@given(st.integers(0, 30), st.data())
def test_what_is_new_between_two_windows_on_a_growing_log(length: int, data: st.DataObject) -> None:
    log = [LogLine(raw=str(number), text="") for number in range(length)]
    start, later = sorted(data.draw(st.tuples(st.integers(0, length), st.integers(0, length))))
    end = data.draw(st.integers(later, length))
    newest = data.draw(st.integers(end, length))
    assert fresh(log[start:end], log[later:newest]) == tuple(log[end:newest])


lines = st.lists(st.sampled_from([*FAILED, "starting", "INFO:     x"])).map(read)


@given(lines, st.sampled_from([None, "debug", "warning", "fatal"]), st.sampled_from(["", "user1"]))
def test_a_filter_only_leaves_out_and_finds_no_more_in_what_it_kept(
    found: tuple[LogLine, ...], level: None, actor_id: str
) -> None:
    chosen = LogFilter(level=level, actor_id=actor_id)
    kept = chosen.of(found)
    assert chosen.of(kept) == kept
    assert len(kept) <= len(found)
    assert LogFilter().of(found) == found
