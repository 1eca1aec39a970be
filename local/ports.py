"""Ports on loopback: the usual ones where they are free, the next free ones where they are not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from local.errors import StackError

HOST = "127.0.0.1"
DASHBOARD = 8501


@dataclass(frozen=True)
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


def choose(count: int, *, dashboard: int | None = None) -> Ports:
    """Ports for `count` namespaces. A dashboard port that was asked for and is taken raises `StackError`."""
    if dashboard is not None and not is_free(dashboard):
        raise StackError(
            f"Port {dashboard} is taken: stop what listens there, or choose another with --port."
        )
    taken: set[int] = set() if dashboard is None else {dashboard}
    placement, raft = _next(7050, taken), _next(8201, taken)
    namespaces = tuple(
        NamespacePorts(
            redis=_next(6379 + index, taken),
            agent=_next(8000 + index, taken),
            http=_next(3500 + index, taken),
            grpc=_next(3600 + index, taken),
            internal=_next(3700 + index, taken),
            metrics=_next(3800 + index, taken),
        )
        for index in range(count)
    )
    return Ports(placement, raft, dashboard or _next(DASHBOARD, taken), namespaces)


def _next(wanted: int, taken: set[int]) -> int:
    for port in _candidates(wanted):
        if port not in taken and is_free(port):
            taken.add(port)
            return port
    raise StackError(f"No free port from {wanted} on: stop what listens there.")


def _candidates(wanted: int) -> Iterator[int]:
    yield from range(wanted, wanted + 100)
    yield from range(20_000 + wanted, 20_000 + wanted + 500)
