"""Histories side by side: which turns are the same everywhere, which differ, which are missing somewhere.

Turns are aligned by content, as `diff` aligns lines: a message sent to one namespace alone shifts turn
numbers, and must not make every later turn look different. Between two anchors that agree, what is left
over is paired in order and marked as differing.

That a namespace lacks a turn, or has another in its place, is known only where it was asked after that turn
was there. Both moments are of our own clock (`ReadTimes`): those of two namespaces may be apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import permutations
from typing import Literal

from dashboard.model.chat.difference import differences
from dashboard.model.chat.messages import Turn
from dashboard.model.core.plural import counted

RowVerdict = Literal["same", "differs", "only", "unread", "unknown"]
SHOWN_LINES, SHOWN_CHARACTERS = 40, 1_000


@dataclass(frozen=True, kw_only=True)
class ReadTimes:
    """Of one namespace's page, in Unix seconds of our own clock: when it was asked, and had answered.

    `there` says of each of its turns since when it is known to be there.
    """

    asked_at: float
    read_at: float
    there: Mapping[Turn, float] = field(default_factory=dict)

    def since(self, turn: Turn) -> float:
        return self.there.get(turn, self.read_at)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the comparison. `cells` has an entry per namespace, None where there is no turn.

    "only": it is in `only_in`, and known not to be in `lacking`. "unread": some namespace has more turns than
    were read, and this one may be among them. "unknown": `stale` were asked last before it was there. Where
    some are known to lack it, it is "only", and `unread` and `stale` say of which others it is not known.
    """

    cells: dict[str, Turn | None]
    verdict: RowVerdict
    only_in: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    stale: Mapping[str, float] = field(default_factory=dict)  # seconds since each was read
    silent: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The mark in words: "same", "only in prod", "not known: dev last read 16 s ago"."""
        if self.verdict == "only" and (self.unread or self.stale):
            return f"not in {', '.join(self.lacking)}; {self._unsure}"
        if self.verdict == "only":
            return f"only in {', '.join(self.only_in)}"
        if self.verdict == "unread":
            return "not read everywhere"
        return self._unsure if self.verdict == "unknown" else self.verdict

    @property
    def place(self) -> str:
        """ "turn 41", or "turn prod 41, dev 40" where the numbers differ."""
        numbers = {name: turn.number for name, turn in self.cells.items() if turn}
        if len(set(numbers.values())) == 1:
            return f"turn {next(iter(numbers.values()))}"
        return "turn " + ", ".join(f"{name} {number}" for name, number in numbers.items())

    @property
    def _unsure(self) -> str:
        parts = [f"{name} last read {age:.0f} s ago" for name, age in self.stale.items()]
        parts += [f"{name} not read as far back" for name in self.unread]
        parts += [f"{name} gave no answer" for name in self.silent]
        return f"not known: {', '.join(parts)}"


@dataclass(frozen=True)
class Comparison:
    """Rows oldest first over `namespaces`, in the order they were asked for."""

    namespaces: tuple[str, ...]
    rows: tuple[Row, ...]

    def count(self, verdict: RowVerdict) -> int:
        return sum(row.verdict == verdict for row in self.rows)

    @property
    def differing(self) -> tuple[Row, ...]:
        """What is known to differ."""
        return tuple(row for row in self.rows if row.verdict in {"differs", "only"})

    @property
    def stale(self) -> frozenset[str]:
        """The namespaces that are to be asked again before more can be said."""
        return frozenset(name for row in self.rows for name in row.stale)


def align(
    histories: Mapping[str, Sequence[Turn]],
    *,
    more_before: frozenset[str] = frozenset(),
    more_after: frozenset[str] = frozenset(),
    times: Mapping[str, ReadTimes] | None = None,
    silent: Collection[str] = (),
    now: float = 0.0,
) -> Comparison:
    """Align 1 to n histories (each oldest first), folding one namespace at a time into the rows so far.

    `more_before` and `more_after` name the namespaces with turns beyond the page that was read; without its
    `times` a namespace counts as read after all others. `silent` were asked as well and gave nothing.
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
    judge = _Judge(names, times or {}, tuple(silent) if len(names) == 1 else (), now)
    return Comparison(
        names, tuple(judge.row(line, unread) for line, unread in zip(lines, hidden, strict=True))
    )


def difference(row: Row, *, whole: bool = False) -> str:
    """What differs: the first namespace's turn against each of the others'; a page's worth, or `whole`."""
    (first, left), *others = ((name, turn) for name, turn in row.cells.items() if turn)
    lines = [
        line
        for name, right in others
        if _text(left) != _text(right)
        for line in (f"--- {first}", f"+++ {name}", *_parts((first, left), (name, right)))
    ]
    return "\n".join(lines if whole else _short(lines))


def _parts(left: tuple[str, Turn], right: tuple[str, Turn]) -> Iterable[str]:
    texts = (("message", left[1].user, right[1].user), ("answer", left[1].answer, right[1].answer))
    for part, was, now in texts:
        if was == now:
            continue
        missing = [name for name, text in ((left[0], was), (right[0], now)) if text is None]
        found = differences(was or "", now or "")
        told = (f"{part}{f', {found.how}' if found.how else ''}", *(f"none stored in {n}" for n in missing))
        yield f"@@ {', '.join(told)} @@"
        yield from found.lines


def _short(lines: Sequence[str]) -> list[str]:
    shown = [
        f"{line[:SHOWN_CHARACTERS]} … and {len(line) - SHOWN_CHARACTERS:,} more characters"
        if len(line) > SHOWN_CHARACTERS
        else line
        for line in lines[:SHOWN_LINES]
    ]
    more = len(lines) - SHOWN_LINES
    return [*shown, f"… and {counted(more, 'more line')}"] if more > 0 else shown


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


@dataclass(frozen=True)
class _Judge:
    """What can be said of one line, by who was asked when."""

    names: tuple[str, ...]
    times: Mapping[str, ReadTimes]
    silent: tuple[str, ...]
    now: float

    def row(self, line: dict[str, Turn], hidden: set[str]) -> Row:
        cells = {name: line.get(name) for name in self.names}
        if len({_text(turn) for turn in line.values()}) > 1:
            pairs = permutations(line, 2)
            stale = {
                b for a, b in pairs if _text(line[a]) != _text(line[b]) and not self._knows(b, a, line[a])
            }
            return Row(cells=cells, verdict="unknown" if stale else "differs", stale=self._ages(stale))
        missing = [name for name in self.names if name not in line and name not in hidden]
        stale = {name for name in missing if not all(self._knows(name, *each) for each in line.items())}
        lacking = tuple(name for name in missing if name not in stale)
        verdict: RowVerdict = "same"
        if lacking:
            verdict = "only"
        elif hidden:
            verdict = "unread"
        elif stale or self.silent:
            verdict = "unknown"
        return Row(
            cells=cells,
            verdict=verdict,
            only_in=tuple(name for name in self.names if name in line) if verdict == "only" else (),
            lacking=lacking,
            unread=tuple(name for name in self.names if name in hidden),
            stale=self._ages(stale),
            silent=self.silent,
        )

    def _knows(self, name: str, other: str, turn: Turn) -> bool:
        """Whether `name` was asked after `other`'s turn was there."""
        asked, there = self.times.get(name), self.times.get(other)
        return not asked or not there or asked.asked_at >= there.since(turn)

    def _ages(self, stale: Collection[str]) -> dict[str, float]:
        return {n: max(0.0, self.now - self.times[n].read_at) for n in self.names if n in stale}
