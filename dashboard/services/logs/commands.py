"""The commands that follow logs."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from dashboard.model.core.kubernetes import SIDECAR
from dashboard.model.logs.log import LogFilter
from dashboard.services.core.commands import daca_ops
from dashboard.services.core.workspace import Workspace


def logs(
    workspace: Workspace, namespaces: Sequence[str], parts: Sequence[str], chosen: LogFilter, since: str
) -> dict[str, str]:
    """The lines that follow the same logs; with kubectl, one for each namespace and part, unfiltered."""
    options = {
        "since": since,
        "level": chosen.level or "",
        "contains": chosen.contains,
        "actor": chosen.actor_id,
    }
    said = [f"--{name}={value}" for name, value in options.items() if value]
    said += [f"--part={part}" for part in parts]
    lines = {"all of them": daca_ops(workspace.settings, "logs", "-f", *said, namespaces=namespaces)}
    context = ("--context", workspace.settings.context) if workspace.settings.context else ()
    for name in namespaces:
        deployed = workspace.cluster.deployed(name)
        if deployed is None:
            continue
        for part in parts:
            words = ["kubectl", *context, "-n", name, "logs", "-f", deployed.workload.lower()]
            words += ["-c", SIDECAR] if part == "sidecar" else []
            words += [f"--since={since}"] if since else []
            lines[f"{part} of {name}"] = shlex.join(words)
    return lines
