"""What a turn and a page cost on actors with 100,000 and 1,000,000 stored messages, against one with 10.

All live on one real stack (Redis, daprd, placement, agent) and take turns A B C A B C: a machine whose speed
drifts slows all of them. Before each turn the head is put back as it was, so that every turn meets the same
history. Run: `python -m bench.long_history`.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import uuid
from functools import partial
from pathlib import Path
from typing import Any, cast

import httpx
import redis

from agent import history
from bench import real_stack, results
from bench.results import Ratio
from bench.timing import timed
from dashboard.model.core.names import history_key

SHORT, LONGER, ROUNDS, PAGE = 10, (100_000, 1_000_000), 300, 50
TURN_LIMIT, PAGE_LIMIT = 1.1, 1.3


def main() -> int:
    """Print the ratios; how many are outside their limits."""
    with (
        tempfile.TemporaryDirectory(prefix="daca-bench-") as folder,
        real_stack.running(Path(folder), ("bench",)) as (namespace,),
    ):
        return results.report("long_history", _measure(namespace))


def _measure(namespace: dict[str, Any]) -> list[Ratio]:
    kept = real_stack.store(namespace)
    actors = {count: f"bench-{count}-{uuid.uuid4().hex[:8]}" for count in (SHORT, *LONGER)}
    for count, actor in actors.items():
        plant(kept, actor, count)
    heads = {actor: cast(dict[Any, Any], kept.hgetall(history_key(actor))) for actor in actors.values()}
    turns: dict[int, list[float]] = {count: [] for count in actors}
    pages: dict[int, list[float]] = {count: [] for count in actors}
    with httpx.Client(base_url=namespace["agent"]["url"], timeout=60) as client:
        for _ in range(ROUNDS):
            for count, actor in actors.items():
                kept.hset(history_key(actor), mapping=heads[actor])
                turns[count].append(timed(partial(_turn, client, actor)))
                pages[count].append(timed(partial(_page, client, actor)))
    return [
        *_ratios("a turn", turns, TURN_LIMIT),
        *_ratios(f"a page of {PAGE} messages", pages, PAGE_LIMIT),
    ]


def _ratios(what: str, taken: dict[int, list[float]], limit: float) -> list[Ratio]:
    median = {count: statistics.median(seconds) * 1000 for count, seconds in taken.items()}
    return [
        Ratio(
            what=f"{what} at {count:,} stored messages, over one at {SHORT}",
            ours=median[count],
            reference=median[SHORT],
            unit="ms",
            limit=limit,
            at_most=True,
        )
        for count in LONGER
    ]


def plant(kept: redis.Redis, actor: str, count: int) -> None:
    """A history as the agent stores it: a head, and the full segments beside it."""
    messages = [{"role": ("user", "assistant")[i % 2], "content": f"message {i}"} for i in range(count)]
    head, segments = history.upgrade(messages)
    key, pipeline = history_key(actor), kept.pipeline(transaction=False)
    for number, segment in enumerate(segments, 1):
        pipeline.hset(f"{key}-{segment.number}", mapping=_stored(history.encode_messages(segment.messages)))
        if number % 1_000 == 0:
            pipeline.execute()
    pipeline.hset(key, mapping=_stored(history.encode_head(head)))
    pipeline.execute()


def _stored(value: Any) -> dict[Any, Any]:
    return {"data": json.dumps(value), "version": 1}


def _turn(client: httpx.Client, actor: str) -> None:
    client.post(f"/chat/{actor}", json={"role": "user", "content": "hello"}).raise_for_status()


def _page(client: httpx.Client, actor: str) -> None:
    client.get(f"/chat/{actor}/history", params={"limit": PAGE}).raise_for_status()


if __name__ == "__main__":
    sys.exit(main())
