"""A real dashboard on the real stack, in real Chromium."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from local import ports
from local.programs import answers
from tests.browser.chromium import launch
from tests.stack.running_stack import RunningStack
from tests.stack.waiting import wait_until

PROJECT = Path(__file__).parents[2]
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def dashboard_url(session_stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = ports.choose(1).dashboard
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", "--server.port", str(port)]
    environment = {**os.environ, "DACA_CLUSTER": "local", "DACA_DATA": str(session_stack.data)}
    log = tmp_path_factory.mktemp("dashboard") / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command, "--server.address", ports.HOST],
            cwd=PROJECT,
            env=environment,
            stdout=output,
            stderr=output,
        )
    url = f"http://{ports.HOST}:{port}"
    wait_until(lambda: answers(f"{url}/_stcore/health"), what=f"the dashboard answers, see {log}")
    yield url
    server.terminate()
    server.wait(10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, stack: RunningStack, dashboard_url: str) -> Iterator[Page]:
    """A page that fails the test on a script error or a dialog."""
    context = browser.new_context(base_url=dashboard_url, viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    surprises: list[str] = []
    page.on("dialog", lambda dialog: (surprises.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: surprises.append(str(error)))
    yield page
    context.close()
    assert surprises == []
