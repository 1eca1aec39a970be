"""A look by the doctor at one namespace, at 20 and at 2,000: real agents, sidecars and Redis on this machine.

Two namespaces run, and a static cluster names them as often as wanted, so all the work of the many is done by
two agents and this machine. `python -m bench.doctor`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dashboard.services.doctor import checkup
from dashboard.services.settings import Settings
from dashboard.services.workspace import open_workspace
from local import stack

FEW, MANY = 20, 2_000
REPEATS = 5
MOST = 2.0
Seconds = Callable[[Path], float]


def main() -> int:
    """Print what was measured; 1 where the command takes more than twice as long on 20 namespaces."""
    with tempfile.TemporaryDirectory(prefix="daca-bench-") as name:
        data = Path(name)
        stack.start_detached(stack.UpOptions(data=data, dashboard=False), report=lambda line: None)
        try:
            found = stack.status(data)
            assert found is not None
            return _measure(data, found["namespaces"])
        finally:
            stack.down(data)


def _measure(data: Path, real: list[dict[str, Any]]) -> int:
    files = {count: _cluster(data, real, count) for count in (1, FEW, MANY)}
    ratios = [
        _compare(title, min(_repeat(run, files[1])), min(_repeat(run, files[FEW])))
        for title, run in (("`daca-ops doctor`", _command), ("inside a running page", _inside))
    ]
    many = _inside(files[MANY])
    print(f"{MANY:,} namespaces: {many:.1f} s, {many / MANY * 1000:.1f} ms each")
    return int(ratios[0] > MOST)


def _compare(title: str, one: float, few: float) -> float:
    print(
        f"{title}: {one * 1000:.0f} ms on one namespace, {few * 1000:.0f} ms on {FEW}: {few / one:.1f} times"
    )
    return few / one


def _repeat(run: Seconds, file: Path) -> list[float]:
    return [run(file) for _ in range(REPEATS)]


def _command(file: Path) -> float:
    """Seconds of the whole command, as a person or a script waits for it."""
    words = ("doctor", "--json", "--cluster", "static", "--file", str(file), "--data", str(file.parent))
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "dashboard", *words], capture_output=True, check=False, timeout=60)
    return time.perf_counter() - began


def _inside(file: Path) -> float:
    """Seconds of the look alone, with connections that are opened anew."""
    workspace = open_workspace(Settings(cluster="static", static_file=file, data=file.parent))
    began = time.perf_counter()
    report = checkup.check(workspace, workspace.places())
    took = time.perf_counter() - began
    workspace.close()
    assert any(found.rule == "store-shared" for found in report.findings) == (len(report.namespaces) > 2)
    return took


def _cluster(data: Path, real: list[dict[str, Any]], count: int) -> Path:
    file = data / f"{count}.toml"
    file.write_text("\n".join(_entry(f"n{i}", real[i % len(real)]) for i in range(count)))
    return file


def _entry(name: str, real: dict[str, Any]) -> str:
    redis = real["redis"]
    return f"""[[namespace]]
name = "{name}"
agent = "{real["agent"]["url"]}"
sidecar = "{real["sidecar"]["url"]}"
redis = "redis://{redis["host"]}:{redis["port"]}/0"
redis_password_file = "{redis["password_file"]}"
"""


if __name__ == "__main__":
    sys.exit(main())
