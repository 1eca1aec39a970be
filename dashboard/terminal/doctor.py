"""The command that looks for misconfigurations: `doctor`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from dashboard.model.core.errors import GatewayError
from dashboard.model.doctor.report import MARKS, DoctorReport
from dashboard.terminal.core import options, output
from dashboard.terminal.core.options import ClusterOptions, JsonOption, Namespaces, with_cluster_options

DoctorFormat = Annotated[
    Literal["text", "json", "sarif", "markdown"], typer.Option("--format", help="how to print it")
]
Folder = Annotated[
    Path | None, typer.Option("-f", "--folder", help="YAML that is not applied yet: a folder or a file")
]
MANY = 20


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(with_cluster_options(doctor))


def doctor(
    where: ClusterOptions,
    namespace: Namespaces = None,
    folder: Folder = None,
    json: JsonOption = False,
    format: DoctorFormat = "text",
) -> None:
    """Name each misconfiguration with its fix; only reads.

    Exit status 1 with an error among the findings, 2 where a namespace or the cluster is not there, or a file
    could not be read.
    """
    from dashboard.services.doctor import checkup  # brings the clients along

    try:
        if folder:
            report = checkup.check_folder(folder, os.environ.get("DACA_APP_ID", ""))
        else:
            with where.workspace() as opened:
                endpoints = checkup.endpoints(opened, options.chosen(opened, namespace))
                report = checkup.check(opened, endpoints, _progress)
    except GatewayError as error:
        output.say(f"daca-ops: {error.word}: {error.what} {error.hint}\n{error.command}".rstrip(), err=True)
        raise typer.Exit(2) from error
    _print(report, "json" if json else format)
    if report.counts["error"]:
        raise typer.Exit(1)
    if any(left.rule == checkup.UNREAD for left in report.not_checked):
        raise typer.Exit(2)


def _progress(done: int, total: int) -> None:
    """A line that counts up, where somebody watches and there is something to wait for."""
    if total > MANY and sys.stderr.isatty():
        typer.echo(f"\r{done:,} of {total:,} namespaces", nl=done == total, err=True)


def _print(report: DoctorReport, format: str) -> None:
    from dashboard.services.doctor import reports

    if format == "json":
        output.as_json(reports.as_plain(report))
    elif format == "sarif":
        output.as_json(reports.as_sarif(report))
    elif format == "markdown":
        output.say(reports.as_markdown(report), nl=False)
    else:
        _say(report)


def _say(report: DoctorReport) -> None:
    from dashboard.services.doctor.checkup import UNREAD

    for found in report.findings:
        where = f"{found.namespace} {found.object}".strip()
        output.say(f"{MARKS[found.severity]} {found.severity}: {where}: {found.rule}")
        lines = (
            found.seen,
            found.why,
            f"Fix: {found.fix}",
            *found.commands,
            f"See {found.docs}",
            found.source,
        )
        body = "\n".join(filter(None, lines))
        output.say("\n".join(f"    {line}" for line in body.splitlines()) + "\n")
    for reason, names, rules in report.left_out:
        if rules == (UNREAD,):
            output.say(f"? Not read: {reason}")
        else:
            output.say(f"? {', '.join(names)}: could not check {', '.join(rules)}, because: {reason}")
    output.say(report.sentence)
