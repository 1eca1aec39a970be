"""How long a call takes."""

from __future__ import annotations

import time
from collections.abc import Callable


def timed(call: Callable[[], object]) -> float:
    """Seconds from its begin to its end."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
