"""Whether namespaces agree with each other on one actor, beside whether each agrees with itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from dashboard.model.actors.truth import Truth
from dashboard.model.chat.alignment import Comparison, ReadTimes, align
from dashboard.model.chat.messages import Turn
from dashboard.model.core.plural import counted

NAMED_TURNS = 5


def turns_held(truth: Truth) -> tuple[Turn, ...]:
    """The shown turns that the agent tells or the store holds; what the topic alone carried is none."""
    held = {"there", "differs"}
    return tuple(
        row.turn for row in truth.turns if row.presence["agent"] in held or row.presence["store"] in held
    )


def agreement(
    held: Mapping[str, tuple[Turn, ...]],
    *,
    last: Mapping[str, int | None],
    times: Mapping[str, ReadTimes],
    silent: Collection[str],
    now: float,
) -> Comparison:
    """The turns of each namespace aligned; `last` is the number of its newest turn, None where not known."""
    return align(
        held,
        more_before=frozenset(name for name, turns in held.items() if _begins(turns, last.get(name)) > 1),
        more_after=frozenset(
            name for name, turns in held.items() if turns and _beyond(turns, last.get(name))
        ),
        times=times,
        silent=silent,
        now=now,
    )


def _begins(turns: tuple[Turn, ...], last: int | None) -> int:
    """The number from which on all turns are among `turns`."""
    return turns[0].number if turns else (last or 0) + 1


def _beyond(turns: tuple[Turn, ...], last: int | None) -> bool:
    return bool(turns) and last is not None and turns[-1].number < last


def in_words(comparison: Comparison, silent: Collection[str]) -> str:
    """ "2 of 3 turns are the same in prod and dev; 1 only in prod: turn 3", "" where one alone was asked."""
    names, count = comparison.namespaces, len(comparison.rows)
    if len(names) + len(silent) < 2:
        return ""
    unread = [f"{name} cannot be read" for name in silent]
    if len(names) < 2:
        return f"Whether the namespaces agree is not known: {', '.join(unread)}"
    where, same = " and ".join(names), comparison.count("same")
    if not count:
        told = f"There is no turn in {where}"
    elif same == count:
        told = (
            f"All the {counted(count, 'turn')} shown are the same in {where}"
            if count > 1
            else (f"The turn shown is the same in {where}")
        )
    else:
        told = (
            f"{same} of the {counted(count, 'turn')} shown {'is' if same == 1 else 'are'} the same in {where}"
        )
    return "; ".join((told, *_others(comparison), *unread))


def _others(comparison: Comparison) -> list[str]:
    """What is not the same, by what is said of it: how many, and which are the newest of them."""
    places: dict[str, list[str]] = {}
    for row in comparison.rows:
        if row.verdict != "same":
            places.setdefault(row.words, []).append(row.place)
    return [f"{len(named):,} {words}: {_newest(named)}" for words, named in places.items()]


def _newest(places: Sequence[str]) -> str:
    more = len(places) - NAMED_TURNS
    return ", ".join(places[-NAMED_TURNS:]) + (f" and {more:,} older" if more > 0 else "")
