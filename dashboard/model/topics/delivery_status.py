"""What became of one entry of a stream: received, or why not, as far as stream, group and replicas tell."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.model.topics.cause import Cause
from dashboard.model.topics.events import PendingEntry, StreamEntry, position
from dashboard.model.topics.inboxes import Inboxes
from dashboard.model.topics.streams import ConsumerGroup

UNDECODABLE = Cause(
    "not decodable",
    "wrong",
    "daprd could not decode it: it holds a number that JSON has not, or one that no double holds.",
)


def why_undelivered(
    entry: StreamEntry,
    event_id: str,
    group: ConsumerGroup | None,
    pending: Mapping[str, PendingEntry],
    inboxes: Inboxes,
) -> Cause | None:
    """Why nobody received the event of `entry`, None where one did or where no replica could be asked."""
    if inboxes.find(event_id):
        return None
    if entry.event and not entry.event.decodable:
        return UNDECODABLE
    if group is None:
        return Cause("no group", "wrong", "No group reads this topic: nobody subscribes to it.")
    if entry.id in pending:
        return Cause("pending", "waits", _how_long(pending[entry.id], group))
    if position(entry.id) > position(group.last_id):
        return Cause("not delivered", "waits", f"Group {group.name} has not taken it yet.")
    if not inboxes.answered:
        return None
    words = f"Group {group.name} acknowledged it, and no replica received it: another consumer, or its route."
    return inboxes.forgot(entry.written_at) or Cause("taken elsewhere", "wrong", words)


def _how_long(item: PendingEntry, group: ConsumerGroup) -> str:
    times = "once" if item.deliveries == 1 else f"{item.deliveries} times"
    age = f"{item.idle_ms / 1000:.0f} s"
    return f"Delivered {times} to {item.consumer} of group {group.name}, unacknowledged since {age}."
