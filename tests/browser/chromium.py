"""A Chromium that this machine has."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import httpx
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


PACKAGES = ("chromium", "fonts-noto-core", "libatomic1")  # the last for Playwright's own driver


class NoChromiumError(Exception):
    """None starts; the text says which were tried and how to get one."""


def launch(playwright: Playwright) -> Browser:
    """Headless; `NoChromiumError` where none starts, rather than passing over the tests."""
    faults = []
    for program in _programs(playwright):
        try:
            return playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        except Error as error:
            faults.append(f"{program}: {error.message.strip().splitlines()[0]}")
    raise NoChromiumError(
        "; ".join(faults) or f"No Chromium on this machine: sudo apt-get install {' '.join(PACKAGES)}"
    )


def _programs(playwright: Playwright) -> list[str]:
    """The machine's own, then the one that Playwright has downloaded."""
    own = (shutil.which(name) for name in ("chromium", "google-chrome"))
    downloaded = playwright.chromium.executable_path
    return [*filter(None, own), *([downloaded] if Path(downloaded).exists() else [])]


@cache
def _asset(url: str) -> httpx.Response:
    """A file of Streamlit's own, whose name changes with what is in it."""
    return httpx.get(url, headers={"accept-encoding": "identity"}, verify=False, trust_env=False)


def steady(page: Page) -> Page:
    """The page, that loads whether or not network interfaces come and go, as those of containers do.

    Chromium gives up what it is loading then (ERR_NETWORK_CHANGED), on loopback too: one script that is
    missing leaves a blank page. So scripts are fetched beside it, and the address is asked for once more.
    """

    def serve(route: Route) -> None:
        answer = _asset(route.request.url)
        with suppress(Error):  # the page was closed meanwhile
            route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)

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
