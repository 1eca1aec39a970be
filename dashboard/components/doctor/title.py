"""The doctor's entry in the table of contents."""

from __future__ import annotations

from dashboard.components.core.frame import asked_cluster
from dashboard.components.core.provider import get_settings, shared
from dashboard.model.core.errors import GatewayError
from dashboard.services.core import cluster_choice
from dashboard.services.doctor.checkups import Checkups


def doctor_title() -> str:
    """With what the last look found, as in "Doctor 2 !"; none is made for it."""
    try:
        cluster = cluster_choice.shown(get_settings(), asked_cluster())
        report = shared(Checkups, cluster).standing.report
    except GatewayError:
        return "Doctor"  # the page says it
    return f"Doctor {report.short}".rstrip() if report else "Doctor"
