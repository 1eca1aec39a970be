"""Who works here, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["viewer", "operator"]


@dataclass(frozen=True)
class Person:
    """`who` is their name in the audit log; `may_not` tells a viewer who could write instead."""

    who: str = "local"
    role: Role = "operator"
    may_not: str = "You are a viewer. An operator may write."
