"""One real stack for every tier that needs it."""

from __future__ import annotations

import uuid
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path

import hypothesis
import playwright.sync_api
import pytest

from local import stack as local_stack
from tests.stack.running_stack import RunningStack
from tests.stack.waiting import wait_until

pytest.register_assert_rewrite("tests.contract.cluster_contract")

# A machine that is busy with a whole stack must not make a law of logic a timing test.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed says what its page showed."""
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if report.when == "call" and report.failed and isinstance(page, playwright.sync_api.Page):
        report.sections.append(("Page", _shown(page)))
    return report


def _shown(page: playwright.sync_api.Page) -> str:
    """Its address, and what a screen reader finds there."""
    with suppress(playwright.sync_api.Error):
        return f"{page.url}\n{page.locator('body').aria_snapshot(timeout=5_000)}"
    return "closed"


@pytest.fixture(scope="session")
def session_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """prod and dev in a folder of their own, on free ports, without the dashboard."""
    data = tmp_path_factory.mktemp("stack")
    options = local_stack.UpOptions(data=data, dashboard=False)
    local_stack.start_detached(options, report=lambda line: None)
    try:
        yield RunningStack(data)
    finally:
        local_stack.down(data)


@pytest.fixture
def stack(session_stack: RunningStack) -> RunningStack:
    """The session's stack, healthy at the beginning of each test."""
    wait_until(lambda: session_stack.ready("prod") and session_stack.ready("dev"), what="both ready")
    return session_stack


@pytest.fixture
def actor_id() -> str:
    """An actor of the test's own."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def empty_folder(tmp_path: Path) -> Path:
    return tmp_path / "data"
