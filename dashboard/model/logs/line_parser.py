"""One line of a log in each format that turns up here, read into time, level and text. Pure; never raises.

Dapr: github.com/dapr/kit/logger (logfmt, or JSON with `--log-as-json`); Redis: `serverLogRaw` in server.c;
Kubernetes puts its own time before each line when asked for `timestamps`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, get_args

from dashboard.model.core.times import parse_iso

Level = Literal["debug", "info", "warning", "error", "fatal"]
LEVELS: tuple[Level, ...] = get_args(Level)
TRACEBACK = "Traceback (most recent call last):"
_OTHER_WORDS: Mapping[str, Level] = {
    "trace": "debug",
    "warn": "warning",
    "critical": "fatal",
    "panic": "fatal",
}
_REDIS_LEVELS: Mapping[str, Level] = {".": "debug", "-": "debug", "*": "info", "#": "warning"}
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_PYTHON = re.compile(rf"(?P<at>{_ISO}) (?P<level>[A-Z]+) (?P<scope>\S+) (?P<text>.*)", re.DOTALL)
_UVICORN = re.compile(r"(?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL):\s+(?P<text>.*)", re.DOTALL)
_REDIS = re.compile(
    r"\d+:[CSMX] (?P<at>\d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3}) (?P<level>[.\-*#]) (?P<text>.*)", re.DOTALL
)
_PAIR = re.compile(r'([\w.]+)=("(?:[^"\\]|\\.)*"|\S*)')
_STAMP = re.compile(rf"({_ISO}) ?(.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """`raw` is the line as it was written, `text` its message. `at` is in Unix seconds, None where unknown.

    `level` is None where the line names none. `continues`: it belongs to the line before, as a traceback
    does, whose time and level it has. `replica` is the pod, "" where there is but one process.
    """

    raw: str
    text: str
    at: float | None = None
    level: Level | None = None
    scope: str = ""
    replica: str = ""
    continues: bool = False


@lru_cache(maxsize=1 << 14)  # who follows a log reads most of its lines again
def parse(raw: str) -> LogLine:
    """One line without its end."""
    for read in (_json, _logfmt, _python, _redis, _uvicorn):
        found = read(raw)
        if found:
            return found
    return LogLine(raw=raw, text=raw, level="error" if raw.startswith(TRACEBACK) else None)


def parse_stamped(stamped: str) -> LogLine:
    """One line behind the time at which Kubernetes received it, which counts."""
    found = _STAMP.fullmatch(stamped)
    at = parse_iso(found[1]) if found else None
    if found is None or at is None:
        return parse(stamped)
    line = parse(found[2])
    return LogLine(raw=line.raw, text=line.text, at=at, level=line.level, scope=line.scope)


def level_of(word: str) -> Level | None:
    """The level that a program means by `word`."""
    lower = word.lower()
    return next((level for level in LEVELS if level == lower), _OTHER_WORDS.get(lower))


def _json(raw: str) -> LogLine | None:
    if not raw.startswith("{"):
        return None
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return _of_fields(raw, said) if isinstance(said, dict) else None


def _logfmt(raw: str) -> LogLine | None:
    if not raw.startswith("time="):
        return None
    return _of_fields(raw, {name: _unquoted(value) for name, value in _PAIR.findall(raw)})


def _of_fields(raw: str, said: Mapping[str, Any]) -> LogLine | None:
    """Dapr's fields; others write `message` for `msg`."""
    text = said.get("msg", said.get("message"))
    if not isinstance(text, str):
        return None
    level = level_of(str(said.get("level", "")))
    return LogLine(
        raw=raw,
        text=text,
        at=parse_iso(str(said.get("time", ""))),
        level=level,
        scope=str(said.get("scope", "")),
    )


def _unquoted(value: str) -> str:
    """What Go's %q quoted; its escapes that JSON has not stay as they are."""
    if not value.startswith('"'):
        return value
    try:
        return str(json.loads(value, strict=False))
    except ValueError:
        return value[1:-1]


def _python(raw: str) -> LogLine | None:
    found = _PYTHON.fullmatch(raw)
    level = level_of(found["level"]) if found else None
    if found is None or level is None:
        return None
    return LogLine(raw=raw, text=found["text"], at=parse_iso(found["at"]), level=level, scope=found["scope"])


def _uvicorn(raw: str) -> LogLine | None:
    found = _UVICORN.fullmatch(raw)
    return (
        LogLine(raw=raw, text=found["text"], at=None, level=level_of(found["level"]), scope="uvicorn")
        if found
        else None
    )


def _redis(raw: str) -> LogLine | None:
    found = _REDIS.fullmatch(raw)
    if found is None:
        return None
    at: float | None = None
    with suppress(ValueError, OverflowError, OSError):
        at = datetime.strptime(found["at"], "%d %b %Y %H:%M:%S.%f").timestamp()
    return LogLine(raw=raw, text=found["text"], at=at, level=_REDIS_LEVELS[found["level"]], scope="redis")
