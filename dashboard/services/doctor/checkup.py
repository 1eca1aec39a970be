"""From evidence to a report: every rule on every namespace, then the rules on all together."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.manifests import Manifests, namespace_of
from dashboard.model.doctor.report import SEVERITIES, DoctorReport, Finding, NotChecked
from dashboard.services.core.workspace import Workspace
from dashboard.services.doctor import gathering
from dashboard.services.doctor.evidence import Evidence
from dashboard.services.doctor.gathering import Progress
from dashboard.services.doctor.rule import Rule
from dashboard.services.doctor.rules import ALL

WORKLOADS = ("Deployment", "StatefulSet")


def endpoints(workspace: Workspace, names: Sequence[str]) -> list[Endpoint]:
    """The namespaces of these names, also those where something runs but not under the agent's app-id.

    Raises `NotThere` for one where nothing runs.
    """
    everywhere = workspace.endpoints()
    known = {endpoint.name for endpoint in everywhere}
    strangers = [name for name in names if name not in known]
    declared = workspace.cluster.manifests(strangers) if strangers else Manifests()
    running = {namespace_of(item) for kind in WORKLOADS for item in declared.of(kind)} & set(strangers)
    app_id = workspace.settings.app_id
    kubectl = next((endpoint.kubectl[:-1] for endpoint in everywhere if endpoint.kubectl), ("kubectl", "-n"))
    bare = {name: Endpoint(name=name, app_id=app_id, kubectl=(*kubectl, name)) for name in running}
    return [bare.get(name) or workspace.endpoint(name) for name in names]


def check(
    workspace: Workspace, endpoints: Sequence[Endpoint], progress: Progress = lambda done, total: None
) -> DoctorReport:
    """Look at these namespaces. What cannot be asked is in `not_checked`; nothing is raised."""
    started_at = time.time()
    evidences = gathering.of_cluster(workspace, endpoints, progress)
    return judge(evidences, cluster=workspace.title, started_at=started_at)


def check_folder(folder: Path) -> DoctorReport:
    """Look at YAML that is not applied; raises `NotThere`."""
    started_at = time.time()
    evidences, unread = gathering.of_folder(folder)
    broken = (NotChecked("all", "", f"{file}: {reason}") for file, reason in unread.items())
    return judge(evidences, cluster=str(folder), started_at=started_at, besides=broken)


def judge(
    evidences: Sequence[Evidence],
    *,
    cluster: str,
    started_at: float,
    besides: Iterable[NotChecked] = (),
    rules: Sequence[Rule] = ALL,
) -> DoctorReport:
    """Apply every rule. Pure but for the clock."""
    outcomes = [outcome for e in evidences for rule in rules for outcome in rule.apply(e)]
    outcomes += [outcome for rule in rules for outcome in rule.apply_all(evidences)]
    findings = [found for found in outcomes if isinstance(found, Finding)]
    not_checked = [*besides, *(found for found in outcomes if isinstance(found, NotChecked))]
    names = tuple(evidence.namespace for evidence in evidences)
    order = {name: index for index, name in enumerate(names)}
    findings.sort(key=lambda f: (SEVERITIES.index(f.severity), order.get(f.namespace, 0)))
    return DoctorReport(
        cluster=cluster,
        namespaces=names,
        findings=tuple(findings),
        not_checked=tuple(not_checked),
        started_at=started_at,
        ended_at=time.time(),
    )
