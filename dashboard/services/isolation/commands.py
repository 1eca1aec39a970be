"""The command that proves namespaces isolated."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.services.core.commands import daca_ops
from dashboard.services.core.settings import Settings


def verify(
    settings: Settings, namespaces: Sequence[str], protected: Sequence[str] = (), *, remove: str = ""
) -> str:
    """The line that proves the same namespaces isolated, or removes what is left of the actor `remove`."""
    removal = ("--remove", remove) if remove else ()
    unlocked = (word for name in protected for word in ("--unlock", name))
    return daca_ops(settings, "verify", *removal, *unlocked, namespaces=namespaces)
