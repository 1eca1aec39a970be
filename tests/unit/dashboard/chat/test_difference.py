"""What differs is always seen, to the character, and what was not compared in full is said."""

from __future__ import annotations

import json
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.model.chat.difference import differences
from dashboard.model.chat.lookalikes import shown

near = st.text("ab \n\t\u200b\u00a0é\u0301аa\\[]{}-+,1", max_size=30)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


def marked(left: str, right: str) -> list[str]:
    return list(differences(left, right).lines)


@pytest.mark.parametrize(
    ("left", "right", "lines"),
    [
        ("price? 5 euros", "price? 6 euros", ["- price? [-5-] euros", "+ price? {+6+} euros"]),
        ("a", "a\n", ["- a", "+ a{+\\n+}"]),
        ("a\r\nb", "a\nb", ["- a[-\\r\\nb-]", "+ a{+\\nb+}"]),
        ("a b", "a  b", ["- a [-b-]", "+ a {+␣b+}"]),
        ("x", "x ", ["- x", "+ x{+␣+}"]),
        ("é", "e\u0301", ["- [-\\u00e9-]", "+ {+e\\u0301+}"]),
        ("ab", "a\u200bb", ["- [-ab-]", "+ {+a\\u200bb+}"]),
        ("a b", "a\u00a0b", ["- a[-␣b-]", "+ a{+\\u00a0b+}"]),
        ("paypal", "p\u0430ypal", ["- [-paypal-]", "+ {+p\\u0430ypal+}"]),
        ("cafe", "café", ["- [-cafe-]", "+ {+café+}"]),
        ("a\\nb", "a\nb", ["- a[-\\\\nb-]", "+ a{+\\nb+}"]),
    ],
)
def test_a_difference_is_seen(left: str, right: str, lines: list[str]) -> None:
    assert marked(left, right) == lines


@given(near | st.text(), near | st.text())
@example("", "\u3164")
def test_two_texts_show_a_difference_exactly_where_they_differ(left: str, right: str) -> None:
    lines = marked(left, right)
    if left == right:
        assert lines == []
        return
    changed = "".join(line for line in lines if "[-" in line or "{+" in line)
    assert changed
    assert all(
        c == " " or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp", "Zs"}
        for c in changed
    )
    removed = [line for line in lines if line.startswith("-")]
    added = [line for line in lines if line.startswith("+")]
    assert [line[1:].replace("[-", "{+").replace("-]", "+}") for line in removed] != [
        line[1:] for line in added
    ]


@given(documents, documents)
def test_json_is_compared_by_the_lines_of_its_pretty_print_and_that_is_said(
    left: object, right: object
) -> None:
    texts = json.dumps([left]), json.dumps([right], indent=1)
    found = differences(*texts)
    pretty = [json.dumps([value], ensure_ascii=False, indent=2) for value in (left, right)]
    if texts[0] == texts[1]:
        assert not found.lines
    elif pretty[0] == pretty[1]:
        assert "equal as JSON" in found.how
        assert found.lines
    else:
        assert (found.how, bool(found.lines)) == ("JSON, compared by the lines of its pretty print", True)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ('{"a": 1}', '{"a":1}'),
        ('{"a": 1, "a": 2}', '{"a": 2}'),
        ('{"a": 1.50}', '{"a": 1.5}'),
        ("[NaN]", "[1]"),
        ("[" * 5_000, "[1]"),
    ],
)
def test_what_a_pretty_print_would_hide_is_shown(left: str, right: str) -> None:
    assert any("[-" in line or "{+" in line for line in marked(left, right))


def test_a_word_of_a_long_json_line_is_marked_in_it() -> None:
    left = json.dumps({"text": "one " * 100 + "two"})
    right = json.dumps({"text": "one " * 100 + "three"})
    assert '[-two-]"' in "\n".join(marked(left, right))
    assert all(len(line) < 100 for line in marked(left, right))


def test_nothing_is_cut_in_silence() -> None:
    """The one difference stands behind 60 lines and behind 400 letters of its line."""
    lines = [f"line {number}" for number in range(200)] + ["x" * 1_000 + " 5 euros"]
    left = "\n".join(lines)
    found = marked(left, left.replace("5 euros", "6 euros"))
    assert "[-5-] euros" in found[0]
    assert found[0].startswith("- … ")


@pytest.mark.parametrize("size", [10_000, 200_000])
def test_what_would_cost_too_much_says_how_it_was_compared(size: int) -> None:
    began = time.process_time()
    ends = differences("a\nb\n" * size, "b\na\n" * size)
    assert "too long to compare by words or lines" in ends.how
    assert ends.lines
    words = differences("a b " * size, "b a " * size)
    assert "compared by lines" in words.how
    assert words.lines
    lines = "\n".join(f"{number} " + "a " * 10 for number in range(size // 100))
    by_lines = differences(lines, "0 first\n" + lines.replace("7 a", "7 b"))
    assert by_lines.lines
    assert time.process_time() - began < 30


@given(st.text(), st.text())
def test_what_is_shown_is_one_line_of_visible_characters(text: str, other: str) -> None:
    for line in (shown(text), shown(text, other)):
        assert len(line.splitlines()) <= 1
        assert all(c == " " or c.isprintable() for c in line)
