"""From evidence to a report: every rule on every namespace, then the rules on all together."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.manifests import Manifests, namespace_of
from dashboard.model.doctor.report import SEVERITIES, DoctorReport, Finding, NotChecked
from dashboard.services.core.workspace import Workspace
from dashboard.services.doctor import gathering
from dashboard.services.doctor.app import LISTED_WORKLOADS
from dashboard.services.doctor.evidence import Evidence
from dashboard.services.doctor.folder import UNNAMED, setups
from dashboard.services.doctor.gathering import Progress
from dashboard.services.doctor.rule import Rule
from dashboard.services.doctor.rules import ALL
from dashboard.services.doctor.rules.schema import key_twice

WORKLOADS = ("Deployment", "StatefulSet")
UNREAD = "all"  # the rule of what could not be read at all


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
    besides = [left for evidence in evidences for left in unlisted(evidence)]
    return judge(evidences, cluster=workspace.title, started_at=started_at, besides=besides)


def unlisted(evidence: Evidence) -> Iterator[NotChecked]:
    """Kinds of workloads that hide no other where they may not be listed."""
    for kind in LISTED_WORKLOADS:
        reason = evidence.why_undeclared(kind)
        if reason:
            yield NotChecked(f"{kind}s", evidence.namespace, reason)


def check_folder(folder: Path, app_id: str = "") -> DoctorReport:
    """Look at YAML that is not applied, for one app or for all; raises `NotThere`."""
    started_at = time.time()
    found, read = setups(folder, app_id)
    reports = [judge(setup.evidences, cluster=str(folder), started_at=started_at) for setup in found]
    names = dict.fromkeys(name for report in reports for name in report.namespaces)
    findings = [*map(_fault, read.faults), *(found for report in reports for found in report.findings)]
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    left = [NotChecked(UNREAD, "", f"{file}: {reason}") for file, reason in read.unread.items()]
    left += dict.fromkeys(left_out for report in reports for left_out in report.not_checked)
    return DoctorReport(
        cluster=str(folder),
        namespaces=tuple(names),
        findings=tuple(findings),
        not_checked=tuple(left),
        started_at=started_at,
        ended_at=time.time(),
    )


def _fault(fault: tuple[str, str, str]) -> Finding:
    """A mistake of the file itself, which no rule on objects can see."""
    key, source, words = fault
    namespace, _, about = key.partition("/")
    file, _, line = source.rpartition(":")
    return Finding(
        rule=key_twice.id,
        severity=key_twice.severity,
        namespace=namespace or UNNAMED,
        object=about,
        seen=words,
        why=key_twice.why,
        fix="Keep one of the two.",
        docs=key_twice.docs,
        commands=(f"${{EDITOR:-vi}} +{line} {shlex.quote(file)}",),
        source=source,
    )


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
