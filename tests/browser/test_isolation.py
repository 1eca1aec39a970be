"""The proof of isolation as a reader sees it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from local import ports
from tests.browser.conftest import dashboard, opened
from tests.stack.running_stack import RunningStack
from tests.stack.test_cli import daca_ops


def prove(page: Page) -> None:
    page.goto("/isolation")
    page.get_by_role("button", name="Prove that prod and dev are isolated").click()
    expect(page.locator(".st-key-verdict-isolated")).to_be_visible()


def test_one_click_proves_and_the_report_can_be_kept(page: Page, tmp_path: Path) -> None:
    prove(page)
    expect(page.get_by_text("prod and dev are isolated: ")).to_be_visible()
    expect(page.get_by_text("prod: 1 key and 3 stream entries")).to_contain_text("dev: 1 key and 3")
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    report = tmp_path / "report.json"
    download.value.save_as(report)
    assert json.loads(report.read_text())["verdict"] == "isolated"


def test_a_reload_shows_the_same_proof(page: Page) -> None:
    prove(page)
    said = page.get_by_text("with actor isolation-").inner_text()
    page.reload()
    expect(page.get_by_text(said)).to_be_visible()


def test_a_proof_of_the_command_line_is_listed_and_outlives_the_dashboard(
    browser: Browser, stack: RunningStack, tmp_path: Path
) -> None:
    made = json.loads(daca_ops("verify", "--json", "--data", str(stack.data)).stdout)
    port = ports.choose(1).dashboard
    said = page_of = ""
    for _ in range(2):
        with dashboard(stack.data, tmp_path / "log", port) as url, opened(browser, url) as page:
            page.goto(page_of or "/isolation")
            if not page_of:
                page.get_by_text("Earlier proofs").click()
                page.get_by_role("link", name="Isolated").first.click()
                said = page.get_by_text(f"with actor {made['actor']}").inner_text()
                page_of = page.url
            expect(page.get_by_text(said)).to_be_visible()


@pytest.mark.parametrize("width", [390, 2560])
def test_the_proof_is_never_wider_than_the_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    prove(page)
    expect(page.get_by_text("Removed afterwards")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
