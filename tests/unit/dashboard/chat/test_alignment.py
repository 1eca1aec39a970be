"""Alignment keeps every turn, in order, exactly once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.chat.alignment import ReadTimes, align, difference
from dashboard.model.chat.messages import Message, Turn, turns_of
from dashboard.model.stores.decoding import unwrap
from dashboard.model.stores.keys import parse_key

words = st.lists(st.sampled_from(["hi", "price?", "bye", "ok"]), max_size=12)


def turns(contents: list[str]) -> tuple[Turn, ...]:
    return tuple(
        Turn(number=n, user=text, answer=f"Got your message: {text}")
        for n, text in enumerate(contents, start=1)
    )


@given(words, words, words)
def test_each_turn_appears_once_and_in_order(a: list[str], b: list[str], c: list[str]) -> None:
    histories = {"prod": turns(a), "dev": turns(b), "test": turns(c)}
    comparison = align(histories)
    for name, history in histories.items():
        assert tuple(row.cells[name] for row in comparison.rows if row.cells[name]) == history


@given(words)
def test_equal_histories_are_the_same_throughout(contents: list[str]) -> None:
    comparison = align({"prod": turns(contents), "dev": turns(contents)})
    assert comparison.count("same") == len(contents) == len(comparison.rows)


def test_a_turn_of_one_namespace_does_not_shift_the_rest() -> None:
    comparison = align({"prod": turns(["hi", "price?", "bye"]), "dev": turns(["hi", "bye"])})
    assert [row.words for row in comparison.rows] == ["same", "only in prod", "same"]


def test_the_namespace_that_lacks_history_is_told() -> None:
    comparison = align({"prod": (), "dev": turns(["hi"])})
    assert [row.words for row in comparison.rows] == ["only in dev"]


def test_another_answer_differs() -> None:
    comparison = align(
        {"prod": (Turn(number=1, user="hi", answer="a"),), "dev": (Turn(number=1, user="hi", answer="b"),)}
    )
    assert [row.words for row in comparison.rows] == ["differs"]


@given(st.lists(st.sampled_from(["user", "assistant"]), max_size=20))
def test_no_message_is_lost_in_pairing(roles: list[str]) -> None:
    messages = [Message(role=role, content=f"m{n}") for n, role in enumerate(roles)]
    texts = [text for t in turns_of(messages) for text in (t.user, t.answer) if text]
    assert texts == [m.content for m in messages]


@given(st.text())
def test_any_key_and_any_text_is_readable(text: str) -> None:
    assert parse_key(text).raw == text
    unwrap(text)


def test_a_dapr_key_is_taken_apart_and_nested_json_unwrapped() -> None:
    key = parse_key("chat-agent||ChatAgent||user1||history-user1")
    assert (key.kind, key.path[2]) == ("actor", "user1")
    assert unwrap('"{\\"a\\": [1]}"') == {"a": [1]}
    assert unwrap("10s") == "10s"


@given(words, st.integers(0, 12), st.integers(0, 12))
def test_two_windows_of_one_history_never_claim_a_difference(whole: list[str], a: int, b: int) -> None:
    """Pages that end at different turns must not make the turns between look like they are missing."""
    history = turns([f"{n} {text}" for n, text in enumerate(whole)])
    pages = {"prod": history[a:], "dev": history[b:]}
    more = frozenset(name for name, start in (("prod", a), ("dev", b)) if start)
    if all(pages.values()):
        assert not align(pages, more_before=more).differing


def test_a_turn_beyond_the_page_is_not_read_and_one_within_it_is_missing() -> None:
    whole = turns(["a", "b", "c", "d"])
    comparison = align({"prod": whole, "dev": (whole[1], whole[3])}, more_before=frozenset({"dev"}))
    assert [row.words for row in comparison.rows] == ["not read everywhere", "same", "only in prod", "same"]
    comparison = align({"prod": whole, "dev": whole[:2]}, more_after=frozenset({"dev"}))
    assert [row.verdict for row in comparison.rows] == ["same", "same", "unread", "unread"]


def test_what_differs_is_marked_by_part_and_word() -> None:
    histories = {
        "prod": [Turn(number=1, user="price?", answer="5 euros")],
        "dev": [Turn(number=1, user="price?", answer="6 euros")],
    }
    (row,) = align(histories).rows
    assert difference(row) == "--- prod\n+++ dev\n@@ answer @@\n- [-5-] euros\n+ {+6+} euros"


def test_no_answer_and_an_empty_one_are_told_apart() -> None:
    (row,) = align(
        {"prod": [Turn(number=1, user="a", answer=None)], "dev": [Turn(number=1, user="a", answer="")]}
    ).rows
    assert (row.verdict, difference(row)) == (
        "differs",
        "--- prod\n+++ dev\n@@ answer, none stored in prod @@",
    )


def test_a_long_difference_says_what_it_leaves_out_and_can_be_had_whole() -> None:
    texts = ("x" * 5_000, "\n".join(f"{n}" for n in range(4_000)))
    (row,) = align(
        {name: [Turn(number=1, user=t, answer="")] for name, t in zip("ab", texts, strict=True)}
    ).rows
    assert "more characters" in difference(row)
    assert "x" * 5_000 in difference(row, whole=True)


def read_at(at: float, **there: float) -> ReadTimes:
    """Asked at `at`, answered a second later; its first turns are known since `there`, a text's name each."""
    known = {turn: there[turn.user] for turn in turns(list(there))}
    return ReadTimes(asked_at=at, read_at=at + 1, there=known)


PROD, DEV = turns(["hi", "price?"]), turns(["hi"])


@pytest.mark.parametrize(
    ("prod", "dev", "words"),
    [
        (read_at(10), read_at(12), "only in prod"),  # asked after prod had answered
        (read_at(10), read_at(11), "only in prod"),
        (read_at(10), read_at(10), "not known: dev last read 19 s ago"),  # both asked at once
        (read_at(10), read_at(4), "not known: dev last read 25 s ago"),
        (read_at(10, **{"hi": 1.0, "price?": 4.0}), read_at(4), "only in prod"),  # it was seen there before
    ],
)
def test_only_in_one_needs_the_other_asked_after_the_turn_was_there(
    prod: ReadTimes, dev: ReadTimes, words: str
) -> None:
    comparison = align({"prod": PROD, "dev": DEV}, times={"prod": prod, "dev": dev}, now=30)
    assert [row.words for row in comparison.rows] == ["same", words]
    assert len(comparison.differing) == (words == "only in prod")
    assert comparison.stale == (set() if comparison.differing else {"dev"})


def test_another_turn_in_its_place_is_no_difference_before_it_is_asked_again() -> None:
    histories = {"prod": turns(["hi", "new"]), "dev": turns(["hi", "of dev"])}
    old = {"prod": read_at(10, **{"hi": 1.0, "new": 11.0}), "dev": read_at(4, **{"hi": 1.0, "of dev": 5.0})}
    assert [row.verdict for row in align(histories, times=old, now=20).rows] == ["same", "unknown"]
    new = old | {"dev": read_at(12, **{"hi": 1.0, "of dev": 5.0})}
    assert [row.verdict for row in align(histories, times=new, now=20).rows] == ["same", "differs"]


def test_who_is_known_to_lack_it_is_told_apart_from_who_may_have_it() -> None:
    histories = {"prod": PROD, "dev": DEV, "test": DEV}
    times = {"prod": read_at(10), "dev": read_at(12), "test": read_at(3)}
    row = align(histories, times=times, now=20).rows[-1]
    assert (row.verdict, row.words) == ("only", "not in dev; not known: test last read 16 s ago")


def test_one_that_was_read_alone_is_not_the_same_as_nothing() -> None:
    comparison = align({"prod": DEV}, silent=["dev"])
    assert [row.words for row in comparison.rows] == ["not known: dev gave no answer"]
    assert comparison.count("same") == 0


moments = st.floats(0, 100)


@given(words, words, moments, moments)
def test_who_was_asked_last_never_claims_more_than_both_know(
    a: list[str], b: list[str], first: float, later: float
) -> None:
    """A difference that is claimed by readings of any moments is one that fresh readings show as well."""
    histories = {"prod": turns(a), "dev": turns(b)}
    times = {"prod": read_at(first), "dev": read_at(later)}
    claimed = align(histories, times=times, now=200).rows
    known = align(histories).rows
    assert [row.cells for row in claimed] == [row.cells for row in known]
    for row, truth in zip(claimed, known, strict=True):
        assert row.verdict in {truth.verdict, "unknown"}
        if row.verdict == "only":
            lacking_first = row.lacking == ("prod",)
            assert (first >= later + 1) if lacking_first else (later >= first + 1)
