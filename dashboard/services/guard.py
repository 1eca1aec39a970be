"""Who may write where: roles, read-only mode, and protected namespaces unlocked for a quarter of an hour."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from dashboard.model.errors import WriteRefused
from dashboard.model.people import Person

UNLOCK_SECONDS = 15 * 60
READ_ONLY = "This dashboard is read-only. Unset DACA_READ_ONLY to write."
TYPE_ITS_NAME = "Type its name to unlock it for 15 minutes."


@dataclass
class Guard:
    """One person's rights: kept per browser session or per command, never shared between users.

    `way_out` says how a protected namespace is unlocked where this guard stands.
    """

    read_only: bool = False
    clock: Callable[[], float] = time.time
    person: Person = field(default_factory=Person)
    way_out: str = TYPE_ITS_NAME
    _unlocked: dict[str, float] = field(default_factory=dict)

    def unlock(self, namespace: str, typed: str) -> bool:
        """Unlock `namespace` for 15 minutes if its name was typed; whether it was."""
        if typed.strip() != namespace:
            return False
        self._unlocked[namespace] = self.clock() + UNLOCK_SECONDS
        return True

    def lock(self, namespace: str) -> None:
        """Lock `namespace` again before its time is over."""
        self._unlocked.pop(namespace, None)

    def unlocked_until(self, namespace: str) -> float | None:
        """Unix seconds when `namespace` locks itself again, None while it is locked."""
        until = self._unlocked.get(namespace, 0.0)
        return until if until > self.clock() else None

    def never(self) -> str:
        """Why this person may write nowhere, whatever is unlocked; "" where they may."""
        if self.read_only:
            return READ_ONLY
        return self.person.may_not if self.person.role == "viewer" else ""

    def may_write(self, namespace: str, *, protected: bool) -> None:
        """Raise `WriteRefused` with the reason and the way out, or return."""
        never = self.never()
        if never:
            raise WriteRefused(never, word="no permission")
        if protected and self.unlocked_until(namespace) is None:
            raise WriteRefused(f"{namespace} is protected. {self.way_out}")
