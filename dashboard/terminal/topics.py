"""Commands that read topics and publish to one: `events list`, `groups`, `tail`, `publish`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer

from dashboard.model.core.names import TOPIC
from dashboard.model.topics.events import TURN_EVENT, EntryFilter, EntryPage, GroupDetail, StreamEntry
from dashboard.services.core.fan_out import attempt
from dashboard.services.core.workspace import Workspace
from dashboard.services.topics import delivery, publishing
from dashboard.services.topics import entries as topic_entries
from dashboard.terminal.access import writes
from dashboard.terminal.access.writes import Unlock
from dashboard.terminal.core import output
from dashboard.terminal.core.options import (
    Actor,
    ClusterOptions,
    JsonOption,
    OneNamespace,
    with_cluster_options,
)

POLL_SECONDS = 0.5
Topic = Annotated[str, typer.Option(help="the topic, which is the stream's name")]
OfActor = Annotated[str, typer.Option("--actor", help="only events of this actor")]
OfType = Annotated[str, typer.Option("--type", help="only CloudEvents of this type")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(no_args_is_help=True, help="Look into topics; takes part in no consumer group.")
    group.command("list")(with_cluster_options(list_))
    group.command("groups")(with_cluster_options(groups))
    group.command("tail")(with_cluster_options(tail))
    group.command("publish")(with_cluster_options(publish))
    app.add_typer(group, name="events")


def list_(
    where: ClusterOptions,
    namespace: OneNamespace,
    topic: Topic = TOPIC,
    actor: OfActor = "",
    type: OfType = "",
    before: Annotated[str | None, typer.Option(help="only entries older than this id")] = None,
    limit: Annotated[
        int, typer.Option(min=1, max=1000, help="entries at most")
    ] = topic_entries.ENTRIES_A_PAGE,
    json: JsonOption = False,
) -> None:
    """The newest entries of a topic, newest first, and whether each was received."""
    with where.workspace() as opened:
        found = delivery.listing(
            opened, namespace, topic, EntryFilter(actor, type), before=before, limit=limit
        )
    page = found.page
    if json:
        rows = [{**asdict(entry), "way": found.status(entry)[1]} for entry in page.entries]
        output.as_json({"entries": rows, "scanned": page.scanned, "before": page.before})
    else:
        rows_of_text = [(*_cells(entry), found.status(entry)[1]) for entry in page.entries]
        output.table(("entry", "type", "actor", "event", "way"), rows_of_text)
        _say_more(page)


def _say_more(page: EntryPage) -> None:
    if page.before is not None:
        output.say(f"{page.scanned:,} looked at. To go on: --before {page.before}", err=True)


def _cells(entry: StreamEntry) -> tuple[str, str, str, str]:
    event = entry.event
    return (entry.id, event.type, event.actor_id, event.id) if event else (entry.id, "no CloudEvent", "", "")


def groups(
    where: ClusterOptions,
    namespace: OneNamespace,
    topic: Topic = TOPIC,
    json: JsonOption = False,
) -> None:
    """The consumer groups of a topic with what each has not acknowledged."""
    with where.workspace() as opened:
        found = topic_entries.groups(opened, namespace, topic)
    if json:
        output.as_json({"groups": [asdict(detail) for detail in found]})
        return
    output.table(
        ("group", "consumers", "pending", "oldest pending", "deliveries", "lag"),
        [_group_cells(detail) for detail in found],
    )


def _group_cells(detail: GroupDetail) -> tuple[object, ...]:
    group, oldest = detail.group, detail.pending[0] if detail.pending else None
    consumers = ", ".join(consumer.name for consumer in detail.consumers)
    age = f"{oldest.entry_id}, {oldest.idle_ms / 1000:.0f} s" if oldest else "-"
    most = max((item.deliveries for item in detail.pending), default=0)
    return group.name, consumers, group.pending, age, most or "-", group.lag_words


def tail(
    where: ClusterOptions,
    namespace: OneNamespace,
    topic: Topic = TOPIC,
    actor: OfActor = "",
    type: OfType = "",
    count: Annotated[int | None, typer.Option(min=1, help="end after as many entries")] = None,
    seconds: Annotated[float | None, typer.Option(min=0, help="end after as many seconds")] = None,
    json: JsonOption = False,
) -> None:
    """New entries of a topic as they come, until Ctrl-C; exit status 1 where `--count` was not reached."""
    shown = 0
    with where.workspace() as opened:
        for entry in _follow(opened, namespace, topic, EntryFilter(actor, type), seconds):
            shown += 1
            if json:
                output.as_json_line(asdict(entry))
            else:
                output.say("  ".join(_cells(entry)))
            if shown == count:
                return
    if count:
        raise typer.Exit(1)


def _follow(
    opened: Workspace, namespace: str, topic: str, wanted: EntryFilter, seconds: float | None
) -> Iterator[StreamEntry]:
    """Entries newer than now; a store that is away for a while is told once and waited for."""
    ends = time.monotonic() + seconds if seconds is not None else None
    after, was_down = topic_entries.newest_id(opened, namespace, topic), False
    output.say(f"waiting for entries newer than {after or 'the first'}", err=True)
    while ends is None or time.monotonic() < ends:
        found, failure = attempt(partial(topic_entries.newer, opened, namespace, topic, after, wanted))
        if found:
            yield from found[0]
            after = found[1]
        if failure and not was_down:
            output.say(f"{failure.word}: {failure.what}", err=True)
        was_down = failure is not None
        time.sleep(POLL_SECONDS)


def publish(
    where: ClusterOptions,
    text: Annotated[str, typer.Argument(help="what the event's data says")],
    namespace: OneNamespace,
    actor: Actor,
    topic: Topic = TOPIC,
    type: Annotated[str, typer.Option("--type", help="the CloudEvent's type")] = TURN_EVENT,
    wait: Annotated[float, typer.Option(min=0, max=600, help="seconds it may take to be received")] = 10.0,
    unlock: Unlock = None,
    json: JsonOption = False,
) -> None:
    """Publish a real event through the sidecar and follow its way; exit status 0 only where it arrived."""
    with where.workspace() as opened:
        event = publishing.new_event(actor, text, type)
        publishing.publish(writes.writes(opened, unlock), namespace, topic, event)
        way = publishing.wait_for(opened, namespace, topic, event.id, seconds=wait)
    if json:
        output.as_json({**asdict(way), "arrived": way.arrived})
    else:
        for line in way.lines:
            output.say(line)
    if not way.arrived:
        raise typer.Exit(1)
