"""Who may write where: read-only mode, and protected namespaces unlocked for a quarter of an hour."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from dashboard.model.errors import WriteRefused

UNLOCK_SECONDS = 15 * 60


@dataclass
class Guard:
    """One person's rights: kept per browser session or per command, never shared between users."""

    read_only: bool = False
    clock: Callable[[], float] = time.time
    _unlocked: dict[str, float] = field(default_factory=dict)

    def unlock(self, namespace: str, typed: str) -> bool:
        """Unlock `namespace` for 15 minutes if its name was typed; whether it was."""
        if typed.strip() != namespace:
            return False
        self._unlocked[namespace] = self.clock() + UNLOCK_SECONDS
        return True

    def seconds_left(self, namespace: str) -> int:
        """How long `namespace` stays unlocked, 0 when it is locked."""
        return max(0, int(self._unlocked.get(namespace, 0) - self.clock()))

    def may_write(self, namespace: str, *, protected: bool) -> None:
        """Raise `WriteRefused` with the reason and the way out, or return."""
        if self.read_only:
            raise WriteRefused("This dashboard is read-only. Unset DACA_READ_ONLY to write.")
        if protected and not self.seconds_left(namespace):
            raise WriteRefused(f"{namespace} is protected. Type its name to unlock it for 15 minutes.")
