"""The command that lists what was written."""

from __future__ import annotations

import shlex
from dataclasses import asdict

from dashboard.model.core.times import iso_utc
from dashboard.services.access.audit_search import AuditFilter
from dashboard.services.core.settings import Settings, default_data


def audit(wanted: AuditFilter, settings: Settings) -> str:
    """The line that lists the same entries of the audit log, which may be in a pod."""
    since = iso_utc(wanted.since, "seconds") if wanted.since else ""
    elsewhere = settings.data != default_data() and not settings.way_in
    options = {**asdict(wanted), "since": since, "data": str(settings.data) if elsewhere else ""}
    said = (shlex.quote(f"--{name}={value}") for name, value in options.items() if value)
    program = f"{settings.way_in} python3 -m dashboard" if settings.way_in else "daca-ops"
    return " ".join((program, "audit", *said))
