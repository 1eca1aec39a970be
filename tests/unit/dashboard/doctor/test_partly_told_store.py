"""A store that tells a part of its condition: rules on that part hold, the others say what is lacking."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.doctor.conditions import GroupBacklog, StoreCondition
from tests.unit.dashboard.doctor.made_up import Spoiled, healthy, look, rules

FIELDS = [field.name for field in fields(StoreCondition) if field.name not in {"database", "untold"}]
WHY = "The store does not permit it: 'info'."


def spoiled(name: str, **changed: object) -> Spoiled:
    made = healthy(name)
    assert made.store
    made.store = replace(made.store, **changed)  # type: ignore[arg-type]
    return made


def unchecked(*namespaces: Spoiled) -> set[str]:
    return {left.rule for left in look(*namespaces).not_checked if left.reason == WHY}


@pytest.mark.parametrize(
    ("field", "left"),
    [
        ("refuses_writes", {"store-refuses-writes"}),
        ("policy", set()),
        ("evicted", {"store-evicts"}),
        ("limit_bytes", {"store-near-limit", "store-evicts"}),
        ("append_only", {"store-not-persistent"}),
        ("pending", {"pending-old"}),
        ("apps", {"state-of-gone-app"}),
        ("event_types", {"event-type-never-published"}),
    ],
)
def test_a_rule_whose_part_is_not_known_says_so_and_the_others_hold(field: str, left: set[str]) -> None:
    found = unchecked(spoiled("prod", untold={field: WHY}))
    assert found == left
    assert not rules(look(spoiled("prod", untold={field: WHY})))


def test_what_is_known_of_a_list_is_judged() -> None:
    old = GroupBacklog(stream="s", group="g", count=1, idle_seconds=1e6, deliveries=9)
    report = look(spoiled("prod", pending=(old,), untold={"pending": WHY}))
    assert "pending-old" in rules(report)
    assert "pending-old" in {left.rule for left in report.not_checked}


def test_one_that_does_not_say_who_it_is_hides_no_other_that_is_shared() -> None:
    shared = [spoiled(name, run_id="one") for name in ("prod", "dev")]
    report = look(*shared, spoiled("test", untold={"run_id": WHY}))
    assert "store-shared" in rules(report)
    (left,) = [left for left in report.not_checked if left.rule == "store-shared"]
    assert "test" in left.reason


@given(st.sets(st.sampled_from(FIELDS)))
def test_no_lack_raises_an_alarm(lacking: set[str]) -> None:
    assert not rules(look(spoiled("prod", untold=dict.fromkeys(lacking, WHY))))
