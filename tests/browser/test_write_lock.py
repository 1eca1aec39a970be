"""A protected namespace: seen as such, unlocked by its name, locked again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from local import ports
from tests.browser.conftest import dashboard, opened
from tests.browser.test_accessibility import COLOURED, grave_findings
from tests.browser.test_compare import write
from tests.stack.running_stack import RunningStack


@pytest.fixture(scope="module")
def url(session_stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("protected") / "log"
    with dashboard(session_stack.data, log, ports.choose(1).dashboard, DACA_PROTECTED='["prod"]') as url:
        yield url


@pytest.fixture
def page(browser: Browser, stack: RunningStack, url: str) -> Iterator[Page]:
    with opened(browser, url) as page:
        yield page


def said_in(stack: RunningStack, name: str, actor_id: str) -> list[str]:
    return [m["content"] for m in stack.history(name, actor_id) if m["role"] == "user"]


def test_writing_begins_with_the_name_and_ends_with_the_lock(
    page: Page, stack: RunningStack, actor_id: str
) -> None:
    page.goto(f"/?actor={actor_id}")
    write(page, "too early")
    expect(page.get_by_text("prod is protected. Type its name to unlock it for 15 minutes.")).to_be_visible()
    page.get_by_role("button", name="Unlock writing").click()
    name = page.get_by_label("Type prod to unlock it for 15 minutes")
    name.press_sequentially("pro")
    before = page.get_by_text("ok, ").first.inner_text()
    expect(page.get_by_text(before)).to_have_count(0)  # read anew: what is half typed stays
    name.press_sequentially("d")
    name.press("Enter")
    expect(page.get_by_text("Writing is unlocked until")).to_be_visible()
    expect(page.get_by_text("protected, unlocked").first).to_be_visible()
    write(page, "now")
    expect(page.get_by_text("answered in")).to_have_count(2)
    page.get_by_role("button", name="Lock again").click()
    expect(page.get_by_role("button", name="Unlock writing")).to_be_visible()
    write(page, "too late")
    expect(page.get_by_text("prod is protected. Type its name to unlock it for 15 minutes.")).to_be_visible()
    assert said_in(stack, "prod", actor_id) == ["now"]
    assert said_in(stack, "dev", actor_id) == ["too early", "now", "too late"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_tinted_on_every_page_and_can_be_read(page: Page, actor_id: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    for path in ("/", "/overview", "/store"):
        page.goto(f"{path}?actor={actor_id}&refresh=off")
        page.wait_for_function(COLOURED)
        pane = page.locator("[class*=st-key-protected-]").first
        expect(pane).to_contain_text("prod")
        expect(pane).to_contain_text("protected")
        tint = pane.evaluate("element => getComputedStyle(element).backgroundColor")
        assert tint not in {"rgba(0, 0, 0, 0)", "transparent"}
        assert grave_findings(page) == {}
