"""The doctor on a running stack, and what is declared there changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from dashboard.model.core.endpoints import Endpoint
from dashboard.model.doctor.report import DoctorReport
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import Workspace, open_workspace
from dashboard.services.doctor import checkup
from local.layout import Layout

Documents = dict[str, dict[str, Any]]


@contextmanager
def workspace(settings: Settings) -> Iterator[Workspace]:
    opened = open_workspace(settings)
    try:
        yield opened
    finally:
        opened.close()


def look(data: Path, change: Callable[[Endpoint], Endpoint] = lambda endpoint: endpoint) -> DoctorReport:
    with workspace(Settings(data=data)) as opened:
        return checkup.check(opened, [change(endpoint) for endpoint in opened.endpoints()])


def found(report: DoctorReport) -> set[tuple[str, str]]:
    return {(finding.rule, finding.namespace) for finding in report.findings}


def resources(data: Path, name: str = "dev") -> Path:
    return Layout(data).resources(name) / "resources.yaml"


def edit(file: Path, change: Callable[[Documents], object]) -> None:
    """Change the documents of a file, which go by their names."""
    documents = {item["metadata"]["name"]: item for item in yaml.safe_load_all(file.read_text())}
    change(documents)
    file.write_text(yaml.safe_dump_all(documents.values(), sort_keys=False))


def spec(**values: object) -> Callable[[Documents], object]:
    return lambda documents: documents["message-subscription"]["spec"].update(values)
