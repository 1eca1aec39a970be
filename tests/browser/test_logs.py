"""The logs as a reader sees them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from local.stack import log_files
from tests.browser.test_doctor import check
from tests.stack.running_stack import RunningStack
from tests.stack.test_doctor import configured
from tests.stack.test_doctor_of_parts import misrouted


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


@contextmanager
def written(stack: RunningStack, process: str, lines: Iterable[str]) -> Iterator[None]:
    """These lines at the end of a process's log, and gone again."""
    file = log_files(stack.data)[process]
    size = file.stat().st_size
    with file.open("a") as log:
        log.writelines(f"2026-01-01T00:00:00.000Z INFO planted {line}\n" for line in lines)
    yield
    os.truncate(file, size)


def test_a_line_older_than_those_read_is_reached_by_reading_more(
    page: Page, stack: RunningStack, actor_id: str
) -> None:
    with written(stack, "dev-agent", [f"about {actor_id}", *["filler"] * 2_100]):
        page.goto(f"/logs?ns=dev&part=agent&text={actor_id}")
        expect(page.get_by_text("No lines")).to_be_visible()
        expect(page.get_by_text("Read are the newest 2,000 lines of dev-agent")).to_be_visible()
        page.get_by_label("Lines of each").click()
        page.get_by_role("option", name="20000").click()
        expect(page.get_by_text(f"about {actor_id}")).to_be_visible()
        page.reload()
        expect(page.get_by_text(f"about {actor_id}")).to_be_visible()
        expect(page.get_by_text("older ones exist")).to_have_count(0)


def test_a_line_that_the_doctor_knows_leads_to_its_very_finding(
    page: Page, stack: RunningStack, actor_id: str
) -> None:
    with configured(stack.redis("dev"), appendonly="no"):
        with misrouted(stack):
            stack.say("dev", actor_id, "an event that gets lost")
            page.goto("/logs?view=side+by+side&part=sidecar")
            expect(page.get_by_text("An event's route answered 404")).to_be_visible()
            link = page.get_by_role("link", name="Ask the doctor")
            with page.expect_popup() as opened:
                link.and_(page.locator("[href*='find=route-not-found']")).click()
            doctor = opened.value
            check(doctor)
            expect(doctor.get_by_label("Find", exact=True)).to_have_value("route-not-found")
            expect(doctor.get_by_text("Events go to /subscribed")).to_be_in_viewport()
            expect(doctor.get_by_text("store-not-persistent")).to_have_count(0)
        check(doctor)
        expect(doctor.get_by_text("route-not-found is not among the findings")).to_be_visible()
        doctor.get_by_label("Find", exact=True).fill("")
        doctor.get_by_label("Find", exact=True).press("Enter")
        expect(doctor.get_by_text("store-not-persistent")).to_be_visible()
