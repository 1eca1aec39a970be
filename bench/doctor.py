"""A look by the doctor at one namespace, at 20 and at 2,000: real agents, sidecars and Redis on this machine.

Two namespaces run; a static cluster names them as often as wanted. `python -m bench.doctor`.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from dashboard.services.doctor import checkup
from dashboard.services.settings import Settings
from dashboard.services.workspace import open_workspace
from local import stack

FEW, MANY = 20, 2_000
REPEATS = 5
# Seconds that each call takes longer, as to a cluster in another place: a proxy in between waits for it.
MOST = 2.0


def main() -> int:
    """Print what was measured; 1 where 20 namespaces take more than twice the time of one."""
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
    one, few = (min(_looks(data, real, count)) for count in (1, FEW))
    print(f"one namespace: {one * 1000:.0f} ms; {FEW}: {few * 1000:.0f} ms, {few / one:.1f} times as long")
    many = statistics.median(_looks(data, real, MANY, repeats=1))
    print(f"{MANY:,} namespaces: {many:.1f} s, {many / MANY * 1000:.1f} ms each")
    return int(few > MOST * one)


def _looks(data: Path, real: list[dict[str, Any]], count: int, repeats: int = REPEATS) -> list[float]:
    """Seconds of each whole run, with connections that are opened anew."""
    file = data / "bench.toml"
    file.write_text("\n".join(_entry(f"n{i}", real[i % len(real)]) for i in range(count)))
    return [_look(Settings(cluster="static", static_file=file, data=data), count) for _ in range(repeats)]


def _look(settings: Settings, count: int) -> float:
    began = time.perf_counter()
    workspace = open_workspace(settings)
    report = checkup.check(workspace, workspace.places())
    took = time.perf_counter() - began
    workspace.close()
    assert len(report.namespaces) == count
    return took


def _entry(name: str, real: dict[str, Any]) -> str:
    redis = real["redis"]
    return (
        f'[[namespace]]\nname = "{name}"\nagent = "{real["agent"]["url"]}"\nsidecar = "{real["sidecar"]["url"]}"\n'
        f'redis = "redis://{redis["host"]}:{redis["port"]}/0"\nredis_password_file = "{redis["password_file"]}"\n'
    )


if __name__ == "__main__":
    sys.exit(main())
