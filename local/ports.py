"""Ports on loopback: the usual ones where they are free, the next free ones where they are not."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from local.errors import StackError

HOST = "127.0.0.1"
DASHBOARD = 8501


@dataclass(frozen=True, kw_only=True)
class NamespacePorts:
    """What one namespace listens on."""

    redis: int
    agent: int
    http: int
    grpc: int
    internal: int
    metrics: int


@dataclass(frozen=True)
class Ports:
    """What a stack listens on."""

    placement: int
    raft: int
    dashboard: int
    namespaces: tuple[NamespacePorts, ...]


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of loopback now."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose(count: int, *, dashboard: int | None = None, take: Callable[[int], bool] = is_free) -> Ports:
    """Ports for `count` namespaces, each granted by `take`.

    A dashboard port that was asked for and is taken raises `StackError`.
    """
    if dashboard is not None and not take(dashboard):
        raise StackError(
            f"Port {dashboard} is taken: stop what listens there, or choose another with --port."
        )
    taken: set[int] = set() if dashboard is None else {dashboard}

    def next_from(wanted: int) -> int:
        for port in _candidates(wanted):
            if port not in taken and take(port):
                taken.add(port)
                return port
        raise StackError(f"No free port from {wanted} on: stop what listens there.")

    placement, raft = next_from(7050), next_from(8201)
    namespaces = tuple(
        NamespacePorts(
            redis=next_from(6379 + index),
            agent=next_from(8000 + index),
            http=next_from(3500 + index),
            grpc=next_from(3600 + index),
            internal=next_from(3700 + index),
            metrics=next_from(3800 + index),
        )
        for index in range(count)
    )
    return Ports(placement, raft, dashboard or next_from(DASHBOARD), namespaces)


def _candidates(wanted: int) -> Iterator[int]:
    yield from range(wanted, wanted + 100)
    yield from range(20_000 + wanted, 20_000 + wanted + 500)
