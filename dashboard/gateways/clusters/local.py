"""Namespaces of the local stack, read from its state file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dashboard.gateways.clusters.file import FileCluster
from dashboard.gateways.log_files import newest_lines
from dashboard.gateways.password_file import read_password
from dashboard.model.core.endpoints import Endpoint, RedisAddress
from dashboard.model.core.errors import GatewayError, NotThere, Unreachable
from dashboard.model.core.failure import Failure
from dashboard.model.core.manifests import Manifests, together
from dashboard.model.logs import log as logs
from dashboard.model.logs.log import Log
from local import state
from local.errors import StackError
from local.layout import Layout
from local.ports import HOST
from local.state import Namespace, State

NOT_RUNNING = "The local stack is not running: start it with `daca-ops up`."


class LocalCluster(FileCluster):
    """The stack in one data folder; reads the file anew at each call, so a restart is seen at once."""

    kind = "local"

    def __init__(self, data: Path) -> None:
        self._layout = Layout(data.resolve())

    def endpoints(self) -> tuple[Endpoint, ...]:
        found = self._state()
        return tuple(_endpoint(namespace) for namespace in found.namespaces) if found else ()

    def manifests(self, namespaces: Sequence[str]) -> Manifests:
        """What each sidecar was given to read."""
        # The shapes of all kinds take long to build, and only the doctor reads manifests.
        from dashboard.gateways.manifest_files import read_folder

        there = [folder for folder in map(self._layout.resources, namespaces) if folder.exists()]
        return together(map(read_folder, there))

    def logged(self) -> tuple[tuple[str, str], ...]:
        """Every process that ever wrote a log, also while the stack does not run."""
        from local import stack  # brings along all that starts one

        return tuple(map(_part_of, stack.log_files(self._layout.data)))

    def logs(self, namespace: str, part: str, *, since: float | None, lines: int) -> Log:
        if (namespace, part) not in self.logged():
            where = f"{part} in {namespace}" if namespace else part
            raise NotThere(f"There is no log of {where}.", hint=self.why_down(namespace))
        path = self._layout.log(f"{namespace}-{part}" if namespace else part)
        raw, older = newest_lines((path.with_suffix(".log.old"), path), lines)
        found = logs.read(raw)
        kept = tuple(line for line in found if since is None or (line.at or 0.0) >= since)
        return Log(kept, frozenset({""} if older and len(kept) == len(found) else ()))

    def why_down(self, namespace: str) -> str:
        found = self._state()
        if found is None:
            return NOT_RUNNING
        if namespace not in {known.name for known in found.namespaces}:
            return ""
        down = [
            part for part in ("redis", "sidecar", "agent") if not self._lives(found, f"{namespace}-{part}")
        ]
        return f"{' and '.join(down)} ended and will be started again" if down else ""

    def _state(self) -> State | None:
        try:
            return state.running(self._layout)
        except StackError as error:
            raise Unreachable(str(error)) from error

    @staticmethod
    def _lives(found: State, name: str) -> bool:
        process = found.processes.get(name)
        return process is not None and process.handle() is not None


def _part_of(process: str) -> tuple[str, str]:
    namespace, _, part = process.rpartition("-")
    return namespace, part


def _endpoint(namespace: Namespace) -> Endpoint:
    store, unavailable = _store(namespace)
    return Endpoint(
        name=namespace.name,
        protected=namespace.protected,
        agent_url=f"http://{HOST}:{namespace.ports.agent}",
        sidecar_url=f"http://{HOST}:{namespace.ports.http}",
        redis=store,
        unavailable=unavailable,
        publish_url=f"http://{HOST}:{namespace.ports.http}",
    )


def _store(namespace: Namespace) -> tuple[RedisAddress | None, tuple[tuple[str, Failure], ...]]:
    try:
        password = read_password(namespace.password_file)
    except GatewayError as error:
        return None, (("store", error.failure),)
    file = str(namespace.password_file)
    return RedisAddress(host=HOST, port=namespace.ports.redis, password=password, password_file=file), ()
