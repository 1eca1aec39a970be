"""axe-core finds nothing serious on any page, light or dark."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.screenshots import PAGES
from tests.stack.running_stack import RunningStack

GRAVE = {"serious", "critical"}
# Streamlit's own widgets, which no page of ours can mend.
STREAMLIT = ("[data-testid=stDataFrame]", "[data-testid=stSidebarCollapsedControl]")

# The page's colours come a moment after it.
COLOURED = """[...document.querySelectorAll("span[data-tag]")].some(
    tag => getComputedStyle(tag).backgroundColor === "rgba(0, 0, 0, 0)"
)"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_grave_finding(
    page: Page, stack: RunningStack, actor_id: str, name: str, scheme: Any
) -> None:
    stack.say("prod", actor_id, "read by everyone")
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{PAGES[name]}?actor={actor_id}&refresh=off")
    expect(page.get_by_role("heading", name=name.capitalize()).first).to_be_visible()
    page.wait_for_function(COLOURED)
    assert grave_findings(page) == {}


def grave_findings(page: Page) -> dict[str, list[str]]:
    """What axe-core finds wrong with a page at rest, by rule."""
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    found = Axe().run(page, context={"exclude": [[selector] for selector in STREAMLIT]}).response
    return {
        violation["id"]: [node["html"][:200] for node in violation["nodes"]]
        for violation in found["violations"]
        if violation["impact"] in GRAVE
    }
