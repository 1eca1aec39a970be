"""The line to the page goes dead without being closed, as one through a port-forward does."""

from __future__ import annotations

import re

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.stack.running_stack import RunningStack


def test_a_dead_line_is_told_and_no_age_stays(page: Page, stack: RunningStack) -> None:
    dead = False

    def route(line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        line.on_message(lambda message: None if dead else server.send(message))
        server.on_message(lambda message: None if dead else line.send(message))

    page.route_web_socket(re.compile("_stcore/stream"), route)
    page.goto("/overview")
    age, silence = page.get_by_text(re.compile(r"Last data \d+ s ago")), page.get_by_text("Nothing was heard")
    expect(age).to_be_visible()
    ages = set()
    for _ in range(12):  # longer than a dead line would need
        ages.add(age.inner_text())
        page.wait_for_timeout(1000)
        expect(silence).to_be_hidden()
    assert len(ages) > 1
    dead = True
    expect(silence).to_be_visible(timeout=15_000)
    expect(age).to_have_css("text-decoration-line", "line-through")
    dead = False
    page.reload()
    expect(age).to_have_css("text-decoration-line", "none")
    expect(silence).to_be_hidden()
