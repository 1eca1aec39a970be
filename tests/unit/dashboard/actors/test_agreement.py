"""Whether namespaces agree with each other: claimed of what was read of both, and of that alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.model.actors.agreement import agreement, in_words
from dashboard.model.chat.alignment import ReadTimes
from dashboard.model.chat.messages import Turn
from tests.unit.dashboard.actors.test_truth import turns


def words(prod: list[Turn], dev: list[Turn], *, last: int | None = None, silent: tuple[str, ...] = ()) -> str:
    held = {"prod": tuple(prod), "dev": tuple(dev)}
    times = {name: ReadTimes(asked_at=at, read_at=at) for name, at in (("prod", 10), ("dev", 10))}
    numbers = {name: last or (held[name][-1].number if held[name] else 0) for name in held}
    return in_words(agreement(held, last=numbers, times=times, silent=silent, now=10), silent)


def test_equal_histories_agree() -> None:
    assert words(turns(3), turns(3)) == "All the 3 turns shown are the same in prod and dev"
    assert words(turns(1), turns(1)) == "The turn shown is the same in prod and dev"
    assert words([], []) == "There is no turn in prod and dev"


def test_what_differs_is_counted_and_named() -> None:
    other = [*turns(2), replace(turns(3)[2], answer="another")]
    assert words(turns(3), other).endswith(
        "2 of the 3 turns shown are the same in prod and dev; 1 differs: turn 3"
    )
    assert words(turns(3), turns(2)).endswith("; 1 only in prod: turn 3")
    assert words(turns(9), turns(2)).endswith(
        "; 7 only in prod: turn 5, turn 6, turn 7, turn 8, turn 9 and 2 older"
    )


def test_turns_beyond_what_is_shown_are_not_said_to_be_missing() -> None:
    told = words(turns(40)[20:], turns(30)[10:])
    assert "10 not read everywhere" in told
    assert "10 only in prod" in told  # the newest turn of dev is 30
    assert "only in" not in words(turns(3), turns(5), last=9)


def test_one_that_cannot_be_read_is_named() -> None:
    assert words(turns(1), turns(1), silent=("test",)).endswith("; test cannot be read")


@pytest.mark.parametrize("silent", [[], ["dev"]])
def test_one_alone_is_no_agreement(silent: list[str]) -> None:
    alone = agreement({"prod": tuple(turns(1))}, last={"prod": 1}, times={}, silent=silent, now=0)
    assert in_words(alone, silent) == (
        "Whether the namespaces agree is not known: dev cannot be read" if silent else ""
    )
