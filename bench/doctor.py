"""A look by the doctor at one namespace and at 20, each with its own agent, sidecar and Redis; then at 2,000.

The 2,000 are a static cluster that names those 20 as often as wanted, so all the work of the many is done by
them and this machine. `python -m bench.doctor`.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bench import real_stack, results
from bench.results import Ratio
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import open_workspace
from dashboard.services.doctor import checkup
from local import ports
from tests.browser.chromium import launch
from tests.browser.conftest import dashboard

NAMES = tuple(f"n{index}" for index in range(20))
MANY = 2_000
REPEATS = 5
MOST = 2.0
Seconds = Callable[[Path, int], float]


def main() -> int:
    """Print the ratios; how many are outside their limits."""
    with tempfile.TemporaryDirectory(prefix="daca-bench-") as name:
        data = Path(name)
        with real_stack.running(data, NAMES) as namespaces:
            return _measure(data, namespaces)


def _measure(data: Path, real: list[dict[str, Any]]) -> int:
    ratios = [
        _compare("`daca-ops doctor`", _command, data),
        _compare("the page, from the click to the report", _page, data),
        _compare("the look alone, inside a process that runs", _inside, data, limit=20.0),
    ]
    file = data / "many.toml"
    file.write_text("\n".join(_entry(f"m{index}", real[index % len(real)]) for index in range(MANY)))
    many = _look(Settings(cluster="static", static_file=file, data=data), MANY)
    print(f"{MANY:,} namespaces: {many:.1f} s, {many / MANY * 1000:.1f} ms each")
    return results.report("doctor", ratios)


def _compare(title: str, run: Seconds, data: Path, *, limit: float = MOST) -> Ratio:
    """The best of some runs on one namespace and on all, in turns: what else this machine does hits both."""
    pairs = [(run(data, 1), run(data, len(NAMES))) for _ in range(REPEATS)]
    one, all_ = min(one for one, _ in pairs), min(all_ for _, all_ in pairs)
    what = f"{title} on {len(NAMES)} namespaces, over one"
    return Ratio(what=what, ours=all_, reference=one, unit="s", limit=limit, at_most=True)


def _command(data: Path, count: int) -> float:
    """Seconds of the whole command, as a person or a script waits for it."""
    chosen = [word for name in NAMES[:count] for word in ("-n", name)]
    words = ("doctor", "--json", "--data", str(data), *chosen)
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "dashboard", *words], capture_output=True, check=True, timeout=60)
    return time.perf_counter() - began


def _page(data: Path, count: int) -> float:
    """Seconds from the click to the report in a browser, of a dashboard that has never looked."""
    query = f"?ns={NAMES[0]}&scope=those+of+the+sidebar" if count == 1 else ""
    with (
        dashboard(data, data / "dashboard.log", ports.choose(len(NAMES)).dashboard) as url,
        sync_playwright() as playwright,
        launch(playwright) as browser,
    ):
        page = browser.new_page()
        page.goto(f"{url}/doctor{query}")
        check = page.get_by_role("button", name=re.compile(rf"Check {count} namespaces?$"))
        check.wait_for()
        page.wait_for_load_state("networkidle")
        began = time.perf_counter()
        check.click()
        # At each frame: a locator is looked for at longer and longer intervals, of 500 ms in the end.
        page.wait_for_function(
            "words => new RegExp(words).test(document.body.textContent)", arg=f"{count} namespaces?: "
        )
        return time.perf_counter() - began


def _inside(data: Path, count: int) -> float:
    return _look(Settings(data=data), count)


def _look(settings: Settings, count: int) -> float:
    """Seconds of the look alone, with connections that are opened anew."""
    workspace = open_workspace(settings)
    endpoints = workspace.endpoints()[:count]
    began = time.perf_counter()
    report = checkup.check(workspace, endpoints)
    took = time.perf_counter() - began
    workspace.close()
    assert len(report.namespaces) == count
    return took


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
