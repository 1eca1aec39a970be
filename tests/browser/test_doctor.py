"""Doctor, as a reader sees it on the real stack."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.stack.running_stack import RunningStack


@pytest.fixture
def evicting(stack: RunningStack) -> Iterator[RunningStack]:
    """The Redis of dev deletes keys to make room."""
    store = stack.redis("dev")
    store.config_set("maxmemory", "1gb")
    store.config_set("maxmemory-policy", "allkeys-lru")
    yield stack
    store.config_set("maxmemory-policy", "noeviction")
    store.config_set("maxmemory", "0")


def check(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Check 2 namespaces")).click()
    expect(page.get_by_text("2 namespaces:")).to_be_visible()


def test_a_healthy_stack_is_all_well(page: Page) -> None:
    page.goto("/doctor")
    check(page)
    expect(page.get_by_text("All is well")).to_be_visible()
    expect(page.get_by_text("2 namespaces: nothing found.")).to_be_visible()
    expect(page.get_by_text("Last data")).to_be_visible()


def test_the_navigation_counts_the_findings_and_stands_still(page: Page, evicting: RunningStack) -> None:
    page.goto("/?actor=somebody")
    expect(page.get_by_role("combobox", name="Actor")).to_have_value("somebody")
    navigation = page.get_by_test_id("stSidebarNav")
    navigation.get_by_role("link", name="Doctor").click()
    expect(page).to_have_url(re.compile(r"/doctor\?.*actor=somebody"))
    endpoint = navigation.get_by_role("link", name="Logs").bounding_box()
    check(page)
    expect(navigation.get_by_role("link", name="Doctor 1 ✕")).to_be_visible()
    assert navigation.get_by_role("link", name="Logs").bounding_box() == endpoint
    navigation.get_by_role("link", name="Store").click()
    expect(page).to_have_url(re.compile(r"/store\?.*actor=somebody"))
    expect(navigation.get_by_role("link", name="Doctor 1 ✕")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("maxmemory-policy is allkeys-lru")).to_be_visible()
    expect(page).to_have_title("daca-ops")


def test_a_planted_fault_is_shown_with_its_fix_and_stays_after_a_reload(
    page: Page, evicting: RunningStack
) -> None:
    page.goto("/doctor")
    check(page)
    expect(page.get_by_text("maxmemory-policy is allkeys-lru")).to_be_visible()
    expect(page.get_by_text("CONFIG SET maxmemory-policy noeviction")).to_be_visible()
    page.get_by_role("button", name="error", exact=True).click()
    expect(page).to_have_url(re.compile("severity=error"))
    page.reload()
    expect(page.get_by_text("store-evicts")).to_be_visible()
    page.get_by_role("link", name="Documentation").hover()
    with page.expect_download() as download:
        page.get_by_role("button", name="SARIF").click()
    assert download.value.suggested_filename == "doctor.sarif"
