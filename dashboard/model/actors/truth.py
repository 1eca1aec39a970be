"""One actor by four witnesses: what its agent says, its store holds, its topic carried and was received.

A turn's event is known by one id in all four. What is missing in one of them is marked there with the likely
cause; what follows from it is not marked again: an event that is not in the stream cannot be received.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from dashboard.model.actors.stored_history import StoredHistory
from dashboard.model.chat.messages import HistoryPage, Turn, turns_of
from dashboard.model.core.failure import Failure
from dashboard.model.core.times import unix_seconds
from dashboard.model.topics.cause import Cause, CauseSeverity
from dashboard.model.topics.delivery_status import UNDECODABLE, why_undelivered
from dashboard.model.topics.events import CloudEvent, PendingEntry, StreamEntry, cloud_event, position
from dashboard.model.topics.inboxes import Inboxes
from dashboard.model.topics.streams import ConsumerGroup

Witness = Literal["agent", "store", "stream", "received"]
WITNESSES: tuple[Witness, ...] = ("agent", "store", "stream", "received")
Presence = Literal["there", "missing", "differs", "unread", "none"]
Text = tuple[str, str | None]
MOST_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What the topic carried of this actor's turns, newest first, of `scanned` entries back to `oldest`.

    `complete`: the stream's beginning, `first_id`, was seen. `others` counts the actor's other events, and
    `undecodable` are the ids of its entries that daprd cannot decode.
    """

    entries: tuple[StreamEntry, ...] = ()
    others: int = 0
    undecodable: tuple[str, ...] = ()
    first_id: str = ""
    scanned: int = 0
    oldest: str = ""
    complete: bool = True
    group: ConsumerGroup | None = None
    pending: Mapping[str, PendingEntry] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What each source gave; None where it failed, and then `failures` says why."""

    said: HistoryPage | None = None
    stored: StoredHistory | None = None
    carried: Carried | None = None
    received: Inboxes | None = None
    failures: Mapping[Witness, Failure] = field(default_factory=dict)


@dataclass(frozen=True)
class Mark:
    """The source that disagrees, and why it probably does."""

    source: Witness
    cause: Cause


@dataclass(frozen=True)
class TurnTruth:
    """One turn in all four; at most one source is marked.

    Presence "unread": that source was not read, or not as far back; "none": no event is kept of this turn.
    """

    turn: Turn
    presence: Mapping[Witness, Presence]
    mark: Mark | None = None


@dataclass(frozen=True)
class Truth:
    """Turns oldest first, and the marks that concern no single turn."""

    turns: tuple[TurnTruth, ...]
    marks: tuple[Mark, ...] = ()

    def all_marks(self) -> Iterator[Mark]:
        yield from self.marks
        yield from (row.mark for row in self.turns if row.mark)

    def worst(self, source: Witness | None = None) -> CauseSeverity | None:
        """The gravest of all marks, or of those of one source; None where there is none."""
        found = {mark.cause.severity for mark in self.all_marks() if source in {None, mark.source}}
        order: tuple[CauseSeverity, ...] = ("wrong", "waits", "expected")
        return next((severity for severity in order if severity in found), None)


def join(actor_id: str, facts: Facts, *, limit: int, until: int | None = None) -> Truth:
    """The newest `limit` turns of an actor, none after that of number `until`, as every source has them."""
    said = facts.said.turns if facts.said else ()
    stored = turns_of(facts.stored.messages) if facts.stored else ()
    told = _told(actor_id, facts, said, stored)
    cut = facts.stored is not None and facts.stored.begins > 0
    first = max(_start(said, more=bool(facts.said and facts.said.before)), _start(stored, more=cut))
    found: dict[str, dict[Witness, Turn]] = {}
    for source, turns in told.items():
        for key, turn in turns.items():
            found.setdefault(key, {})[source] = turn
    rows = [_Row(facts, key, turns) for key, turns in found.items()]
    asked = [row for row in rows if row.turn.number >= first and not (until and row.turn.number > until)]
    kept = sorted(asked, key=lambda row: row.turn.number)[-limit:]
    return Truth(tuple(row.judged() for row in kept), tuple(_overall(facts)))


def _told(
    actor_id: str, facts: Facts, said: Sequence[Turn], stored: Sequence[Turn]
) -> dict[Witness, dict[str, Turn]]:
    """Each source's turns by the id of their event, or by number where none is kept."""
    streamed = [entry.event for entry in facts.carried.entries] if facts.carried else []
    inboxes = facts.received.answered if facts.received else ()
    received = [cloud_event(event) for inbox in inboxes for event in inbox.events]
    return {
        "agent": {turn.event_id or f"#{turn.number}": turn for turn in said},
        "store": {turn.event_id or f"#{turn.number}": turn for turn in stored},
        "stream": _turns_in(actor_id, streamed),
        "received": _turns_in(actor_id, received),
    }


def _turns_in(actor_id: str, events: Sequence[CloudEvent | None]) -> dict[str, Turn]:
    """The turns that events tell of. A malformed one tells of none."""
    found: dict[str, Turn] = {}
    for event in events:
        if event and event.turn is not None and event.actor_id == actor_id:
            user, answer = _texts(event.data.get("messages"))
            time = str(event.data.get("time") or "")
            found[event.id] = Turn(number=event.turn, user=user, answer=answer, time=time, event_id=event.id)
    return found


def _texts(messages: Any) -> Text:
    said = (
        [str(m.get("content", "")) for m in messages if isinstance(m, dict)]
        if isinstance(messages, list)
        else []
    )
    return (said[0] if said else ""), (said[1] if len(said) > 1 else None)


def _start(turns: Sequence[Turn], *, more: bool) -> int:
    """The first turn's number from which a source is known whole."""
    return turns[0].number if turns and more else 0


@dataclass(frozen=True)
class _Row:
    """One turn as the sources have it, on its way to a judgement."""

    facts: Facts
    key: str
    has: Mapping[Witness, Turn]

    @property
    def turn(self) -> Turn:
        return next(self.has[source] for source in WITNESSES if source in self.has)

    @property
    def at(self) -> float:
        return unix_seconds(self.turn.time)

    def judged(self) -> TurnTruth:
        presence = {source: self._presence(source) for source in WITNESSES}
        mark = self._differing() or self._untold(presence) or self._unpublished(presence)
        if mark is None and presence["stream"] == "there" and presence["received"] in {"missing", "unread"}:
            mark = self._unreceived()
        if mark and presence[mark.source] == "there":
            presence[mark.source] = "differs"
        return TurnTruth(self.turn, presence, mark)

    def _presence(self, source: Witness) -> Presence:
        if source in self.has:
            return "there"
        facts: dict[Witness, object] = {
            "agent": self.facts.said,
            "store": self.facts.stored,
            "stream": self.facts.carried,
            "received": self.facts.received and self.facts.received.answered,
        }
        if not facts[source]:
            return "unread"
        if source in {"agent", "store"}:
            return "missing"
        if self.key.startswith("#"):
            return "none"
        carried = self.facts.carried
        beyond = source == "stream" and carried and not carried.complete
        return "unread" if beyond and carried and self.at < position(carried.oldest)[0] / 1000 else "missing"

    def _differing(self) -> Mark | None:
        """The texts differ: the one that stands alone is marked, the store where none does."""
        texts: dict[Witness, Text] = {source: (turn.user, turn.answer) for source, turn in self.has.items()}
        counts = Counter(texts.values())
        if len(counts) < 2:
            return None
        alone = [source for source, text in texts.items() if counts[text] == 1]
        marked = alone[0] if len(alone) == 1 else "store" if "store" in texts else next(iter(texts))
        return Mark(marked, _another_writer("Its text differs from what the others have."))

    def _untold(self, presence: Mapping[Witness, Presence]) -> Mark | None:
        agent, store = presence["agent"], presence["store"]
        if store == "missing" and agent == "there":
            return Mark("store", _another_writer("The agent tells a turn that this store does not hold."))
        if agent == "missing" and store == "there":
            return Mark("agent", _another_writer("The store holds a turn that the agent does not tell."))
        if "missing" in {agent, store}:
            source: Witness = "store" if store == "missing" else "agent"
            return Mark(
                source, _another_writer("Its event was published, and the turn is not there any more.")
            )
        return None

    def _unpublished(self, presence: Mapping[Witness, Presence]) -> Mark | None:
        """Why the event of a stored turn is not in the stream."""
        carried, stored = self.facts.carried, self.facts.stored
        if presence["stream"] != "missing" or carried is None:
            return None
        if stored and self.key in stored.head.unpublished:
            words = (
                "It is stored with the turn; the agent tries again, at the latest at the actor's next turn."
            )
            return Mark("stream", Cause("not yet published", "waits", words))
        if self.at < position(carried.first_id)[0] / 1000:
            words = f"The stream begins with {carried.first_id}, which is newer than this turn."
            return Mark("stream", Cause("trimmed", "expected", words))
        known = (
            self.facts.received and self.facts.received.answered and not self.facts.received.forgot(self.at)
        )
        if presence["received"] == "missing" and known and stored:
            words = (
                "Neither published nor waiting to be: it came into the store by another way than the agent."
            )
            return Mark("store", _another_writer(words))
        words = "It is not in the stream and does not wait to be published: deleted, or never published."
        return Mark("stream", Cause("deleted", "wrong", words))

    def _unreceived(self) -> Mark | None:
        """Whether a group has it still, its stream tells even where no replica answers."""
        carried, received = self.facts.carried, self.facts.received or Inboxes()
        if carried is None:
            return None
        entry = next(entry for entry in carried.entries if entry.event and entry.event.id == self.key)
        cause = why_undelivered(entry, self.key, carried.group, carried.pending, received)
        return Mark("received", cause) if cause else None


def _another_writer(words: str) -> Cause:
    return Cause("another writer", "wrong", words)


def _overall(facts: Facts) -> Iterator[Mark]:
    """What is wrong with a source as a whole."""
    unreadable = facts.failures.get("store")
    if unreadable and unreadable.word == "rejected":
        yield Mark("store", Cause("unreadable", "wrong", unreadable.what))
    undecodable = facts.carried.undecodable if facts.carried else ()
    if undecodable:
        words = f"{', '.join(undecodable[:MOST_NAMED])}: {UNDECODABLE.words}"
        yield Mark("stream", replace(UNDECODABLE, words=words))
    if facts.stored is None:
        return
    head = facts.stored.head
    for number in facts.stored.missing:
        yield Mark("store", Cause("segment missing", "wrong", f"Segment {number} cannot be read."))
    if head.total != head.counted:
        words = f"Its head counts {head.total} messages, and there are {head.counted}."
        yield Mark("store", _another_writer(words))
    if facts.said and facts.said.total not in {None, head.total}:
        words = f"The agent counts {facts.said.total} messages, the store {head.total}."
        yield Mark("store", _another_writer(words))
    if facts.stored.version.isdigit() and int(facts.stored.version) < head.total // 2:
        words = (
            f"Version {facts.stored.version} for {head.total // 2} turns: not all were written through Dapr."
        )
        yield Mark("store", Cause("another writer", "expected", words))
