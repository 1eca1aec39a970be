"""Which namespaces are meant; none is written to where one that was asked for is not there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.model.core.errors import NotThere
from dashboard.services.core.namespaces import chosen, chosen_to_write
from dashboard.services.core.workspace import what_is_there


def workspace(*names: str) -> Any:
    there = tuple(SimpleNamespace(name=name) for name in names)
    return SimpleNamespace(endpoints=lambda: there, cluster=SimpleNamespace(why_down=lambda _: ""))


def test_reading_keeps_one_that_is_not_there_to_say_so() -> None:
    assert chosen(workspace("prod"), ["prod", "nowhere", "prod"]) == ("prod", "nowhere")


@pytest.mark.parametrize(
    ("asked", "named"), [(["prod", "nowhere"], "namespace nowhere"), (["a", ""], "namespaces a, ")]
)
def test_writing_stops_and_names_what_is_not_there(asked: list[str], named: str) -> None:
    with pytest.raises(NotThere) as refused:
        chosen_to_write(workspace("prod", *(f"n{number}" for number in range(20))), asked)
    assert f"There is no {named} in this cluster; nothing was written." in refused.value.what
    assert "There are prod, n0" in refused.value.hint
    assert "and 9 more" in refused.value.hint


@pytest.mark.parametrize(
    ("names", "why", "hint"),
    [
        ("ab", "See there.", "There are a, b. See there."),
        ("a", "", "There is a."),
        ("", "Start it.", "Start it."),
    ],
)
def test_what_is_there_is_said_with_the_reason_that_the_cluster_has(names: str, why: str, hint: str) -> None:
    there: Any = [SimpleNamespace(name=name) for name in names]
    assert what_is_there(there, why) == hint


def test_all_are_meant_where_none_is_asked_for() -> None:
    assert chosen_to_write(workspace("prod", "dev"), []) == ("prod", "dev")
    with pytest.raises(NotThere):
        chosen_to_write(workspace(), [])
