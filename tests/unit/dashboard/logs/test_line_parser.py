"""Each format of a line, as its program writes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.logs.line_parser import LEVELS, LogLine, level_of, parse, parse_stamped

AT = datetime(2026, 11, 24, 16, 55, 2, 195666, UTC).timestamp()
LOGFMT = (
    'time="2026-11-24T16:55:02.195666629Z" level=warning msg="metric spec: {\\"enabled\\":true}\\nnext" '
    "app_id=chat-agent instance=vm scope=dapr.runtime.security type=log ver=1.18.1"
)


def known(line: LogLine) -> tuple[float | None, str | None, str, str]:
    return line.at, line.level, line.scope, line.text


def test_daprs_logfmt_is_read_with_what_it_quotes() -> None:
    assert known(parse(LOGFMT)) == (
        AT,
        "warning",
        "dapr.runtime.security",
        'metric spec: {"enabled":true}\nnext',
    )


def test_an_escape_that_json_has_not_stays_as_it_is() -> None:
    assert parse('time="x" level=info msg="a\\x00b"').text == "a\\x00b"


def test_daprs_json_is_read() -> None:
    raw = (
        '{"level":"fatal","msg":"Fatal error","scope":"dapr.runtime","time":"2026-11-24T16:55:02.195666629Z"}'
    )
    assert known(parse(raw)) == (AT, "fatal", "dapr.runtime", "Fatal error")


def test_the_agents_lines_are_read() -> None:
    raw = "2026-11-24T16:55:02.195Z INFO agent.actor Activating actor for history-user1"
    at, *rest = known(parse(raw))
    assert at == pytest.approx(AT, abs=0.001)
    assert rest == [
        "info",
        "agent.actor",
        "Activating actor for history-user1",
    ]


def test_a_time_without_a_zone_is_this_machines() -> None:
    local = datetime(2026, 11, 24, 16, 55, 2, 195000).timestamp()
    assert parse("2026-11-24 16:55:02,195 ERROR agent.actor x").at == local


def test_uvicorns_own_lines_are_read() -> None:
    assert known(parse('INFO:     127.0.0.1:1 - "GET /livez HTTP/1.1" 200 OK'))[1:3] == ("info", "uvicorn")


def test_redis_lines_are_read_by_their_mark() -> None:
    line = parse("3969:M 24 Nov 2026 16:55:02.078 # WARNING Memory overcommit must be enabled!")
    local = datetime(2026, 11, 24, 16, 55, 2, 78000).timestamp()
    assert known(line) == (local, "warning", "redis", "WARNING Memory overcommit must be enabled!")


def test_a_stray_traceback_is_an_error_and_other_text_has_no_level() -> None:
    assert parse("Traceback (most recent call last):").level == "error"
    assert known(parse("  prod-agent is ready")) == (None, None, "", "  prod-agent is ready")


def test_the_time_of_the_kubelet_counts() -> None:
    line = parse_stamped("2026-11-24T16:55:02.195666629Z INFO:     Started")
    assert (line.raw, *known(line)[:2]) == ("INFO:     Started", AT, "info")


def test_levels_of_other_programs_are_known() -> None:
    assert [level_of(word) for word in ("WARN", "CRITICAL", "panic", "trace", "INFO", "loud")] == [
        "warning",
        "fatal",
        "fatal",
        "debug",
        "info",
        None,
    ]


EDGE = st.sampled_from(
    [
        "time=",
        "{",
        '{"msg":',
        '{"msg":1}',
        "1:M 31 Feb 2026 00:00:00.000 * x",
        "0001-01-01T00:00:00Z INFO a b",
        "9999-12-31 23:59:59,9 INFO a b",
        "2026-13-40T99:99:99Z ",
        LOGFMT,
    ]
)


@given(st.one_of(st.text(), st.tuples(EDGE, st.text()).map("".join), EDGE))
def test_any_line_is_read_and_kept_whole(raw: str) -> None:
    line = parse(raw)
    assert line.raw == raw
    assert line.level is None or line.level in LEVELS
    assert raw.endswith(parse_stamped(raw).raw)
