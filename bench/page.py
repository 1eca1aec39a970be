"""What a reader waits for in a real Chromium, beside the barest page of Streamlit in the same run.

Cold load until Compare can be used and its newest turn stands there, how far things move meanwhile (layout
shift, as Chromium counts it), page changes, and Send until both answers are visible.
Run: `python -m bench.page`.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import cast

from playwright.sync_api import Browser, Page, sync_playwright

from bench import pages, results
from bench.results import Ratio, within
from bench.timing import timed
from tests.browser.chromium import launch

SHORT, LONG = ("page", 39), ("long-page", 200)
ROUNDS = 9
OTHERS = ("Overview", "Actor", "Store", "Events", "Doctor", "Isolation", "Logs", "Activity")
INPUT = "[data-testid=stChatInput] textarea:not([disabled])"
SHIFT = """new PerformanceObserver(list => {
  for (const seen of list.getEntries())
    if (!seen.hadRecentInput) window.shift = (window.shift || 0) + seen.value;
}).observe({type: "layout-shift", buffered: true})"""
DONE = """document.querySelector("[data-test-script-state]")?.dataset.testScriptState === "notRunning" &&
  !document.querySelector("[data-stale=true]")"""


def main() -> int:
    """Print the ratios; how many are outside their limits."""
    with tempfile.TemporaryDirectory(prefix="daca-bench-") as folder, pages.running(Path(folder)) as both:
        for actor, turns in (SHORT, LONG):
            both.say(actor, turns)
        with sync_playwright() as playwright:
            browser = launch(playwright)
            found = [*_cold_loads(browser, both), *_changes(browser, both), _sends(browser, both)]
            browser.close()
    return results.report("page", found)


@contextmanager
def _tab(browser: Browser, url: str) -> Iterator[Page]:
    with browser.new_context(base_url=url, viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        page.add_init_script(SHIFT)
        yield page


def _cold_loads(browser: Browser, both: pages.Pages) -> Iterator[Ratio]:
    """In turn, each in a browser that has nothing of it yet."""
    ours, bare, shifts = [], [], []

    def open_ours(page: Page) -> None:
        page.goto(f"/?actor={SHORT[0]}", wait_until="commit")
        page.wait_for_selector(INPUT)
        page.wait_for_selector(f"text=turn {SHORT[1]}")

    def open_bare(page: Page) -> None:
        page.goto("/", wait_until="commit")
        page.wait_for_selector(INPUT)
        page.wait_for_selector("text=It is")

    for _ in range(ROUNDS):
        with _tab(browser, both.ours.url) as page:
            ours.append(timed(partial(open_ours, page)))
            page.wait_for_function(DONE)
            shifts.append(cast(float, page.evaluate("window.shift || 0")))
        with _tab(browser, both.bare.url) as page:
            bare.append(timed(partial(open_bare, page)))
    mine, theirs = statistics.median(ours), statistics.median(bare)
    yield within("cold load", mine, 1.5, "s")
    yield Ratio(
        what="cold load, over the barest page's",
        ours=mine,
        reference=theirs,
        unit="s",
        limit=2.0,
        at_most=True,
    )
    yield within("layout shift", statistics.median(shifts), 0.1, "")


def _changes(browser: Browser, both: pages.Pages) -> Iterator[Ratio]:
    """From page to page, and to Compare with a long history; beside it the change to another bare page."""
    with _tab(browser, both.bare.url) as page:
        page.goto("/")
        bare = [_go_to(page, name) for _ in range(ROUNDS) for name in ("Other", "Compare")]
    with _tab(browser, both.ours.url) as page:
        page.goto(f"/?actor={LONG[0]}")
        page.wait_for_selector(f"text=turn {LONG[1]}")
        others, home = [], []
        for number in range(ROUNDS):
            others.append(_go_to(page, OTHERS[number % len(OTHERS)]))
            home.append(_go_to(page, "Compare", f"text=turn {LONG[1]}"))
    yield within("a page change", statistics.median(others), 0.4, "s")
    yield within(f"to Compare with {LONG[1]} turns", statistics.median(home), 0.5, "s")
    yield Ratio(
        what="a page change, over the barest page's",
        ours=statistics.median(others),
        reference=statistics.median(bare),
        unit="s",
        limit=3.0,
        at_most=True,
    )


def _go_to(page: Page, name: str, then: str = "") -> float:
    page.wait_for_function(DONE)
    link = page.locator("[data-testid=stSidebarNavLink]", has_text=name)

    def change() -> None:
        link.click()
        page.locator("h3", has_text=name).wait_for()
        if then:
            page.wait_for_selector(then)
        page.wait_for_function(DONE)

    return timed(change)


def _sends(browser: Browser, both: pages.Pages) -> Ratio:
    """From Enter until both answers stand there."""
    taken = []
    with _tab(browser, both.ours.url) as page:
        page.goto(f"/?actor={SHORT[0]}")
        for number in range(ROUNDS):
            box = page.locator(INPUT)
            text = f"sent as number {number}"
            box.fill(text)
            page.wait_for_function(DONE)
            answers = page.get_by_text(f"Got your message: {text}", exact=True)
            began = time.perf_counter()
            box.press("Enter")
            answers.nth(1).wait_for()
            taken.append(time.perf_counter() - began)
    return within("Send until both answers are visible", statistics.median(taken), 0.2, "s")


if __name__ == "__main__":
    sys.exit(main())
