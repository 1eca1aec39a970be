"""A real stack for tests: two Redis servers, placement, two sidecars, two agents."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import redis

from dashboard.model.core.names import history_key
from local import stack, state
from local.layout import Layout


@contextmanager
def _held(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


class RunningStack:
    """What tests ask of a stack."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def status(self) -> dict[str, Any]:
        found = stack.status(self.data)
        assert found is not None, "the stack is not running"
        return found

    def namespace(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(n for n in self.status()["namespaces"] if n["name"] == name)
        return found

    def agent(self, name: str) -> httpx.Client:
        return httpx.Client(base_url=self.namespace(name)["agent"]["url"], timeout=20)

    def redis(self, name: str) -> Any:
        """A client; redis-py's own types leave open whether an answer is one, or is yet to come."""
        where = self.namespace(name)["redis"]
        password = Path(where["password_file"]).read_text()
        return redis.Redis(host=where["host"], port=where["port"], password=password, decode_responses=True)

    def stored(self, name: str, actor_id: str) -> dict[str, str]:
        """The hash that holds an actor's history head."""
        found: dict[str, str] = self.redis(name).hgetall(history_key(actor_id))
        return found

    def log(self, process: str) -> str:
        return stack.log_files(self.data)[process].read_text(errors="replace")

    def ready(self, name: str) -> bool:
        found = self.namespace(name)
        return bool(found["agent"]["ready"] and found["sidecar"]["ready"])

    def kill(self, name: str, part: str) -> int:
        """kill -9 of one part; its process id."""
        pid = int(self.namespace(name)[part]["pid"])
        os.kill(pid, signal.SIGKILL)
        return pid

    def nobody_restarts(self) -> AbstractContextManager[None]:
        """The supervisor is held, so that what is killed stays down until the end of the block."""
        found = state.running(Layout(self.data))
        assert found is not None
        return _held(found.supervisor.pid)

    def held(self, name: str, part: str) -> AbstractContextManager[None]:
        """A part neither works nor ends until the end of the block."""
        return _held(int(self.namespace(name)[part]["pid"]))

    def say(self, name: str, actor_id: str, content: str, **headers: str) -> httpx.Response:
        with self.agent(name) as agent:
            body = {"role": "user", "content": content}
            return agent.post(f"/chat/{actor_id}", json=body, headers=headers)

    def history(self, name: str, actor_id: str, **params: str) -> list[dict[str, Any]]:
        with self.agent(name) as agent:
            reply = agent.get(f"/chat/{actor_id}/history", params=params).raise_for_status()
            found: list[dict[str, Any]] = reply.json()["history"]
            return found
