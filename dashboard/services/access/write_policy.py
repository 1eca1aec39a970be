"""Who may write where: by role, read-only mode, and the write lock of protected namespaces."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.model.access.person import Person
from dashboard.model.core.errors import WriteRefused
from dashboard.services.access.write_lock import WriteLock

READ_ONLY = "This dashboard is read-only. Unset DACA_READ_ONLY to write."
TYPE_ITS_NAME = "Type its name to unlock it for 15 minutes."


@dataclass
class WritePolicy:
    """One person's rights: kept per browser session or per command, never shared between users.

    `way_out` says how a protected namespace is unlocked where this policy stands.
    """

    read_only: bool = False
    person: Person = field(default_factory=Person)
    way_out: str = TYPE_ITS_NAME
    write_lock: WriteLock = field(default_factory=WriteLock)

    def never(self) -> str:
        """Why this person may write nowhere, whatever is unlocked; "" where they may."""
        if self.read_only:
            return READ_ONLY
        return self.person.may_not if self.person.role == "viewer" else ""

    def check(self, namespace: str, *, protected: bool) -> None:
        """Raise `WriteRefused` with the reason and the way out, or return."""
        never = self.never()
        if never:
            raise WriteRefused(never, word="no permission")
        if protected and self.write_lock.unlocked_until(namespace) is None:
            raise WriteRefused(f"{namespace} is protected. {self.way_out}")
