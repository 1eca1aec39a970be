"""The state file: which processes a stack started and where they answer."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from local.errors import StackError
from local.layout import Layout
from local.ports import NamespacePorts


@dataclass(frozen=True)
class Process:
    """A process by id and start time (Unix seconds): an id alone may since belong to somebody else."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> Process:
        return cls(pid, psutil.Process(pid).create_time())

    def handle(self) -> psutil.Process | None:
        """The very process, or None where it is gone."""
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.started) < 1 and found.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return found if same else None


@dataclass(frozen=True)
class Namespace:
    """One namespace as it was started."""

    name: str
    protected: bool
    ports: NamespacePorts
    password_file: Path


@dataclass(frozen=True, kw_only=True)
class State:
    """A stack as it runs. `processes` maps names such as "prod-sidecar" to what runs now under them."""

    supervisor: Process
    placement_port: int
    dashboard_port: int | None
    namespaces: tuple[Namespace, ...]
    processes: dict[str, Process]
    ready: bool = False


def write(layout: Layout, state: State) -> None:
    """Replace the state file as a whole."""
    fresh = layout.state.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(state), default=str, indent=1))
    fresh.replace(layout.state)


def read(layout: Layout) -> State | None:
    """The state of the stack that was last started here, or None. Raises `StackError` for a torn file."""
    try:
        return _decoded(json.loads(layout.state.read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise StackError(f"{layout.state} cannot be read ({error}); remove it when no stack runs.") from error


def _decoded(raw: dict[str, Any]) -> State:
    return State(
        supervisor=Process(**raw["supervisor"]),
        placement_port=raw["placement_port"],
        dashboard_port=raw["dashboard_port"],
        namespaces=tuple(
            Namespace(n["name"], n["protected"], NamespacePorts(**n["ports"]), Path(n["password_file"]))
            for n in raw["namespaces"]
        ),
        processes={name: Process(**process) for name, process in raw["processes"].items()},
        ready=raw["ready"],
    )


def running(layout: Layout) -> State | None:
    """The state, if its supervisor lives."""
    state = read(layout)
    return state if state and state.supervisor.handle() else None


@contextmanager
def exclusive(layout: Layout) -> Iterator[None]:
    """Hold the data folder; raises `StackError` where another stack does."""
    layout.data.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(layout.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StackError(
            f"A stack already runs in {layout.data}: `daca-ops down` ends it, --data names another folder."
        ) from None
    else:
        yield
    finally:
        os.close(descriptor)
