"""The machine's own Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Error, Page, Playwright, Route

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch(playwright: Playwright) -> Browser:
    """Headless; fails where there is no Chromium rather than passing over the tests."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "Chromium is needed: apt-get install chromium"
    return playwright.chromium.launch(executable_path=program, args=list(FLAGS))


def steady(page: Page) -> Page:
    """The page, that loads whether or not network interfaces come and go, as those of containers do.

    Chromium gives up what it is loading then (ERR_NETWORK_CHANGED), on loopback too: one script that is
    missing leaves a blank page. So scripts are fetched beside it, and the address is asked for once more.
    """
    kept: dict[str, tuple[int, dict[str, str], bytes]] = {}

    def serve(route: Route) -> None:
        if route.request.url not in kept:
            answer = route.fetch()
            kept[route.request.url] = answer.status, answer.headers, answer.body()
        status, headers, body = kept[route.request.url]
        route.fulfill(status=status, headers=headers, body=body)

    def twice(load: Callable[..., Any]) -> Callable[..., Any]:
        def loaded(*words: Any, **options: Any) -> Any:
            try:
                return load(*words, **options)
            except Error as error:
                if "ERR_NETWORK_CHANGED" not in error.message:
                    raise
                return load(*words, **options)

        return loaded

    page.route("**/static/**", serve)
    for name in ("goto", "reload"):
        setattr(page, name, twice(getattr(page, name)))
    return page
