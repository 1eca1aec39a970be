"""Pictures of every page on a real stack: `python -m tests.browser.screenshots FOLDER`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, sync_playwright

from dashboard.model.access.person import Person
from dashboard.services.access.audited_write import open_writes
from dashboard.services.access.write_policy import WritePolicy
from dashboard.services.chat.sending import Chat
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import open_workspace
from local import stack
from tests.browser.chromium import launch

PAGES = {
    "compare": "/",
    "overview": "/overview",
    "actor": "/actor",
    "store": "/store",
    "events": "/events",
    "doctor": "/doctor",
    "isolation": "/isolation",
    "logs": "/logs",
    "activity": "/activity",
}
WIDTHS = (390, 1280, 2560)
SHARED = ("Hi there", "What is my name?", "10s", "2024-01-15 is my birthday")
KEY = "chat-agent||ChatAgent||user1||history-user1"


def main() -> None:
    """Start a stack, say a few things, take every picture."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="daca-pictures-") as name:
        data = Path(name)
        stack.start_detached(stack.UpOptions(data=data, protect=("prod",)), report=lambda line: None)
        try:
            _talk(data)
            found = stack.status(data)
            assert found is not None
            with sync_playwright() as playwright:
                browser = launch(playwright)
                for width in WIDTHS:
                    for scheme in ("light", "dark"):
                        _take(browser, found["dashboard"], folder, width, scheme)
        finally:
            stack.down(data)


def _talk(data: Path) -> None:
    workspace = open_workspace(Settings(data=data))
    policy = WritePolicy(person=Person("pictures"))
    policy.write_lock.unlock("prod", "prod")
    chat = Chat(open_writes(workspace, policy))
    for text in SHARED[:2]:
        list(chat.send(("prod", "dev"), "user1", text))
    list(chat.send(("prod",), "user1", "What does it cost?"))
    for text in SHARED[2:]:
        list(chat.send(("prod", "dev"), "user1", text))
    workspace.close()


def _take(browser: Browser, url: str, folder: Path, width: int, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 1000}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    for name, path in PAGES.items():
        query = f"?key={quote(KEY)}" if name == "store" else ""
        page.goto(f"{url}{path}{query}")
        page.get_by_role("heading", name=name.capitalize()).first.wait_for()
        page.locator("[data-testid=stSkeleton]").first.wait_for(state="detached")
        page.locator("[data-testid=stStatusWidget]").wait_for(state="detached")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
    context.close()


if __name__ == "__main__":
    main()
