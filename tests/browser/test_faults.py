"""A part is killed while the page is open: the page says so, the other namespace goes on, and it recovers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from local import ports
from local.layout import Layout
from tests.browser.conftest import dashboard, opened
from tests.browser.test_compare import write
from tests.stack.running_stack import RunningStack
from tests.stack.waiting import wait_until


@pytest.mark.parametrize("part", ["sidecar", "agent", "redis"])
def test_a_killed_part_is_shown_and_recovers_alone(
    page: Page, stack: RunningStack, actor_id: str, part: str
) -> None:
    stack.say("dev", actor_id, "acknowledged")
    wait_until(lambda: stack.redis("dev").info("persistence")["aof_pending_bio_fsync"] == 0)
    page.goto(f"/?actor={actor_id}")
    expect(page.get_by_text("Got your message: acknowledged")).to_be_visible()
    with stack.nobody_restarts():
        stack.kill("dev", part)
        expect(page.get_by_text("unreachable").first).to_be_visible()
        expect(page.get_by_text("Got your message: acknowledged")).to_be_visible()
        write(page, "while dev is down")
        expect(page.get_by_text("Got your message: while dev is down").first).to_be_visible()
        expect(page.get_by_role("button", name="Send again")).to_be_visible()
    wait_until(lambda: stack.ready("dev"), what="dev is ready")
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("answered in")).to_have_count(2)
    expect(page.get_by_text("unreachable")).to_have_count(0)
    said = [m["content"] for m in stack.history("dev", actor_id) if m["role"] == "user"]
    assert said == ["acknowledged", "while dev is down"]


@contextmanager
def rotated(stack: RunningStack, namespace: str) -> Iterator[None]:
    """Its Redis has another password than its sidecar and agent started with, until the end of the block."""
    client, kept = stack.redis(namespace), Path(stack.namespace(namespace)["redis"]["password_file"])
    old = kept.read_text()

    def change(password: str) -> None:
        client.config_set("requirepass", password)
        client.client_kill_filter(_type="normal", skipme=True)
        kept.write_text(password)

    change("another-one")
    try:
        yield
    finally:
        change(old)
        client.close()


def test_a_rotated_password_is_red_within_ten_seconds_and_named(
    page: Page, stack: RunningStack, actor_id: str
) -> None:
    page.goto("/overview")
    expect(page.get_by_text("all well")).to_have_count(2)
    with rotated(stack, "dev"):
        expect(page.get_by_text("WRONGPASS").first).to_be_visible(timeout=10_000)
        expect(page.get_by_text("all well")).to_have_count(1)
        expect(page.get_by_text("keeps the password of its start").first).to_be_visible()
        page.goto(f"/?actor={actor_id}")
        write(page, "not kept in dev")
        expect(page.get_by_text("Got your message: not kept in dev").first).to_be_visible()
        expect(page.get_by_text("WRONGPASS").first).to_be_visible()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("answered in")).to_have_count(2)
    expect(page.get_by_text("1 turn, 1 same")).to_be_visible()
    page.goto("/overview")
    expect(page.get_by_text("all well")).to_have_count(2)


def test_what_a_slow_namespace_was_not_asked_for_again_is_not_known(
    page: Page, stack: RunningStack, actor_id: str
) -> None:
    for name in ("prod", "dev"):
        stack.say(name, actor_id, "in both")
    page.goto(f"/?actor={actor_id}")
    expect(page.get_by_text("1 turn, 1 same")).to_be_visible()
    with stack.held("dev", "sidecar"):
        stack.say("prod", actor_id, "while dev is slow")
        expect(page.get_by_text("2 turns, 1 same, 1 not known")).to_be_visible()
        expect(page.get_by_text("dev: not known").first).to_be_visible()
        expect(page.get_by_text("only in prod")).to_have_count(0)
    expect(page.get_by_text("2 turns, 1 same, 1 only in prod")).to_be_visible()


def test_a_history_that_its_store_forgot_is_noticed(page: Page, stack: RunningStack, actor_id: str) -> None:
    for text in ("one", "two"):
        stack.say("dev", actor_id, text)
    page.goto(f"/?actor={actor_id}&ns=dev")
    expect(page.get_by_text("2 turns")).to_be_visible()
    store = stack.redis("dev")
    store.delete(*store.keys(f"chat-agent||ChatAgent||{actor_id}||*"))
    expect(page.get_by_text("history lost")).to_be_visible()
    expect(page.get_by_text("It had 4 messages")).to_be_visible()


def test_a_page_that_was_opened_too_early_comes_by_itself(
    browser: Browser, stack: RunningStack, actor_id: str, tmp_path: Path
) -> None:
    stack.say("dev", actor_id, "was here first")
    data = tmp_path / "data"
    with dashboard(data, tmp_path / "log", ports.choose(1).dashboard) as url, opened(browser, url) as page:
        page.goto(f"/?actor={actor_id}&ns=dev")
        expect(page.get_by_text("make demo")).to_be_visible()
        shutil.copytree(stack.data / "namespaces", data / "namespaces", ignore=lambda *_: ["redis"])
        shutil.copy(Layout(stack.data).state, Layout(data).state)
        expect(page.get_by_text("Got your message: was here first")).to_be_visible()
        expect(page).to_have_url(re.compile(f"actor={actor_id}.*ns=dev"))
