"""Who wrote what, in the reader's own time."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import opened
from tests.browser.test_compare import write
from tests.stack.running_stack import RunningStack


def test_what_was_written_is_listed_and_taken_away(
    page: Page, stack: RunningStack, actor_id: str, tmp_path: Path
) -> None:
    page.goto(f"/?actor={actor_id}")
    write(page, "=SUM(1) is no formula")
    expect(page.get_by_text("answered in")).to_have_count(2)
    page.goto(f"/activity?activity={actor_id}")
    expect(page.get_by_text("2 writes. The log is append-only.")).to_be_visible()
    page.get_by_role("button", name="Export").click()
    for label, file in (("CSV", "activity.csv"), ("JSON lines", "activity.jsonl")):
        with page.expect_download() as download:
            page.get_by_role("button", name=label).click()
        download.value.save_as(tmp_path / file)
    assert (tmp_path / "activity.csv").read_text().count(",'=SUM(1) is no formula,done,") == 2
    lines = [json.loads(line) for line in (tmp_path / "activity.jsonl").read_text().splitlines()]
    assert {line["namespace"]: line["result"] for line in lines} == {"prod": "done", "dev": "done"}
    assert abs(datetime.now().timestamp() - lines[0]["at"]) < 60


def test_the_axis_names_the_readers_zone(
    browser: Browser, stack: RunningStack, dashboard_url: str, actor_id: str
) -> None:
    with opened(browser, dashboard_url, timezone_id="Asia/Tokyo") as page:
        page.goto(f"/?actor={actor_id}")
        write(page, "from Tokyo")
        expect(page.get_by_text("answered in")).to_have_count(2)
        page.goto(f"/activity?activity={actor_id}")
        expect(
            page.get_by_label("Time (Asia/Tokyo)").or_(page.get_by_text("Time (Asia/Tokyo)")).first
        ).to_be_attached()
