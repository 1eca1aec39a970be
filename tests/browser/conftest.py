"""A real dashboard on the real stack, in real Chromium."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, ViewportSize, expect, sync_playwright

from local import ports
from local.programs import answers
from tests.browser.chromium import launch, steady
from tests.stack.running_stack import RunningStack
from tests.stack.waiting import wait_until

PROJECT = Path(__file__).parents[2]
PATIENCE_MS = 40_000
# No server of the tests is known by a name: where none can be looked up, one would be waited for.
NAMED = re.compile(r"https?://(?!localhost[:/])[^/:\[]*[a-z]", re.IGNORECASE)
expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def served(command: Sequence[str], url: str, log: Path, **settings: str) -> Iterator[str]:
    """A server of the test's own, ready at `url`, ended afterwards."""
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=PROJECT,
            env={**os.environ, **settings},
            stdout=output,
            stderr=output,
        )
    try:
        wait_until(lambda: answers(url), what=f"{url} answers, see {log}")
        yield url
    finally:
        server.terminate()
        server.wait(10)


@contextmanager
def dashboard(data: Path, log: Path, port: int, *options: str, **settings: str) -> Iterator[str]:
    """The dashboard on the stack in `data`; its address."""
    command = ["streamlit", "run", "dashboard/app.py", "--server.port", str(port)]
    command += ["--server.address", ports.HOST, *options]
    url = f"http://{ports.HOST}:{port}"
    settings = {"DACA_CLUSTER": "local", "DACA_DATA": str(data), **settings}
    with served(command, f"{url}/_stcore/health", log, **settings):
        yield url


@pytest.fixture(scope="session")
def dashboard_url(session_stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("dashboard") / "log"
    with dashboard(session_stack.data, log, ports.choose(1).dashboard) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, url: str, timezone_id: str = "UTC") -> Iterator[Page]:
    """A page that fails the test on a script error, a dialog, or a request to another machine."""
    size: ViewportSize = {"width": 1280, "height": 1000}
    context = browser.new_context(base_url=url, viewport=size, timezone_id=timezone_id)
    context.route(NAMED, lambda route: route.abort())
    page = steady(context.new_page())
    page.set_default_timeout(PATIENCE_MS)
    surprises: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        surprises.append(dialog.message)
        dialog.dismiss()

    def note(request: Request) -> None:
        if NAMED.match(request.url) and page.url.startswith(url):
            surprises.append(request.url)

    page.on("dialog", dismiss)
    page.on("request", note)
    page.on("pageerror", lambda error: surprises.append(str(error)))
    yield page
    context.close()
    assert surprises == []


@pytest.fixture
def page(browser: Browser, stack: RunningStack, dashboard_url: str) -> Iterator[Page]:
    with opened(browser, dashboard_url) as page:
        yield page
