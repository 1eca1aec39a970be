"""What a command costs before it does its work, against `python -c pass`.

In turns on one machine: the interpreter alone, `daca-ops --version`, and `daca-ops namespaces` on a static
cluster, where its namespace has no address and where it has some that refuse, so that the clients of HTTP and
Redis are there as well. Bytecode is kept, whatever PYTHONDONTWRITEBYTECODE says here: with it every command
compiles all that it imports. Run: `python -m bench.start_up`.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench import results
from bench.results import within

ROUNDS = 15
INTERPRETER = "python -c pass"
START_UP_SECONDS, READ_SECONDS = 0.25, 0.5  # on a machine that does nothing else


@dataclass(frozen=True)
class Run:
    """Seconds of one process: of the processor (user and system), and from its start to its end."""

    processor: float
    elapsed: float


@dataclass(frozen=True, kw_only=True)
class StartUp:
    """What one command cost over all rounds; `ratio` is that of processor seconds to the interpreter's.

    The median of all rounds, in seconds, and the shortest time, which is the least disturbed one. `limit` is
    what the latter must not exceed, None where nothing is asked of it.
    """

    command: str
    processor: float
    ratio: float
    shortest: float
    limit: float | None


def main() -> int:
    """Print a line a command and write the figures; 1 where one takes longer than it may."""
    with tempfile.TemporaryDirectory(prefix="daca-bench-") as folder, socket.socket() as refusing:
        refusing.bind(("127.0.0.1", 0))  # listens to nobody, and keeps others from doing so
        figures = _measure(_commands(Path(folder), refusing.getsockname()[1]))
    print(f"{'command':<58}{'CPU s':>8}{'ratio':>8}{'best s':>8}{'limit':>8}")
    for found in figures:
        limit = "" if found.limit is None else f"{found.limit:.2f}"
        print(
            f"{found.command:<58}{found.processor:>8.3f}{found.ratio:>8.1f}{found.shortest:>8.3f}{limit:>8}"
        )
    limited = ((found, found.limit) for found in figures if found.limit is not None)
    return results.report(
        "start_up", [within(found.command, found.shortest, limit, "s") for found, limit in limited]
    )


def _commands(folder: Path, port: int) -> dict[str, tuple[list[str], float | None]]:
    """The words of each process, and the seconds that it may take."""
    bare, refused = folder / "bare.toml", folder / "refused.toml"
    bare.write_text('[[namespace]]\nname = "prod"\n')
    url = f"http://127.0.0.1:{port}"
    refused.write_text(
        f'{bare.read_text()}agent = "{url}"\nsidecar = "{url}"\nredis = "redis://127.0.0.1:{port}/0"\n'
    )
    daca_ops = [sys.executable, "-m", "dashboard"]
    namespaces = [*daca_ops, "namespaces", "--cluster", "static", "--file"]
    return {
        INTERPRETER: ([sys.executable, "-c", "pass"], None),
        "daca-ops --version": ([*daca_ops, "--version"], START_UP_SECONDS),
        "daca-ops namespaces, no address": ([*namespaces, str(bare)], READ_SECONDS),
        "daca-ops namespaces, with the clients of HTTP and Redis": (
            [*namespaces, str(refused)],
            READ_SECONDS,
        ),
    }


def _measure(commands: dict[str, tuple[list[str], float | None]]) -> list[StartUp]:
    """Each command once a round, so that what else this machine does hits all."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for round_ in range(ROUNDS + 1):
        for name, (words, _) in commands.items():
            run = _run(words)
            if round_:  # the first one writes the bytecode and reads the disk
                runs[name].append(run)
    processor = {name: statistics.median(run.processor for run in kept) for name, kept in runs.items()}
    return [
        StartUp(
            command=name,
            processor=processor[name],
            ratio=processor[name] / processor[INTERPRETER],
            shortest=min(run.elapsed for run in runs[name]),
            limit=limit,
        )
        for name, (_, limit) in commands.items()
    ]


def _run(words: list[str]) -> Run:
    """One process, to its end; what it prints is not looked at, an exit status of its own is 0 or 1."""
    left_out = {"PYTHONDONTWRITEBYTECODE", *(name for name in os.environ if name.startswith("DACA_"))}
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    began = time.perf_counter()
    with subprocess.Popen(
        words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        elapsed = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in {0, 1}, words
    return Run(used.ru_utime + used.ru_stime, elapsed)


if __name__ == "__main__":
    sys.exit(main())
