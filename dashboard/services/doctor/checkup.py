"""From evidence to a report: every rule on every namespace, then the rules on all together."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from dashboard.model.doctor import SEVERITIES, Finding, NotChecked, Report
from dashboard.model.manifests import Manifests, namespace_of
from dashboard.model.places import Place
from dashboard.services.doctor import gathering
from dashboard.services.doctor.evidence import Evidence
from dashboard.services.doctor.gathering import Progress
from dashboard.services.doctor.rule import Rule
from dashboard.services.doctor.rules import ALL
from dashboard.services.workspace import Workspace

WORKLOADS = ("Deployment", "StatefulSet")


def places(workspace: Workspace, names: Sequence[str]) -> list[Place]:
    """The namespaces of these names, also those where something runs but not under the agent's app-id.

    Raises `NotThere` for one where nothing runs.
    """
    everywhere = workspace.places()
    known = {place.name for place in everywhere}
    strangers = [name for name in names if name not in known]
    declared = workspace.cluster.manifests(strangers) if strangers else Manifests()
    running = {namespace_of(item) for kind in WORKLOADS for item in declared.of(kind)} & set(strangers)
    app_id = workspace.settings.app_id
    kubectl = next((place.kubectl[:-1] for place in everywhere if place.kubectl), ("kubectl", "-n"))
    bare = {name: Place(name, app_id=app_id, kubectl=(*kubectl, name)) for name in running}
    return [bare.get(name) or workspace.place(name) for name in names]


def check(
    workspace: Workspace, places: Sequence[Place], progress: Progress = lambda done, total: None
) -> Report:
    """Look at these namespaces. What cannot be asked is in `not_checked`; nothing is raised."""
    started_at = time.time()
    evidences = gathering.of_cluster(workspace, places, progress)
    return judge(evidences, cluster=workspace.title, started_at=started_at)


def check_folder(folder: Path) -> Report:
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
) -> Report:
    """Apply every rule. Pure but for the clock."""
    outcomes = [outcome for e in evidences for rule in rules for outcome in rule.apply(e)]
    outcomes += [outcome for rule in rules for outcome in rule.apply_all(evidences)]
    findings = [found for found in outcomes if isinstance(found, Finding)]
    not_checked = [*besides, *(found for found in outcomes if isinstance(found, NotChecked))]
    names = tuple(evidence.namespace for evidence in evidences)
    order = {name: index for index, name in enumerate(names)}
    findings.sort(key=lambda f: (SEVERITIES.index(f.severity), order.get(f.namespace, 0)))
    return Report(cluster, names, tuple(findings), tuple(not_checked), started_at, time.time())
