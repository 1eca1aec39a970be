"""Actor, as a reader sees it: four witnesses agree until one is tampered with."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from dashboard.model.core.names import TOPIC
from tests.stack.running_stack import RunningStack
from tests.stack.test_histories import plant
from tests.stack.truth_contract import write_head


def test_what_disagrees_is_marked_as_it_happens(page: Page, stack: RunningStack, actor_id: str) -> None:
    for name in ("prod", "dev"):
        stack.say(name, actor_id, "heard by all four")
    page.goto(f"/actor?actor={actor_id}")
    expect(page.get_by_text("all agree in 1 turn")).to_have_count(2)
    expect(page.get_by_text("chat-agent-dev since")).to_be_visible()
    write_head(stack.redis("dev"), actor_id, total=4)
    expect(page.get_by_text("something is wrong: another writer")).to_be_visible()
    expect(page.get_by_text("Its head counts 4 messages, and there are 2.")).to_be_visible()
    expect(page.get_by_text("all agree in 1 turn")).to_have_count(1)
    write_head(stack.redis("dev"), actor_id, total=2)
    expect(page.get_by_text("all agree in 1 turn")).to_have_count(2)


def test_any_turn_of_a_long_history_is_reached_and_a_link_leads_back_to_it(
    page: Page, stack: RunningStack, actor_id: str
) -> None:
    plant(stack, actor_id, 100_000)
    page.goto(f"/actor?actor={actor_id}&ns=prod")
    expect(page.get_by_text("The newest 20 of 50,000 turns")).to_be_visible()
    page.get_by_role("button", name="Older 20 turns").click()
    expect(page.get_by_text("Turns 49,961 to 49,980 of 50,000")).to_be_visible()
    expect(page).to_have_url(re.compile("until=49980"))
    page.get_by_role("spinbutton", name="Up to turn").fill("3")
    page.get_by_role("spinbutton", name="Up to turn").press("Enter")
    expect(page.get_by_text("Turns 1 to 3 of 50,000")).to_be_visible()
    page.reload()
    expect(page.get_by_text("message 4", exact=True)).to_be_visible()
    page.get_by_role("button", name="Newest turns").click()
    expect(page.get_by_text("The newest 20 of 50,000 turns")).to_be_visible()
    expect(page).not_to_have_url(re.compile("until"))


def test_a_trimmed_topic_is_explained(page: Page, stack: RunningStack, actor_id: str) -> None:
    for number in range(3):
        stack.say("prod", actor_id, f"turn {number}")
    page.goto(f"/actor?actor={actor_id}&ns=prod&disagreeing=true")
    expect(page.get_by_text("all agree in 3 turns")).to_be_visible()
    expect(page.get_by_text("No turn disagrees")).to_be_visible()
    stack.redis("prod").xtrim(TOPIC, maxlen=1, approximate=False)
    expect(page.get_by_text("Topic: trimmed")).to_have_count(2)
    expect(page.get_by_text("turn 3")).to_have_count(0)


def test_an_agent_that_is_down_hides_no_other_witness(page: Page, stack: RunningStack, actor_id: str) -> None:
    stack.say("dev", actor_id, "kept")
    page.goto(f"/actor?actor={actor_id}&ns=dev")
    expect(page.get_by_text("all agree in 1 turn")).to_be_visible()
    with stack.nobody_restarts():
        stack.kill("dev", "agent")
        expect(page.get_by_text("not known: agent, received cannot be read")).to_be_visible()
        expect(page.get_by_text("kept", exact=True)).to_be_visible()
    expect(page.get_by_text("all agree in 1 turn")).to_be_visible()


@pytest.mark.parametrize("width", [390, 2560])
@pytest.mark.parametrize("path", ["/actor", "/events"])
def test_nothing_is_wider_than_the_window(
    page: Page, stack: RunningStack, actor_id: str, path: str, width: int
) -> None:
    stack.say("prod", actor_id, "a-very-long-word-" * 40)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{path}?actor={actor_id}")
    expect(page.get_by_text("Last data")).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
