"""What a reader sees."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from dashboard.model.core.names import history_key
from tests.stack.running_stack import RunningStack
from tests.stack.test_histories import plant


def write(page: Page, text: str) -> None:
    box = page.get_by_placeholder("Write to")
    expect(box).to_be_enabled()
    box.fill(text)
    box.press("Enter")


def test_the_whole_compare_flow(page: Page, stack: RunningStack, actor_id: str) -> None:
    page.goto(f"/?actor={actor_id}")
    expect(page.get_by_text("No turns yet")).to_be_visible()
    write(page, "Hi there")
    expect(page.get_by_text("answered in")).to_have_count(2)
    expect(page.get_by_text("1 turn, 1 same")).to_be_visible()
    stack.say("prod", actor_id, "only for prod")
    expect(page.get_by_text("dev: not there")).to_be_visible()
    expect(page.get_by_text("2 turns, 1 same, 1 only in prod")).to_be_visible()
    page.get_by_text("Only differences").click()
    expect(page.get_by_text("Got your message: only for prod")).to_be_visible()
    expect(page.get_by_text("dev, turn 1")).to_have_count(0)
    for name in ("prod", "dev"):
        assert stack.history(name, actor_id)[0]["content"] == "Hi there"


def test_a_reload_keeps_the_view(page: Page, stack: RunningStack, actor_id: str) -> None:
    stack.say("dev", actor_id, "kept over a reload")
    page.goto("/")
    actor = page.get_by_label("Actor", exact=True)
    actor.fill(actor_id)
    actor.press("Enter")
    expect(page.get_by_text("prod: not there")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Actor", exact=True)).to_have_value(actor_id)
    expect(page.get_by_text("prod: not there")).to_be_visible()


def test_the_actor_of_a_link_outlives_reloads(page: Page, stack: RunningStack, actor_id: str) -> None:
    stack.say("dev", actor_id, "linked to")
    page.goto(f"/?actor={actor_id}")
    for _ in range(2):
        expect(page.get_by_text("Got your message: linked to")).to_be_visible()
        page.reload()
    expect(page.get_by_label("Actor", exact=True)).to_have_value(actor_id)


def test_one_that_is_stopped_says_so_and_the_other_works(
    page: Page, stack: RunningStack, actor_id: str
) -> None:
    page.goto(f"/?actor={actor_id}")
    expect(page.get_by_text("No turns yet")).to_be_visible()
    with stack.held("dev", "agent"):
        write(page, "Is anybody there?")
        expect(page.get_by_text("Got your message: Is anybody there?").first).to_be_visible()
        expect(page.get_by_text("did not answer within").first).to_be_visible()
        expect(page.get_by_role("button", name="Send again")).to_be_visible()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("answered in")).to_have_count(2)
    expect(page.get_by_text("1 turn, 1 same")).to_be_visible()
    assert len(stack.history("dev", actor_id)) == 2


@pytest.mark.parametrize("part", ["sidecar", "agent"])
def test_a_slow_namespace_is_not_said_to_lack_a_turn(
    page: Page, stack: RunningStack, actor_id: str, part: str
) -> None:
    for name in ("prod", "dev"):
        stack.say(name, actor_id, "before")
    page.goto(f"/?actor={actor_id}")
    expect(page.get_by_text("1 turn, 1 same")).to_be_visible()
    with stack.held("dev", part):
        stack.say("prod", actor_id, "after")
        expect(page.get_by_text("2 turns, 1 same, 1 not known")).to_be_visible()
        expect(page.get_by_text("not known: dev last read")).to_be_visible()
        expect(page.get_by_text("dev: not known")).to_be_visible()
        expect(page.get_by_text("only in prod")).to_have_count(0)
    expect(page.get_by_text("2 turns, 1 same, 1 only in prod")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("dev: not there")).to_be_visible()


def test_a_hidden_difference_is_shown(page: Page, stack: RunningStack, actor_id: str) -> None:
    stack.say("prod", actor_id, "price\u200b? 5 euros")
    stack.say("dev", actor_id, "price? 5 euros")
    page.goto(f"/?actor={actor_id}")
    expect(page.get_by_text("1 turn, 0 same, 1 differ")).to_be_visible()
    expect(page.get_by_text("[-\\u200b-]").first).to_be_visible()


def test_a_link_to_a_namespace_that_is_gone_says_so_and_waits(page: Page, actor_id: str) -> None:
    page.goto(f"/?actor={actor_id}&ns=prod&ns=nowhere")
    expect(page.get_by_text("There is no namespace nowhere in this cluster.")).to_be_visible()
    expect(page.get_by_placeholder("Choose the namespaces first")).to_be_disabled()
    page.get_by_role("button", name="Go on with prod").click()
    expect(page.get_by_placeholder("Write to prod")).to_be_enabled()
    expect(page.get_by_text("There is no namespace nowhere")).to_have_count(0)


def test_markup_is_shown_as_text(page: Page, actor_id: str) -> None:
    hostile = "<img src=x onerror=alert(1)> **b** [x](javascript:1)"
    page.goto(f"/?actor={actor_id}")
    write(page, hostile)
    expect(page.get_by_text(f"Got your message: {hostile}").first).to_be_visible()
    expect(page.locator("img[src=x]")).to_have_count(0)
    expect(page.locator("a[href^='javascript']")).to_have_count(0)


def test_overview_names_every_part(page: Page) -> None:
    page.goto("/overview")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(page.get_by_text("all well")).to_have_count(2)
    expect(page.get_by_text("Last data")).to_be_visible()


def test_a_key_in_the_url_is_shown_decoded(page: Page, stack: RunningStack, actor_id: str) -> None:
    stack.say("prod", actor_id, "in the store")
    page.goto(f"/store?filter={actor_id}&key={history_key(actor_id)}")
    expect(page.get_by_text("hash, version 1, never expires")).to_be_visible()
    page.get_by_text("Raw", exact=True).click()
    expect(page.get_by_text('"content":"in the store"')).to_be_visible()


@pytest.mark.parametrize("width", [390, 2560])
def test_nothing_is_wider_than_the_window(page: Page, stack: RunningStack, actor_id: str, width: int) -> None:
    stack.say("prod", actor_id, "a-very-long-word-" * 40)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/?actor={actor_id}")
    expect(page.get_by_text("prod, turn 1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_history_of_100_000_messages(page: Page, stack: RunningStack, actor_id: str) -> None:
    plant(stack, actor_id, 100_000)
    page.goto(f"/?actor={actor_id}&ns=prod")
    expect(page.get_by_text("50 turns", exact=True)).to_be_visible()
    expect(page.get_by_text("prod, turn 50000")).to_be_visible()
    page.get_by_role("button", name="Older 50 turns").click()
    expect(page.get_by_text("prod, turn 49950")).to_be_visible()
    write(page, "one more")
    expect(page.get_by_text("prod, turn 50001")).to_be_visible()
