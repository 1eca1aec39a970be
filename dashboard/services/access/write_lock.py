"""The lock on writing to a protected namespace: opened by typing its name, for a quarter of an hour."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

UNLOCK_SECONDS = 15 * 60


@dataclass
class WriteLock:
    """Which namespaces one person has unlocked, and until when."""

    clock: Callable[[], float] = time.time
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
