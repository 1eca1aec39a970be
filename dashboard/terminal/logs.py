"""The command `logs`."""

from __future__ import annotations

import json as codec
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, NoReturn

import typer

from dashboard.model.core.times import parse_span
from dashboard.model.logs.line_parser import Level
from dashboard.model.logs.log import LogFilter, SourcedLine
from dashboard.services.logs import reading
from dashboard.services.logs.follower import Follower, left_out
from dashboard.terminal.core import output
from dashboard.terminal.core.options import ClusterOptions, JsonOption, Namespaces, with_cluster_options

_POLL_SECONDS = 0.5


def _seconds(text: str | None) -> float | None:
    try:
        return None if text is None else parse_span(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(with_cluster_options(logs))


def logs(
    where: ClusterOptions,
    namespace: Namespaces = None,
    part: Annotated[
        list[str] | None,
        typer.Option("--part", help="agent or sidecar; in the local stack also redis, placement and others"),
    ] = None,
    since: Annotated[str | None, typer.Option(help="not older than this, as in 90s, 10m, 2h, 1d")] = None,
    level: Annotated[Level | None, typer.Option(help="as grave as this at least")] = None,
    contains: Annotated[str, typer.Option(help="only lines with this text, in upper or lower case")] = "",
    actor: Annotated[str, typer.Option(help="only lines that name this actor")] = "",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="go on until Ctrl-C")] = False,
    lines: Annotated[int, typer.Option(help="the newest lines of each log", min=0)] = 20,
    json: JsonOption = False,
) -> None:
    """The logs of agents and sidecars in one, by time; each line is marked with whose it is."""
    seconds = _seconds(since)
    chosen = LogFilter(level, contains, actor)
    start = None if seconds is None else time.time() - seconds
    with where.workspace() as opened:
        wanted = reading.sources(opened, namespace or (), part or ())
        if follow:
            _follow(Follower(opened, wanted, chosen, since=start), lines, json=json)
        found = reading.newest(opened, wanted, chosen, since=start, lines=lines)
    if json:
        failures = {name: asdict(failure) for name, failure in found.failures.items()}
        lines_told = list(map(_fields, found.told))
        output.as_json({"lines": lines_told, "failures": failures, "older": found.older})
    else:
        _print(found.told)
        if chosen != LogFilter() and found.older:
            depth = f"{max(lines, reading.MOST_LINES):,}"
            older = f"Read were the newest {depth} lines of {', '.join(found.older)}; older ones exist"
            output.say(f"{older}: --lines reads more.", err=True)
    output.failures(found.failures)


def _print(told: Sequence[SourcedLine], *, json: bool = False) -> None:
    for each in told:
        output.say(codec.dumps(_fields(each), ensure_ascii=False) if json else _words(each))


def _follow(follower: Follower, lines: int, *, json: bool) -> NoReturn:
    """Until Ctrl-C, a JSON document a line; a log that fails, or is there again, is named once."""
    found, said = follower.newest(lines), set[str]()
    while True:
        _print(found.told, json=json)
        for name in found.failures.keys() - said:
            output.say(f"{name}: {found.failures[name].word}: {found.failures[name].what}", err=True)
        for name in said - found.failures.keys():
            output.say(f"{name}: read again", err=True)
        for skipped in found.skipped:
            output.say(f"{skipped.name}: {left_out(skipped)}", err=True)
        said = set(found.failures)
        time.sleep(_POLL_SECONDS)
        found = follower.more()


def _words(told: SourcedLine) -> str:
    replica = f" {told.line.replica}" if told.line.replica else ""
    return f"{told.source.name}{replica} | {told.line.raw}"


def _fields(told: SourcedLine) -> dict[str, Any]:
    return {**asdict(told.source), **asdict(told.line)}
