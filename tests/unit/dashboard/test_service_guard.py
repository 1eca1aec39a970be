"""Writing is guarded: read-only mode, and protected namespaces unlocked by name for a while."""

from __future__ import annotations

import pytest

from dashboard.model.errors import WriteRefused
from dashboard.services.guard import UNLOCK_SECONDS, Guard


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_read_only_refuses_even_an_unlocked_namespace() -> None:
    guard = Guard(read_only=True)
    assert guard.unlock("prod", "prod")
    with pytest.raises(WriteRefused, match="read-only"):
        guard.may_write("prod", protected=True)


def test_a_protected_namespace_opens_by_its_name_and_closes_again() -> None:
    clock = Clock()
    guard = Guard(clock=clock)
    with pytest.raises(WriteRefused, match="prod is protected"):
        guard.may_write("prod", protected=True)
    assert not guard.unlock("prod", "dev")
    assert guard.unlock("prod", " prod ")
    guard.may_write("prod", protected=True)
    clock.now += UNLOCK_SECONDS
    with pytest.raises(WriteRefused):
        guard.may_write("prod", protected=True)


def test_unlocking_one_leaves_the_other_locked() -> None:
    guard = Guard()
    guard.unlock("prod", "prod")
    with pytest.raises(WriteRefused):
        guard.may_write("live", protected=True)


def test_an_unprotected_namespace_needs_nothing() -> None:
    Guard().may_write("dev", protected=False)
