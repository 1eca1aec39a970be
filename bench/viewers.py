"""How many tabs that watch one core of the dashboard's machine serves, and what they cost the agents.

Each viewer is a connection that does as a browser's tab does, which is to run the page's fragments when they
are due, and draws nothing: it costs this machine little. What counts is the server's own processor time, also
over that of the barest page of Streamlit with as many viewers. Run: `python -m bench.viewers`.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench import pages, results
from bench.pages import Served
from bench.results import Ratio

ACTOR, TURNS = "viewed", 35
MANY = 40
SETTLE_SECONDS, SECONDS = 6.0, 30.0


@dataclass
class Viewer:
    """One tab on the page at `url`; `query` is its address's."""

    url: str
    query: str
    _timers: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _page: str = ""

    async def watch(self) -> None:
        """Until it is cancelled."""
        address = f"{self.url.replace('http', 'ws', 1)}/_stcore/stream"
        async with websockets.connect(address, max_size=None) as socket:
            try:
                await self._run(socket)
                async for raw in socket:
                    assert isinstance(raw, bytes)
                    self._take(socket, ForwardMsg.FromString(raw))
            finally:
                self._stop(self._timers)

    def _take(self, socket: websockets.ClientConnection, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session" and not message.metadata.run.fragment_ids:
            self._page = message.new_session.page_script_hash
            self._stop(self._timers)
        elif kind == "auto_rerun":
            name = message.auto_rerun.fragment_id
            self._stop([name])
            self._timers[name] = asyncio.create_task(self._tick(socket, name, message.auto_rerun.interval))
        elif kind == "stop_auto_rerun":
            self._stop([message.stop_auto_rerun.fragment_id])

    def _stop(self, names: Iterable[str]) -> None:
        for name in list(names):
            timer = self._timers.pop(name, None)
            if timer:
                timer.cancel()

    async def _tick(self, socket: websockets.ClientConnection, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self._run(socket, fragment)

    async def _run(self, socket: websockets.ClientConnection, fragment: str = "") -> None:
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = bool(fragment)
        await socket.send(message.SerializeToString())


@dataclass(frozen=True)
class Cost:
    """Of some viewers in a second: seconds of the server's processor, and commands given to the stores."""

    processor: float
    commands: float


async def watched(served: Served, count: int, commands: Callable[[], int]) -> Cost:
    """What `count` viewers cost when all are there."""
    viewers = []
    for _ in range(count):
        viewers.append(asyncio.create_task(Viewer(served.url, f"actor={ACTOR}").watch()))
        await asyncio.sleep(SETTLE_SECONDS / count)
    await asyncio.sleep(SETTLE_SECONDS)
    server = psutil.Process(served.pid)
    began, used, asked = time.perf_counter(), _seconds(server), commands()
    await asyncio.sleep(SECONDS)
    lasted = time.perf_counter() - began
    cost = Cost((_seconds(server) - used) / lasted, (commands() - asked) / lasted)
    cut_off = sum(viewer.done() for viewer in viewers)
    assert not cut_off, f"{cut_off} of {count} viewers were cut off"
    for viewer in viewers:
        viewer.cancel()
    await asyncio.gather(*viewers, return_exceptions=True)
    return cost


def _seconds(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


def main() -> int:
    """Print the ratios; how many are outside their limits."""
    with tempfile.TemporaryDirectory(prefix="daca-bench-") as folder, pages.running(Path(folder)) as both:
        both.say(ACTOR, TURNS)
        one = asyncio.run(watched(both.ours, 1, both.commands))
        all_ = asyncio.run(watched(both.ours, MANY, both.commands))
        bare = asyncio.run(watched(both.bare, MANY, both.commands))
    return results.report(
        "viewers",
        [
            Ratio(
                what=f"seconds of one core for {MANY} viewers, over the seconds that passed",
                ours=all_.processor,
                reference=1.0,
                unit="s/s",
                limit=1.0,
                at_most=True,
            ),
            Ratio(
                what=f"the same over the barest page of Streamlit with {MANY} viewers",
                ours=all_.processor,
                reference=bare.processor,
                unit="s/s",
                limit=10.0,
                at_most=True,
            ),
            Ratio(
                what=f"commands that the stores are given for {MANY} viewers, over one viewer's",
                ours=all_.commands,
                reference=one.commands,
                unit="/s",
                limit=1.2,
                at_most=True,
            ),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
