"""Writing is guarded: roles, read-only mode, and protected namespaces unlocked by name for a while."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.access.person import Person
from dashboard.model.core.errors import WriteRefused
from dashboard.services.access.write_lock import UNLOCK_SECONDS, WriteLock
from dashboard.services.access.write_policy import WritePolicy

VIEWER = Person("ana", "viewer", "ana is a viewer. Operators may write.")


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_read_only_refuses_even_an_unlocked_namespace() -> None:
    policy = WritePolicy(read_only=True)
    assert policy.write_lock.unlock("prod", "prod")
    with pytest.raises(WriteRefused, match="read-only"):
        policy.check("prod", protected=True)


@given(unlocked=st.booleans(), protected=st.booleans())
def test_a_viewer_writes_nowhere_and_reads_who_could(unlocked: bool, protected: bool) -> None:
    policy = WritePolicy(person=VIEWER)
    if unlocked:
        policy.write_lock.unlock("dev", "dev")
    with pytest.raises(WriteRefused, match="Operators may write") as refused:
        policy.check("dev", protected=protected)
    assert refused.value.word == "no permission"


def test_a_protected_namespace_opens_by_its_name_and_closes_again() -> None:
    clock = Clock()
    policy = WritePolicy(write_lock=WriteLock(clock))
    with pytest.raises(WriteRefused, match="prod is protected"):
        policy.check("prod", protected=True)
    assert not policy.write_lock.unlock("prod", "dev")
    assert policy.write_lock.unlock("prod", " prod ")
    assert policy.write_lock.unlocked_until("prod") == clock.now + UNLOCK_SECONDS
    policy.check("prod", protected=True)
    clock.now += UNLOCK_SECONDS
    with pytest.raises(WriteRefused):
        policy.check("prod", protected=True)
    assert policy.write_lock.unlocked_until("prod") is None


def test_what_is_locked_again_stays_locked() -> None:
    policy = WritePolicy()
    policy.write_lock.unlock("prod", "prod")
    policy.write_lock.lock("prod")
    with pytest.raises(WriteRefused):
        policy.check("prod", protected=True)


def test_unlocking_one_leaves_the_other_locked() -> None:
    policy = WritePolicy()
    policy.write_lock.unlock("prod", "prod")
    with pytest.raises(WriteRefused):
        policy.check("live", protected=True)


def test_an_unprotected_namespace_needs_nothing() -> None:
    WritePolicy().check("dev", protected=False)


def test_the_refusal_says_how_to_unlock_where_one_stands() -> None:
    with pytest.raises(WriteRefused, match="--unlock"):
        WritePolicy(way_out="Write to it with --unlock and its name.").check("prod", protected=True)
