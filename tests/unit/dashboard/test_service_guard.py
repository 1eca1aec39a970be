"""Writing is guarded: roles, read-only mode, and protected namespaces unlocked by name for a while."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.errors import WriteRefused
from dashboard.model.people import Person
from dashboard.services.guard import UNLOCK_SECONDS, Guard

VIEWER = Person("ana", "viewer", "ana is a viewer. Operators may write.")


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


@given(unlocked=st.booleans(), protected=st.booleans())
def test_a_viewer_writes_nowhere_and_reads_who_could(unlocked: bool, protected: bool) -> None:
    guard = Guard(person=VIEWER)
    if unlocked:
        guard.unlock("dev", "dev")
    with pytest.raises(WriteRefused, match="Operators may write") as refused:
        guard.may_write("dev", protected=protected)
    assert refused.value.word == "no permission"


def test_a_protected_namespace_opens_by_its_name_and_closes_again() -> None:
    clock = Clock()
    guard = Guard(clock=clock)
    with pytest.raises(WriteRefused, match="prod is protected"):
        guard.may_write("prod", protected=True)
    assert not guard.unlock("prod", "dev")
    assert guard.unlock("prod", " prod ")
    assert guard.unlocked_until("prod") == clock.now + UNLOCK_SECONDS
    guard.may_write("prod", protected=True)
    clock.now += UNLOCK_SECONDS
    with pytest.raises(WriteRefused):
        guard.may_write("prod", protected=True)
    assert guard.unlocked_until("prod") is None


def test_what_is_locked_again_stays_locked() -> None:
    guard = Guard()
    guard.unlock("prod", "prod")
    guard.lock("prod")
    with pytest.raises(WriteRefused):
        guard.may_write("prod", protected=True)


def test_unlocking_one_leaves_the_other_locked() -> None:
    guard = Guard()
    guard.unlock("prod", "prod")
    with pytest.raises(WriteRefused):
        guard.may_write("live", protected=True)


def test_an_unprotected_namespace_needs_nothing() -> None:
    Guard().may_write("dev", protected=False)


def test_the_refusal_says_how_to_unlock_where_one_stands() -> None:
    with pytest.raises(WriteRefused, match="--unlock"):
        Guard(way_out="Write to it with --unlock and its name.").may_write("prod", protected=True)
