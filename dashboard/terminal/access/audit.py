"""The command that reads the audit log: `audit`."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from dashboard.model.core.times import parse_moment
from dashboard.services.access.audit import RESULT_ICONS, AuditLog
from dashboard.services.access.audit_search import AuditFilter, find
from dashboard.terminal.core import output
from dashboard.terminal.core.options import ClusterOptions, Data, JsonOption, NoCluster


def _since(value: str | None) -> str | None:
    if value and parse_moment(value, time.time()) is None:
        raise typer.BadParameter("say 15m, 2h, 7d, or a time such as 2026-11-24T09:00")
    return value


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(audit)


def audit(
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="the newest so many")] = 50,
    since: Annotated[str | None, typer.Option(callback=_since, help="15m, 2h, 7d or an ISO time")] = None,
    namespace: Annotated[str, typer.Option(help="only this namespace")] = "",
    who: Annotated[str, typer.Option(help="only this person")] = "",
    action: Annotated[str, typer.Option(help="only this, as in send or reset")] = "",
    result: Annotated[str, typer.Option(help="only done, refused or failed")] = "",
    text: Annotated[str, typer.Option(help="only where a text, an actor or a reason contains this")] = "",
    json: JsonOption = False,
    data: Data = None,
    _: NoCluster = None,
) -> None:
    """What was written from here, newest first, also what was refused or failed."""
    started = (parse_moment(since, time.time()) if since else None) or 0.0
    wanted = AuditFilter(text=text, namespace=namespace, action=action, result=result, who=who, since=started)
    log = AuditLog(ClusterOptions(data=data).settings.audit_file)
    found = find(log, wanted, limit=count)
    if json:
        output.as_json({"entries": [asdict(entry) for entry in found.entries]})
        return
    output.table(
        ("time", "result", "who", "action", "namespace", "actor", "ms", "text"),
        [
            (
                datetime.fromtimestamp(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
                f"{RESULT_ICONS[entry.result]} {entry.result}",
                entry.who,
                entry.action,
                entry.namespace,
                entry.actor_id,
                f"{entry.latency_ms:.0f}" if entry.latency_ms >= 0 else "",
                entry.why or entry.text,
            )
            for entry in found.entries
        ],
    )
