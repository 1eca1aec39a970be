"""Histories side by side: which turns are the same everywhere, which differ, which are missing somewhere.

Turns are aligned by content, as `diff` aligns lines: a message sent to one namespace alone shifts turn
numbers, and must not make every later turn look different. Between two anchors that agree, what is left
over is paired in order and marked as differing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, ndiff
from typing import Literal

from dashboard.model.chat.messages import Turn

MOST_LETTERS, MOST_LINES = 400, 60
RowVerdict = Literal["same", "differs", "only", "unread"]


@dataclass(frozen=True)
class Row:
    """One line of the comparison. `cells` has an entry per namespace, None where there is no turn.

    "unread": some namespace has more turns than were read, and this one may be among them.
    """

    cells: dict[str, Turn | None]
    verdict: RowVerdict
    only_in: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The mark in words: "same", "differs", "only in prod" or "not read everywhere"."""
        if self.verdict == "only":
            return f"only in {', '.join(self.only_in)}"
        return "not read everywhere" if self.verdict == "unread" else self.verdict


@dataclass(frozen=True)
class Comparison:
    """Rows oldest first over `namespaces`, in the order they were asked for."""

    namespaces: tuple[str, ...]
    rows: tuple[Row, ...]

    def count(self, verdict: RowVerdict) -> int:
        return sum(row.verdict == verdict for row in self.rows)

    @property
    def differing(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.verdict in {"differs", "only"})


def align(
    histories: Mapping[str, Sequence[Turn]],
    *,
    more_before: frozenset[str] = frozenset(),
    more_after: frozenset[str] = frozenset(),
) -> Comparison:
    """Align 1 to n histories (each oldest first), folding one namespace at a time into the rows so far.

    `more_before` and `more_after` name the namespaces with turns beyond the page that was read.
    """
    names = tuple(histories)
    lines: list[dict[str, Turn]] = []
    for name in names:
        lines = _fold(lines, name, histories[name])
    hidden = [set[str]() for _ in lines]
    for indexes, cut in ((range(len(lines)), more_before), (reversed(range(len(lines))), more_after)):
        beyond = set(cut)
        for index in indexes:
            beyond -= lines[index].keys()
            hidden[index] |= beyond
    return Comparison(
        names, tuple(_row(line, names, unread) for line, unread in zip(lines, hidden, strict=True))
    )


def difference(row: Row) -> str:
    """What differs, as `diff` marks it: the first namespace's turn against each of the others'."""
    (first, left), *others = ((name, turn) for name, turn in row.cells.items() if turn)
    return "\n".join(
        f"--- {first}\n+++ {name}\n{_marked(left, right)}"
        for name, right in others
        if _text(left) != _text(right)
    )


def _marked(left: Turn, right: Turn) -> str:
    lines = [line.rstrip("\n") for line in ndiff(_lines(left), _lines(right))]
    return "\n".join(lines)


def _lines(turn: Turn) -> list[str]:
    """The turn's lines, each cut to a length that comparing letter by letter can bear."""
    whole = f"{turn.user}\n{turn.answer or ''}"
    return [line[:MOST_LETTERS] for line in whole.splitlines()[:MOST_LINES]]


def _text(turn: Turn) -> tuple[str, str | None]:
    return turn.user, turn.answer


def _fold(lines: list[dict[str, Turn]], name: str, turns: Sequence[Turn]) -> list[dict[str, Turn]]:
    left = [_text(next(iter(line.values()))) for line in lines]
    right = [_text(turn) for turn in turns]
    folded: list[dict[str, Turn]] = []
    for _, a0, a1, b0, b1 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        paired = min(a1 - a0, b1 - b0)
        folded += [{**lines[a0 + i], name: turns[b0 + i]} for i in range(paired)]
        folded += lines[a0 + paired : a1]
        folded += [{name: turn} for turn in turns[b0 + paired : b1]]
    return folded


def _row(line: dict[str, Turn], names: tuple[str, ...], hidden: set[str]) -> Row:
    cells = {name: line.get(name) for name in names}
    if len({_text(turn) for turn in line.values()}) > 1:
        return Row(cells, "differs")
    if hidden:
        return Row(cells, "unread")
    present = tuple(name for name in names if name in line)
    return Row(cells, "only", present) if len(present) < len(names) else Row(cells, "same")
