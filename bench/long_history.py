"""What a turn costs on an actor with 100,000 stored messages, against one with 10.

Both actors live on one real stack (Redis, daprd, placement, agent) and take turns A B A B, so that a machine
whose speed drifts slows both. Before each turn the head is put back as it was, so that every turn meets the
same history. Prints medians and their ratio. Run: `make bench`.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any, cast

import httpx
import redis

from dashboard.model.core.names import history_key
from local import stack

SHORT, LONG, ROUNDS = 10, 100_000, 300
LIMIT = 1.2


def main() -> int:
    """Print the ratio; 1 where it is over the limit."""
    with tempfile.TemporaryDirectory(prefix="daca-bench-") as folder:
        data = Path(folder)
        options = stack.UpOptions(namespaces=("bench",), data=data, dashboard=False)
        stack.start_detached(options, report=lambda line: None)
        try:
            found = stack.status(data)
            assert found is not None
            return _measure(found["namespaces"][0])
        finally:
            stack.down(data)


def _measure(endpoint: dict[str, Any]) -> int:
    store = _store(endpoint)
    actors = {count: f"bench-{count}-{uuid.uuid4().hex[:8]}" for count in (SHORT, LONG)}
    for count, actor in actors.items():
        _plant(store, actor, count)
    times: dict[int, list[float]] = {SHORT: [], LONG: []}
    with httpx.Client(base_url=endpoint["agent"]["url"], timeout=60) as client:
        heads = {}
        for actor in actors.values():
            _turn(client, actor)  # upgrades the planted list
            heads[actor] = cast(dict[Any, Any], store.hgetall(history_key(actor)))
        for _ in range(ROUNDS):
            for count, actor in actors.items():
                store.hset(history_key(actor), mapping=heads[actor])
                times[count].append(_turn(client, actor))
    short, long = (statistics.median(times[count]) for count in (SHORT, LONG))
    print(f"a turn at {SHORT:,} stored messages: p50 {short * 1000:.2f} ms")
    print(f"a turn at {LONG:,} stored messages: p50 {long * 1000:.2f} ms")
    print(f"ratio {long / short:.3f} (limit {LIMIT}, {ROUNDS} turns each, taken in turn)")
    return int(long / short > LIMIT)


def _store(endpoint: dict[str, Any]) -> redis.Redis:
    where = endpoint["redis"]
    password = Path(where["password_file"]).read_text().strip()
    return redis.Redis(host=where["host"], port=int(where["port"]), db=int(where["db"]), password=password)


def _plant(store: redis.Redis, actor: str, count: int) -> None:
    """A history as the course's code wrote it: the agent upgrades it at the first turn."""
    messages = [{"role": ("user", "assistant")[i % 2], "content": f"message {i}"} for i in range(count)]
    store.hset(history_key(actor), mapping={"data": json.dumps(messages), "version": 1})


def _turn(client: httpx.Client, actor: str) -> float:
    began = time.perf_counter()
    client.post(f"/chat/{actor}", json={"role": "user", "content": "hello"}).raise_for_status()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
