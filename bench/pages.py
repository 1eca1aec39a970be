"""A dashboard on a real stack beside the barest page of Streamlit, for benches of the page."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import redis

from bench import real_stack
from local import ports
from local.programs import answers
from tests.stack.waiting import wait_until

PROJECT = Path(__file__).parents[1]
BARE = Path("bench") / "reference" / "bare_page.py"
NAMES = ("prod", "dev")


@dataclass(frozen=True)
class Served:
    """One page: its address and the process that serves it."""

    url: str
    pid: int


@dataclass(frozen=True)
class Pages:
    """`ours` shows the stack's `agents` and `stores`; `bare` shows nothing."""

    ours: Served
    bare: Served
    agents: tuple[str, ...]
    stores: tuple[redis.Redis, ...]

    def commands(self) -> int:
        """How many commands the stores were ever given."""
        told = (store.info("stats") for store in self.stores)
        return sum(int(each["total_commands_processed"]) for each in told)

    def say(self, actor_id: str, turns: int) -> None:
        """The same turns to an actor in every namespace."""

        def talk(url: str) -> None:
            with httpx.Client(base_url=url, timeout=30) as client:
                for number in range(1, turns + 1):
                    body = {"role": "user", "content": f"hello {number}"}
                    client.post(f"/chat/{actor_id}", json=body).raise_for_status()

        with ThreadPoolExecutor() as pool:
            list(pool.map(talk, self.agents))


@contextmanager
def running(folder: Path) -> Iterator[Pages]:
    """Both, until the end of the block."""
    data, page = folder / "data", Path("dashboard") / "app.py"
    with (
        real_stack.running(data, NAMES) as namespaces,
        _served(page, folder, DACA_CLUSTER="local", DACA_DATA=str(data)) as ours,
        _served(BARE, folder) as bare,
    ):
        agents = tuple(str(each["agent"]["url"]) for each in namespaces)
        yield Pages(ours, bare, agents, tuple(map(real_stack.store, namespaces)))


@contextmanager
def _served(script: Path, folder: Path, **settings: Any) -> Iterator[Served]:
    port = ports.choose(1).dashboard
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    with (
        (folder / f"{script.stem}.log").open("wb") as log,
        subprocess.Popen(
            command, cwd=PROJECT, env={**os.environ, **settings}, stdout=log, stderr=log
        ) as server,
    ):
        try:
            url = f"http://{ports.HOST}:{port}"
            wait_until(lambda: answers(f"{url}/_stcore/health"), what=f"{script} answers")
            yield Served(url, server.pid)
        finally:
            server.terminate()
