"""The one way to write: ask the guard, do it, and leave a line in the audit log of what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from dashboard.model.errors import WriteRefused
from dashboard.model.places import Place
from dashboard.services.audit import Entry
from dashboard.services.guard import Guard
from dashboard.services.workspace import Workspace

T = TypeVar("T")


@dataclass(frozen=True)
class Writing:
    """One person's writes to a workspace. Thread-safe."""

    workspace: Workspace
    guard: Guard

    def run(
        self, namespace: str, action: str, call: Callable[[Place], T], *, actor_id: str = "", text: str = ""
    ) -> T:
        """The value of `call`, made only where this person may write to `namespace`.

        Raises `WriteRefused`, or what `call` raises. Either way the log has one line of it: who refuses to
        leave a trace does not write.
        """

        def write() -> T:
            place = self.workspace.place(namespace)
            self.guard.may_write(namespace, protected=place.protected)
            return call(place)

        return self.workspace.audit.record(self._entry(namespace, action, actor_id, text), write)

    def ask(self, namespace: str, action: str) -> Place:
        """The namespace, where a write of many steps may begin. A refusal is a line in the log."""
        place = self.workspace.place(namespace)
        self.workspace.audit.check()
        try:
            self.guard.may_write(namespace, protected=place.protected)
        except WriteRefused as error:
            refused = replace(self._entry(namespace, action), result="refused", why=str(error))
            self.workspace.audit.append(refused)
            raise
        return place

    def unlock(self, namespace: str, typed: str) -> bool:
        """Unlock a protected namespace by its name, which is a line in the log too; whether it was its name.

        Raises `WriteRefused` for who may not write at all.
        """
        if typed.strip() != namespace:
            return False

        def unlock() -> bool:
            self.guard.may_write(namespace, protected=False)
            return self.guard.unlock(namespace, typed)

        return self.workspace.audit.record(self._entry(namespace, "unlock"), unlock)

    def lock(self, namespace: str) -> None:
        """Lock a namespace again."""
        self.guard.lock(namespace)
        self.workspace.audit.append(replace(self._entry(namespace, "lock"), result="done"))

    def _entry(self, namespace: str, action: str, actor_id: str = "", text: str = "") -> Entry:
        who = self.guard.person.who
        return Entry(time.time(), who, namespace, action, actor_id, text, cluster=self.workspace.title)
