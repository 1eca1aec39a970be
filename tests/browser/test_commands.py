"""The command behind a card is there when it is asked for."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_a_card_tells_how_to_ask_each_part(page: Page) -> None:
    page.goto("/overview")
    page.get_by_role("button", name="Commands").first.click()
    expect(page.get_by_text("/readyz")).to_be_visible()
    expect(page.get_by_text("redis-cli -h 127.0.0.1")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("/readyz")).to_be_hidden()
