"""What was picked stays, also where a timer's run was under way as it was picked.

Streamlit's timed fragments send the state of every widget of the page, also of those that code has set since.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.test_events import FIRST_ROW
from tests.stack.running_stack import RunningStack

Late = Callable[[], None]


@pytest.fixture(params=[10, 20])
def late(page: Page, request: pytest.FixtureRequest) -> Late:
    """From the call on, the next act waits for the timer's message after it.

    That one is let through amidst the act's run: after so many of its answers.
    """
    waiting: list[str | bytes] = []
    armed, answers = False, 0

    def route(line: WebSocketRoute) -> None:
        server = line.connect_to_server()

        def answered(message: str | bytes) -> None:
            nonlocal answers
            line.send(message)
            answers += 1
            if waiting and not armed and answers == request.param:
                server.send(waiting.pop())

        def sent(message: str | bytes) -> None:
            nonlocal armed, answers
            if not armed:
                server.send(message)
                return
            waiting.append(message)
            if len(waiting) == 2:
                armed, answers = False, 0
                server.send(waiting.pop(0))

        server.on_message(answered)
        line.on_message(sent)

    page.route_web_socket(re.compile("_stcore/stream"), route)

    def begin() -> None:
        nonlocal armed
        armed = True

    return begin


def test_a_picked_entry_stays(page: Page, stack: RunningStack, actor_id: str, late: Late) -> None:
    stack.say("prod", actor_id, "picked")
    page.goto(f"/events?of={actor_id}")
    expect(page.get_by_text(re.compile("^1 of "))).to_be_visible()
    late()
    page.get_by_test_id("stDataFrame").click(position=FIRST_ROW)
    expect(page.get_by_text("in the stream")).to_be_visible()
    expect(page).to_have_url(re.compile("entry="))


def test_a_picked_key_stays(page: Page, stack: RunningStack, actor_id: str, late: Late) -> None:
    stack.say("prod", actor_id, "picked")
    page.goto(f"/store?filter={actor_id}")
    expect(page.get_by_text("No key chosen")).to_be_visible()
    late()
    page.get_by_test_id("stDataFrame").first.click(position=FIRST_ROW)
    expect(page.get_by_text("version 1")).to_be_visible()
    expect(page).to_have_url(re.compile("key="))
