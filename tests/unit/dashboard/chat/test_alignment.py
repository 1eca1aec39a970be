"""Alignment keeps every turn, in order, exactly once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.chat.alignment import align, difference
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


def test_what_differs_is_marked_to_the_letter() -> None:
    histories = {
        "prod": [Turn(number=1, user="price?", answer="5 euros")],
        "dev": [Turn(number=1, user="price?", answer="6 euros")],
    }
    (row,) = align(histories).rows
    assert difference(row) == "--- prod\n+++ dev\n  price?\n- 5 euros\n? ^\n+ 6 euros\n? ^"
