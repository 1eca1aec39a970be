"""What differs between two texts, to the character and in words.

Whole texts are compared, word by word; what that may cost is bounded, and a comparison that had to be coarser
says so. What changed stands in the brackets of `git diff --word-diff`; what in it is invisible, or looks like
its counterpart, is written as an escape: no difference shows nothing.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from os.path import commonprefix
from typing import Any

from dashboard.model.chat.lookalikes import shown

CONTEXT_WORDS, CONTEXT_LINES = 6, 2
# Pairs of equal words that may be looked at in one comparison: about 0.1 s.
BUDGET = 150_000
# White space belongs to the word behind it: by itself it would be the commonest word. Combining marks belong
# to the word before them.
_WORDS = re.compile(
    r"\s*(?:[\w\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+|[^\w\s])|\s+"
)
Code = tuple[str, int, int, int, int]  # as `SequenceMatcher.get_opcodes` has them


@dataclass(frozen=True)
class TextDifference:
    """Lines that begin with "-", "+" or " ", as `diff` marks them; none where the texts are equal.

    `how` says by what they were compared, "" where by words.
    """

    lines: tuple[str, ...] = ()
    how: str = ""


@lru_cache(maxsize=1024)
def differences(left: str, right: str) -> TextDifference:
    """What differs between two whole texts."""
    if left == right:
        return TextDifference()
    documents = _pretty(left), _pretty(right)
    if None in documents or documents[0] == documents[1]:
        found = _by_words(left, right)
        alike = "" if None in documents else "equal as JSON, written in another way"
        return TextDifference(found.lines, "; ".join(filter(None, (alike, found.how))))
    was, now = (str(document).splitlines() for document in documents)
    grouped = _grouped if _affordable(was, now) else _at_once
    how = "JSON, compared by the lines of its pretty print"
    return TextDifference(tuple(_line_by_line(was, now, grouped(was, now, CONTEXT_LINES))), how)


def _by_words(left: str, right: str) -> TextDifference:
    words = _WORDS.findall(left), _WORDS.findall(right)
    if _affordable(*words):
        return TextDifference(tuple(_word_by_word(*words, _grouped(*words, CONTEXT_WORDS))))
    lines = left.splitlines(keepends=True), right.splitlines(keepends=True)
    if _affordable(*lines):
        how = "too long to compare by words, compared by lines"
        return TextDifference(tuple(_line_by_line(*lines, _grouped(*lines, CONTEXT_LINES))), how)
    how = "too long to compare by words or lines: all between what is equal at both ends counts as changed"
    return TextDifference(tuple(_word_by_word(*words, _at_once(*words, CONTEXT_WORDS))), how)


def _ends(left: Sequence[str], right: Sequence[str]) -> tuple[int, int]:
    """How many parts are equal from the beginning, and of the rest from the end."""
    shorter = min(len(left), len(right))
    start = next((i for i in range(shorter) if left[i] != right[i]), shorter)
    rest = shorter - start
    return start, next((i for i in range(rest) if left[-1 - i] != right[-1 - i]), rest)


def _affordable(left: Sequence[str], right: Sequence[str]) -> bool:
    start, end = _ends(left, right)
    counts = Counter(left[start : len(left) - end]), Counter(right[start : len(right) - end])
    return sum(count * counts[1][part] for part, count in counts[0].items()) <= BUDGET


def _grouped(left: Sequence[str], right: Sequence[str], context: int) -> list[list[Code]]:
    """Changes that are near each other, with `context` equal parts around each group."""
    start, end = _ends(left, right)
    start, end = max(0, start - context), max(0, end - context)
    inner = left[start : len(left) - end], right[start : len(right) - end]
    groups = SequenceMatcher(None, *inner, autojunk=False).get_grouped_opcodes(context)
    return [
        [(tag, a0 + start, a1 + start, b0 + start, b1 + start) for tag, a0, a1, b0, b1 in group]
        for group in groups
    ]


def _at_once(left: Sequence[str], right: Sequence[str], context: int) -> list[list[Code]]:
    """All between the equal ends as one change."""
    start, end = _ends(left, right)
    stops = len(left) - end, len(right) - end
    before, after = min(start, context), min(end, context)
    return [
        [
            ("equal", start - before, start, start - before, start),
            ("replace", start, stops[0], start, stops[1]),
            ("equal", stops[0], stops[0] + after, stops[1], stops[1] + after),
        ]
    ]


def _word_by_word(left: Sequence[str], right: Sequence[str], groups: list[list[Code]]) -> Iterator[str]:
    """Two lines a group: its words as they were, and as they are."""
    for group in groups:
        was, now = [], []
        for tag, a0, a1, b0, b1 in group:
            removed, added = "".join(left[a0:a1]), "".join(right[b0:b1])
            if tag == "equal":
                was.append(shown(removed))
                now.append(shown(removed))
                continue
            space = _same_space(removed, added)
            removed, added = removed[len(space) :], added[len(space) :]
            was.append(shown(space) + (f"[-{shown(removed, added)}-]" if removed else ""))
            now.append(shown(space) + (f"{{+{shown(added, removed)}+}}" if added else ""))
        more = "… " if group[0][1] > 0 else "", " …" if group[-1][2] < len(left) else ""
        yield f"- {more[0]}{''.join(was)}{more[1]}"
        yield f"+ {more[0]}{''.join(now)}{more[1]}"


def _same_space(left: str, right: str) -> str:
    """The white space that both begin with."""
    same = commonprefix([left, right])
    return same[: len(same) - len(same.lstrip())]


def _line_by_line(left: Sequence[str], right: Sequence[str], groups: list[list[Code]]) -> Iterator[str]:
    """As a unified diff; a line that became another is compared with it by words."""
    for number, group in enumerate(groups):
        if number:
            yield "  …"
        for tag, a0, a1, b0, b1 in group:
            if tag == "equal":
                yield from (f"  {shown(line)}" for line in left[a0:a1])
                continue
            paired = min(a1 - a0, b1 - b0)
            for was, now in zip(left[a0 : a0 + paired], right[b0 : b0 + paired], strict=True):
                words = _WORDS.findall(was), _WORDS.findall(now)
                near = _grouped if _affordable(*words) else _at_once
                yield from _word_by_word(*words, near(*words, CONTEXT_WORDS)) if was != now else ()
            yield from (f"- [-{shown(line, '')}-]" for line in left[a0 + paired : a1])
            yield from (f"+ {{+{shown(line, '')}+}}" for line in right[b0 + paired : b1])


def _pretty(text: str) -> str | None:
    """A JSON object or list on lines; None for what is none, or would lose something on the way."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_float=_exact, parse_constant=_never)
        return json.dumps(value, ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found


def _exact(number: str) -> float:
    if repr(float(number)) != number:
        raise ValueError("another text than the number's own")
    return float(number)


def _never(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")
