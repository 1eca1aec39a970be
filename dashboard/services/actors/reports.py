"""One actor's truth in words and as plain data, for the page, the terminal and scripts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal

from dashboard.model.actors.agreement import in_words
from dashboard.model.actors.stored_history import StoredHistory
from dashboard.model.actors.truth import WITNESSES, Carried, Presence, TurnTruth, Witness
from dashboard.model.chat.messages import HistoryPage
from dashboard.model.core.plural import counted
from dashboard.model.topics.cause import CAUSE_SEVERITIES
from dashboard.model.topics.events import StreamEntry
from dashboard.model.topics.inboxes import Inboxes
from dashboard.services.actors.truth import ActorTruth, together

Agreement = Literal["same", "differs", "unknown"]

SIGNS: dict[Presence, str] = {"there": "✓", "missing": "✕", "differs": "≠", "unread": "?", "none": "·"}


def verdict(found: ActorTruth) -> str:
    """The whole in a line: "agree in 41 turns", or what disagrees, the gravest first."""
    worst, failures = found.truth.worst(), found.facts.failures
    marks = list(found.truth.all_marks())
    if worst in {"wrong", "waits"}:
        causes = dict.fromkeys(m.cause.name for m in marks if m.cause.severity == worst)
        return f"{CAUSE_SEVERITIES[worst]}: {', '.join(causes)}"
    if failures:
        return f"not known: {', '.join(failures)} cannot be read"
    count = len(found.truth.turns)
    if not count:
        return "no turns yet"
    agreed = f"all agree in {counted(count, 'turn')}"
    explained = dict.fromkeys(m.cause.name for m in marks)
    return f"{agreed}, but for what is {', '.join(explained)}" if explained else agreed


def extent(found: ActorTruth) -> str:
    """Which turns these are: "the newest 20 of 120 turns", "turns 81 to 100 of 120", "all 3 turns"."""
    shown = [row.turn.number for row in found.truth.turns]
    if not shown:
        return ""
    total = found.newest
    if total != shown[-1]:
        of = f" of {total:,}" if total is not None and total > shown[-1] else ""
        return f"turns {shown[0]:,} to {shown[-1]:,}{of}"
    if shown[0] == 1:
        return f"all {counted(len(shown), 'turn')}"
    return f"the newest {len(shown):,} of {counted(total, 'turn')}"


def summary(found: ActorTruth, source: Witness) -> str:
    """What one source gave, in a line."""
    facts = found.facts
    failure = facts.failures.get(source)
    if failure:
        return f"{failure.word}: {failure.what}"
    if source == "agent" and facts.said:
        return _said(facts.said)
    if source == "store" and facts.stored:
        return _stored(facts.stored)
    if source == "stream" and facts.carried:
        return _carried(facts.carried)
    if facts.received is None:
        return "not read"
    count = sum(row.presence["received"] == "there" for row in found.truth.turns)
    return f"{count} of these {counted(len(found.truth.turns), 'turn')} {_by(facts.received)}"


def _said(said: HistoryPage) -> str:
    count = len(said.turns) if said.total is None else said.total // 2
    return counted(count, "turn")


def _stored(stored: StoredHistory) -> str:
    head = stored.head
    if head.format == "nothing":
        return "nothing is stored"
    size = "size not given" if stored.size_bytes is None else f"{stored.size_bytes:,} bytes"
    waiting = f", {len(head.unpublished)} marked unpublished" if head.unpublished else ""
    segments = counted(head.segments, "segment")
    form = head.format if head.format == "plain list" else f"format {head.format}"
    return f"{form}, version {stored.version or 'none'}, {segments}, {head.total:,} messages, {size}{waiting}"


def _carried(carried: Carried) -> str:
    others = f", {carried.others} other" if carried.others else ""
    others += f", {len(carried.undecodable)} that daprd could not decode" if carried.undecodable else ""
    far = "" if carried.complete or not carried.oldest else f", back to {carried.oldest}"
    return f"{len(carried.entries)} of its turns{others} among {carried.scanned:,} entries{far}"


def _by(received: Inboxes) -> str:
    names = ", ".join(f"{inbox.replica} (of {len(inbox.events)} events kept)" for inbox in received.answered)
    silent = f"; no answer from {', '.join(received.silent)}" if received.silent else ""
    return f"by {names}{silent}"


def home(found: ActorTruth) -> str:
    """Which replica hosts the actor, "" where it is not told."""
    return found.facts.said.replica if found.facts.said else ""


def hosted(found: ActorTruth) -> str:
    """How many active actors each replica has, by its sidecar."""
    return ", ".join(
        f"{'not known' if count is None else count} in {name}" for name, count in found.hosted.items()
    )


def agreement(found: Mapping[str, ActorTruth], silent: Collection[str]) -> tuple[Agreement, str]:
    """Whether the namespaces agree with each other, and in what they do not; "" where one alone was asked."""
    unread = {name for name, each in found.items() if not (each.facts.said or each.facts.stored)}
    gave_none = [*dict.fromkeys((*silent, *(name for name in found if name in unread)))]
    comparison = together(found, gave_none)
    words = in_words(comparison, gave_none)
    if comparison.differing:
        return "differs", words
    known = len(comparison.namespaces) > 1 and comparison.count("same") == len(comparison.rows)
    return "same" if known and not gave_none else "unknown", words


def as_plain(found: ActorTruth) -> dict[str, Any]:
    """For JSON."""
    facts, truth = found.facts, found.truth
    said = facts.said
    return {
        "verdict": verdict(found),
        "worst": truth.worst(),
        "read_at": datetime.fromtimestamp(found.read_at, UTC).isoformat(),
        "host": {"replica": home(found), "activated_at": said.activated_at if said else ""},
        "active_actors": dict(found.hosted),
        "sources": {source: summary(found, source) for source in WITNESSES},
        "failures": {source: asdict(failure) for source, failure in facts.failures.items()},
        "store": _store_as_plain(facts.stored),
        "marks": [asdict(mark) for mark in truth.marks],
        "turns": [_turn_as_plain(row, facts.carried) for row in truth.turns],
    }


def _store_as_plain(stored: StoredHistory | None) -> dict[str, Any] | None:
    if stored is None:
        return None
    head = stored.head
    return {
        "format": head.format,
        "version": stored.version,
        "segments": head.segments,
        "total": head.total,
        "unpublished": sorted(head.unpublished),
        "size_bytes": stored.size_bytes,
    }


def _turn_as_plain(row: TurnTruth, carried: Carried | None) -> dict[str, Any]:
    entry = entry_of(row, carried)
    return {
        **asdict(row.turn),
        "entry": entry.id if entry else None,
        "sources": dict(row.presence),
        "mark": asdict(row.mark) if row.mark else None,
    }


def entry_of(row: TurnTruth, carried: Carried | None) -> StreamEntry | None:
    """The stream's entry that tells of a turn."""
    entries = carried.entries if carried else ()
    return next((e for e in entries if e.event and e.event.id == row.turn.event_id), None)
