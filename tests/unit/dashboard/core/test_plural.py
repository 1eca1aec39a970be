"""One of a thing is not "1 things"."""

from __future__ import annotations

import pytest

from dashboard.model.core.plural import counted


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 turns"), (1, "1 turn"), (2, "2 turns"), (1_200, "1,200 turns")]
)
def test_things_are_counted_in_words(count: int, words: str) -> None:
    assert counted(count, "turn") == words
