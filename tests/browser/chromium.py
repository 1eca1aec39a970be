"""The machine's own Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Error, Page, Playwright

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
    """The page, which loads again what Chromium gave up because a network interface came or went.

    Those of containers do, on a machine that runs some; the servers of the tests have nothing to do with it.
    """

    def twice(load: Callable[..., Any]) -> Callable[..., Any]:
        def loaded(*words: Any, **options: Any) -> Any:
            try:
                return load(*words, **options)
            except Error as error:
                if "ERR_NETWORK_CHANGED" not in error.message:
                    raise
                return load(*words, **options)

        return loaded

    for name in ("goto", "reload"):
        setattr(page, name, twice(getattr(page, name)))
    return page
