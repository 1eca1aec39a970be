"""How a long step tells what it does."""

from __future__ import annotations

from collections.abc import Callable

Report = Callable[[str], None]  # given a line for the person who waits
