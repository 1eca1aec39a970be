"""The one way to write: ask the policy, do it, and leave a line in the audit log of what came of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.errors import WriteRefused
from dashboard.services.access.audit import AuditEntry, AuditLog
from dashboard.services.access.write_policy import WritePolicy
from dashboard.services.core.workspace import Workspace


@dataclass(frozen=True)
class AuditedWrites:
    """One person's writes to a workspace. Thread-safe."""

    workspace: Workspace
    policy: WritePolicy
    audit: AuditLog

    @contextmanager
    def to(self, namespace: str, action: str, *, actor_id: str = "", text: str = "") -> Iterator[Endpoint]:
        """The namespace's endpoint, to write to within the `with` where this person may.

        Raises `WriteRefused`, or what is raised within. Either way the log has one line of it: who refuses to
        leave a trace does not write.
        """
        with self.audit.recording(self._entry(namespace, action, actor_id, text)):
            endpoint = self.workspace.endpoint(namespace)
            self.policy.check(namespace, protected=endpoint.protected)
            yield endpoint

    def ask(self, namespace: str, action: str) -> Endpoint:
        """The namespace, where a write of many steps may begin. A refusal is a line in the log."""
        endpoint = self.workspace.endpoint(namespace)
        self.audit.check()
        try:
            self.policy.check(namespace, protected=endpoint.protected)
        except WriteRefused as error:
            refused = replace(self._entry(namespace, action), result="refused", why=str(error))
            self.audit.append(refused)
            raise
        return endpoint

    def unlock(self, namespace: str, typed: str) -> bool:
        """Unlock a protected namespace by its name, which is a line in the log too; whether it was its name.

        Raises `WriteRefused` for who may not write at all.
        """
        if typed.strip() != namespace:
            return False
        with self.audit.recording(self._entry(namespace, "unlock")):
            self.policy.check(namespace, protected=False)
            return self.policy.write_lock.unlock(namespace, typed)

    def lock(self, namespace: str) -> None:
        """Lock a namespace again."""
        self.policy.write_lock.lock(namespace)
        self.audit.append(replace(self._entry(namespace, "lock"), result="done"))

    def _entry(self, namespace: str, action: str, actor_id: str = "", text: str = "") -> AuditEntry:
        return AuditEntry(
            at=time.time(),
            who=self.policy.person.who,
            namespace=namespace,
            action=action,
            actor_id=actor_id,
            text=text,
            cluster=self.workspace.title,
        )


def open_writes(workspace: Workspace, policy: WritePolicy) -> AuditedWrites:
    """Writes that are recorded in the audit log of the workspace's settings."""
    return AuditedWrites(workspace, policy, AuditLog(workspace.settings.audit_file))
