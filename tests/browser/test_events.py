"""Events, as a reader sees them: published, followed, picked, pending."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, Position, expect

from dashboard.model.core.names import TOPIC
from tests.stack.running_stack import RunningStack
from tests.stack.waiting import wait_until

FIRST_ROW = Position(x=17, y=52)  # of a table, which is drawn on a canvas


def test_a_test_event_is_followed_until_it_is_received(
    page: Page, stack: RunningStack, actor_id: str
) -> None:
    page.goto(f"/events?actor={actor_id}&events_ns=dev&show=Publish")
    publish = page.get_by_role("button", name="Publish", exact=True)
    expect(page.get_by_text("This sends a real event")).to_be_visible()
    expect(publish).to_be_disabled()
    page.get_by_text("Publish a real event to dev").click()
    publish.click()
    expect(page.get_by_text("by chat-agent-dev")).to_be_visible()
    page.reload()
    expect(page.get_by_text("by chat-agent-dev")).to_be_visible()
    assert stack.history("dev", actor_id) == []


def test_an_entry_comes_by_itself_and_a_link_shows_it_whole(
    page: Page, stack: RunningStack, actor_id: str
) -> None:
    page.goto(f"/events?actor={actor_id}&of={actor_id}&follow=true")
    expect(
        page.get_by_text("No entry matches").or_(page.get_by_text("Nothing was published yet"))
    ).to_be_visible()
    stack.say("prod", actor_id, "as it comes")
    expect(page.get_by_text(re.compile("^1 of "))).to_be_visible()  # it is published after the answer
    ((entry_id, _),) = (entry for entry in stack.redis("prod").xrange(TOPIC) if actor_id in entry[1]["data"])
    page.goto(f"/events?of={actor_id}&entry={entry_id}")
    expect(page.get_by_text("by chat-agent-prod").first).to_be_visible()
    expect(page.get_by_text("in the stream")).to_be_visible()
    expect(page.get_by_label("Of actor")).to_have_value(actor_id)


def test_a_row_that_is_picked_is_shown_whole(page: Page, stack: RunningStack, actor_id: str) -> None:
    stack.say("prod", actor_id, "picked")
    page.goto(f"/events?of={actor_id}")
    expect(page.get_by_text(re.compile("^1 of "))).to_be_visible()
    expect(page.get_by_text("No entry chosen")).to_be_visible()
    page.get_by_test_id("stDataFrame").click(position=FIRST_ROW)
    expect(page.get_by_text("in the stream")).to_be_visible()
    expect(page).to_have_url(re.compile("entry="))
    page.reload()
    expect(page.get_by_text("in the stream")).to_be_visible()


def test_the_filter_outlives_a_reload_in_another_section(
    page: Page, stack: RunningStack, actor_id: str
) -> None:
    stack.say("prod", actor_id, "filtered")
    page.goto("/events")
    for label, value in (("Of actor", actor_id), ("Of type", "ConversationUpdated")):
        page.get_by_label(label).fill(value)
        page.get_by_label(label).press("Enter")
    expect(page.get_by_text("1 of ")).to_be_visible()
    for section in ("Groups", "Publish"):
        page.get_by_role("tab", name=section).click()
        expect(page).to_have_url(re.compile(f"show={section}"))
        page.reload()
        expect(page.get_by_role("tab", name=section)).to_have_attribute("aria-selected", "true")
        expect(page).to_have_url(re.compile(f"of={actor_id}.*type=ConversationUpdated"))
    page.get_by_role("tab", name="Entries").click()
    expect(page.get_by_label("Of actor")).to_have_value(actor_id)
    expect(page.get_by_label("Of type")).to_have_value("ConversationUpdated")
    expect(page.get_by_text("1 of ")).to_be_visible()


def test_what_is_pending_is_told_with_its_group(page: Page, stack: RunningStack, actor_id: str) -> None:
    page.goto("/events?events_ns=dev&show=Groups")
    expect(page.get_by_text("chat-agent").first).to_be_visible()
    with stack.held("dev", "agent"):
        event = {"id": "e", "type": "T", "source": "s", "data": {"actor_id": actor_id}}
        stack.redis("dev").xadd(TOPIC, {"data": json.dumps(event)})
        wait_until(lambda: stack.redis("dev").xpending(TOPIC, "chat-agent")["pending"], what="it is pending")
        expect(page.get_by_text("hourglass_top").first).to_be_visible()
