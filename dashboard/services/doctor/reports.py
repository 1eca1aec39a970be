"""A report as JSON for scripts, SARIF for code hosts, Markdown for people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from dashboard.model.doctor.report import MARKS, DoctorReport, Finding, Severity
from dashboard.services.core.markdown import as_code
from dashboard.services.doctor.rules import ALL

_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_plain(report: DoctorReport) -> dict[str, Any]:
    """The shape of `daca-ops doctor --json`."""
    return {
        "findings": [
            {
                "rule": found.rule,
                "severity": found.severity,
                "namespace": found.namespace,
                "object": found.object,
                "seen": found.seen,
                "why": found.why,
                "fix": found.fix,
                "docs": found.docs,
                "commands": list(found.commands),
                "source": found.source or None,
            }
            for found in report.findings
        ],
        "not_checked": [
            {"rule": left.rule, "namespace": left.namespace, "reason": left.reason}
            for left in report.not_checked
        ],
    }


def all_forms(report: DoctorReport) -> tuple[tuple[str, str, str], ...]:
    """(label, file ending, text) of each form."""
    return (
        ("Markdown", "md", as_markdown(report)),
        ("JSON", "json", as_json(report)),
        ("SARIF", "sarif", json.dumps(as_sarif(report), ensure_ascii=False, indent=2)),
    )


def as_json(report: DoctorReport) -> str:
    return json.dumps(as_plain(report), ensure_ascii=False, indent=2)


def as_sarif(report: DoctorReport) -> dict[str, Any]:
    """SARIF 2.1.0 (OASIS): a result per finding, with file and line where the object came from a file."""
    ids = [rule.id for rule in ALL]
    rules = [
        {
            "id": rule.id,
            "shortDescription": {"text": rule.id.replace("-", " ")},
            "fullDescription": {"text": rule.why},
            "helpUri": rule.docs,
            "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        }
        for rule in ALL
    ]
    return {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "daca-ops doctor", "rules": rules}},
                "invocations": [
                    {"executionSuccessful": True, "toolExecutionNotifications": _left_out(report)}
                ],
                "results": [_result(found, ids.index(found.rule)) for found in report.findings],
            }
        ],
    }


def _left_out(report: DoctorReport) -> list[dict[str, Any]]:
    return [
        {
            "level": "note",
            "message": {"text": f"{left.namespace} {left.reason}".strip()},
            "descriptor": {"id": left.rule},
        }
        for left in report.not_checked
    ]


def _result(found: Finding, index: int) -> dict[str, Any]:
    logical = f"{found.namespace}/{found.object}".strip("/")
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": logical, "kind": "resource"}]}
    file, _, line = found.source.rpartition(":")
    if file:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": file},
            "region": {"startLine": int(line)},
        }
    return {
        "ruleId": found.rule,
        "ruleIndex": index,
        "level": _LEVELS[found.severity],
        "message": {"text": f"{logical}: {found.seen} {found.why} {found.fix}"},
        "locations": [location],
    }


def as_markdown(report: DoctorReport) -> str:
    """Findings as a table; texts are code, so that none is markup."""
    lines = [
        f"# Doctor: {as_code(report.cluster)}",
        "",
        f"{report.sentence}, at {_time(report.ended_at)}.",
        "",
    ]
    if report.findings:
        head = ("severity", "namespace", "object", "rule", "seen", "fix")
        rows = (
            (
                f"{MARKS[f.severity]} {f.severity}",
                as_code(f.namespace),
                as_code(f.object),
                f"[{f.rule}]({f.docs})",
                as_code(f.seen),
                as_code(" ".join((f.fix, *f.commands))),
            )
            for f in report.findings
        )
        lines += _table(head, rows)
    if report.not_checked:
        lines += ["", "## Could not check", ""]
        rows_left = ((n.rule, as_code(n.namespace or "all"), as_code(n.reason)) for n in report.not_checked)
        lines += _table(("rule", "namespace", "because"), rows_left)
    return "\n".join(lines) + "\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|{' --- |' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
