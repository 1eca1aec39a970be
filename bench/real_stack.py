"""A real stack of a bench's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis

from local import stack


@contextmanager
def running(data: Path, names: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
    """Its namespaces, as the stack's status describes them; it ends with the block."""
    options = stack.UpOptions(namespaces=tuple(names), data=data, dashboard=False)
    stack.start_detached(options, report=lambda line: None)
    try:
        found = stack.status(data)
        assert found is not None
        yield found["namespaces"]
    finally:
        stack.down(data)


def store(namespace: dict[str, Any]) -> redis.Redis:
    """A client of its Redis."""
    where = namespace["redis"]
    password = Path(where["password_file"]).read_text().strip()
    return redis.Redis(host=where["host"], port=int(where["port"]), db=int(where["db"]), password=password)
