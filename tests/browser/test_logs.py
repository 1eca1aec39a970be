"""The logs as a reader sees them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.stack.running_stack import RunningStack


def test_a_message_appears_in_the_right_log_without_a_reload(
    page: Page, stack: RunningStack, actor_id: str
) -> None:
    page.goto(f"/logs?actor={actor_id}&only=true&view=side+by+side")
    expect(page.get_by_text("No lines")).to_have_count(2)
    stack.say("prod", actor_id, "hello")
    expect(page.get_by_text(f"Activating actor for history-{actor_id}")).to_have_count(1)
    expect(page.get_by_text("No lines")).to_have_count(1)


def test_filters_are_in_the_url_and_survive_a_reload(page: Page, stack: RunningStack, actor_id: str) -> None:
    stack.say("dev", actor_id, "hello")
    page.goto("/logs")
    page.get_by_label("Text", exact=True).fill(actor_id)
    page.get_by_label("Text", exact=True).press("Enter")
    expect(page.get_by_text("2 of ")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Text", exact=True)).to_have_value(actor_id)
    expect(page.get_by_text("2 of ")).to_be_visible()


def test_new_lines_do_not_move_the_page(page: Page, stack: RunningStack, actor_id: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 500})
    page.goto("/logs")
    block = page.get_by_test_id("stCode").last
    expect(block).to_contain_text("prod agent")
    tall = "document.querySelector('[data-testid=stMain]').scrollHeight"
    before = page.evaluate(tall)
    stack.say("prod", actor_id, "hello")
    expect(block).to_contain_text(f"for actor {actor_id}")
    assert page.evaluate(tall) == before


@pytest.mark.parametrize("width", [390, 2560])
def test_the_logs_are_never_wider_than_the_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/logs")
    expect(page.get_by_test_id("stCode").last).to_contain_text("prod")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
