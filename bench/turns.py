"""What a turn costs, against the least that it can cost and against the course's actor, in one run.

Latency: turns and floors one after the other, taken in turn, on one agent and one sidecar. Throughput: `wrk`
with 50 connections on as many actors, and with 300 on one, in rounds, ours and the references taken in turn.
Prints medians and ratios. Run: `python -m bench.turns`; wrk is Debian's (`apt-get install wrk`).
"""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from bench import results
from bench.results import Ratio
from local import binaries, components, ports, programs
from local.layout import Layout
from local.process import STOP_SECONDS, Child, Program
from local.state import Namespace
from tests.stack.waiting import wait_until

ROUNDS, WARM, ACTORS = 400, 50, 20
PAUSE = 0.004  # seconds: the event of the call before goes its way
SECONDS, LOADS = 8, 3
LUA = """
local actors, path, senders = tonumber(os.getenv("ACTORS")), os.getenv("BENCH_PATH"), 0
wrk.method = "POST"
wrk.body = '{"role": "user", "content": "hello"}'
wrk.headers["Content-Type"] = "application/json"
setup = function(thread)
  thread:set("actor", senders % actors)
  senders = senders + 1
end
request = function()
  return wrk.format(nil, path .. "/load-" .. os.getenv("RUN") .. "-" .. actor)
end
done = function(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99)))
  io.write(string.format("ERRORS %d %d\\n", summary.errors.status, summary.errors.timeout))
end
"""


@dataclass(frozen=True)
class Load:
    """Turns a second, and milliseconds that half and 99 of 100 took at most; `refused` were no turns."""

    rate: float
    p50: float
    p99: float
    refused: int


def main() -> int:
    """Print the ratios and keep them; 1 where wrk is missing."""
    if not shutil.which("wrk"):
        print("wrk is missing: apt-get install wrk")
        return 1
    with tempfile.TemporaryDirectory(prefix="daca-bench-") as folder, running(Path(folder)) as urls:
        found = [latency(urls["ours"])]
        crowd = throughput(urls, folder, 50, 50)
        one = throughput(urls, folder, 300, 1)
    found += [
        rate("50 at once on as many actors, over the course's", crowd, "course", 4.0),
        rate("50 at once on as many actors, over the floor", crowd, "floor", 0.8),
        Ratio(
            what="50 at once, p99 over p50",
            ours=crowd["ours"].p99,
            reference=crowd["ours"].p50,
            unit="ms",
            limit=2.0,
            at_most=True,
        ),
        rate("300 at once on one actor, over the course's", one, "course", 2.0),
    ]
    results.report("turns", found)
    return 0


def rate(what: str, loads: Mapping[str, Load], reference: str, limit: float) -> Ratio:
    """Ours to be at least `limit` times a reference, in turns a second."""
    ours, other = loads["ours"].rate, loads[reference].rate
    return Ratio(what=what, ours=ours, reference=other, unit="turns/s", limit=limit)


@contextmanager
def running(folder: Path) -> Iterator[Mapping[str, str]]:
    """The agent with the floor beside it, and the course's, each with a sidecar and a Redis."""
    layout, found, chosen = Layout(folder), binaries.find(lambda line: None), ports.choose(2)
    names = {"ours": "bench.reference.floor", "course": "bench.reference.course"}
    layout.prepare(tuple(names))
    plan: list[Program] = [programs.placement(layout, found, chosen.placement, chosen.raft)]
    urls = {}
    for (name, module), own in zip(names.items(), chosen.namespaces, strict=True):
        namespace = Namespace(name, False, own, layout.password_file(name))
        components.write(layout, name, own.redis)
        agent = programs.agent(layout, namespace, "")
        plan += [
            programs.redis(layout, found, namespace),
            replace(agent, command=(sys.executable, "-m", module)),
            programs.sidecar(layout, found, namespace, chosen.placement, ""),
        ]
        urls[name] = f"http://{ports.HOST}:{own.agent}"
    children = [Child(program) for program in plan]
    try:
        for child in children:
            child.start()
        wait_until(lambda: all(child.ready() for child in children), seconds=60, what="all are ready")
        wait_until(lambda: all(map(_answers, urls.values())), seconds=60, what="actors are found")
        yield urls
    finally:
        for child in reversed(children):
            child.terminate()
        for child in children:
            child.wait(time.monotonic() + STOP_SECONDS)


def _answers(url: str) -> bool:
    """Whether a turn is answered: placement tells its table a little after all are ready."""
    return httpx.post(f"{url}/chat/first", json={"role": "user", "content": "hello"}, timeout=30).is_success


def latency(url: str) -> Ratio:
    """One after the other, on the same actors; the next begins when the event before is on its way."""
    times: dict[str, list[float]] = {"/chat": [], "/floor": []}
    with httpx.Client(base_url=url, timeout=30) as client:
        for round_ in range(WARM + ROUNDS):
            for path, taken in times.items():
                began = time.perf_counter()
                actor = f"{path}/latency-{round_ % ACTORS}"
                client.post(actor, json={"role": "user", "content": "hello"}).raise_for_status()
                if round_ >= WARM:
                    taken.append((time.perf_counter() - began) * 1000)
                time.sleep(PAUSE)
    turn, floor = (statistics.median(taken) for taken in times.values())
    return Ratio(
        what="turn p50 over its floor", ours=turn, reference=floor, unit="ms", limit=1.0, at_most=True
    )


def throughput(urls: Mapping[str, str], folder: str, connections: int, actors: int) -> dict[str, Load]:
    """Of ours and the references, taken in turn: the middle of the rounds by turns a second."""
    targets = {
        "ours": f"{urls['ours']}/chat",
        "floor": f"{urls['ours']}/floor",
        "course": f"{urls['course']}/chat",
    }
    found: dict[str, list[Load]] = {name: [] for name in targets}
    for number in range(LOADS):
        for name, target in targets.items():
            found[name].append(load(target, folder, connections, actors, f"{connections}-{number}"))
    middle = {name: sorted(loads, key=lambda load: load.rate)[LOADS // 2] for name, loads in found.items()}
    for name, seen in middle.items():
        print(
            f"{connections} at once on {actors}, {name}: {seen.rate:.0f}/s, p50 {seen.p50:.0f} ms, "
            f"p99 {seen.p99:.0f} ms, {seen.refused} refused"
        )
    return middle


def load(target: str, folder: str, connections: int, actors: int, run: str) -> Load:
    """One run of wrk."""
    script = Path(folder) / "load.lua"
    script.write_text(LUA)
    base, _, path = target.rpartition("/")
    # A thread for each actor: two senders never meet at one of several.
    words = (
        "wrk",
        f"-t{actors}",
        f"-c{connections}",
        f"-d{SECONDS}s",
        "--timeout",
        "30s",
        "-s",
        str(script),
        base,
    )
    variables = {"ACTORS": str(actors), "BENCH_PATH": f"/{path}", "RUN": run}
    said = subprocess.run(words, env=variables, capture_output=True, text=True, check=True).stdout
    requests, micros, p50, p99 = map(int, re.findall(r"RESULT (\d+) (\d+) (\d+) (\d+)", said)[0])
    refused, late = map(int, re.findall(r"ERRORS (\d+) (\d+)", said)[0])
    answered = max(0, requests - refused)
    return Load(answered / (micros / 1e6), p50 / 1000, p99 / 1000, refused + late)


if __name__ == "__main__":
    sys.exit(main())
