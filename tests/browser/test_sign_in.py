"""Signing in through a real OpenID provider: who may look, who may write, and out again."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.model.core.names import history_key
from dashboard.services.access.audit import AuditLog
from local import ports
from tests.browser.conftest import dashboard, opened, served
from tests.browser.test_accessibility import COLOURED, grave_findings
from tests.browser.test_compare import write
from tests.stack.running_stack import RunningStack

USERS = {
    "ana": {"sub": "ana", "email": "ana@example.org", "groups": ["staff"]},
    "bo": {"sub": "bo", "email": "bo@example.org", "groups": ["staff", "operators"]},
}


@contextmanager
def provider(host: str, port: int, url: str, folder: Path) -> Iterator[Path]:
    """An OpenID provider at `host`; the secrets.toml by which the dashboard at `url` signs in through it."""
    metadata = f"http://{host}:{port}/.well-known/openid-configuration"
    file = folder / "secrets.toml"
    file.write_text(
        "[auth]\n"
        f'redirect_uri = "{url}/oauth2callback"\n'
        f'cookie_secret = "{secrets.token_hex(32)}"\n'
        'client_id = "daca-ops"\n'
        'client_secret = "known to the test alone"\n'
        f'server_metadata_url = "{metadata}"\n'
    )
    users = [word for user in USERS.values() for word in ("--user-claims", json.dumps(user))]
    command = ["oidc_provider_mock", "--host", host, "--port", str(port), *users]
    with served(command, metadata, folder / "provider-log"):
        yield file


@pytest.fixture(scope="module")
def url(session_stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard where operators are those of the group of that name."""
    folder = tmp_path_factory.mktemp("sign-in")
    found = ports.choose(1)
    address = f"http://{ports.HOST}:{found.dashboard}"
    with (
        provider(ports.HOST, found.placement, address, folder) as file,
        dashboard(
            session_stack.data,
            folder / "dashboard-log",
            found.dashboard,
            f"--secrets.files={file}",
            DACA_OPERATOR_CLAIM="groups=operators",
        ) as url,
    ):
        yield url


@pytest.fixture
def page(browser: Browser, stack: RunningStack, url: str) -> Iterator[Page]:
    with opened(browser, url) as page:
        yield page


def sign_in(page: Page, name: str) -> None:
    page.goto("/")
    sign_in_here(page, name)


def sign_in_here(page: Page, name: str) -> None:
    page.get_by_role("button", name="Sign in").click()
    # By what it sends: releases of the provider, one for each Python, word it differently.
    page.locator(f"button[name=sub][value={name}]").first.click()
    expect(page.get_by_text(str(USERS[name]["email"]), exact=True)).to_be_visible()


def test_nothing_is_shown_before(page: Page, stack: RunningStack, actor_id: str) -> None:
    stack.say("prod", actor_id, "not for everyone")
    for path in ("/", "/store", "/activity"):
        page.goto(f"{path}?actor={actor_id}&ns=prod")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        expect(page.get_by_text("not for everyone")).to_have_count(0)
        expect(page.get_by_test_id("stSidebar")).to_have_count(0)
    assert grave_findings(page) == {}


def test_a_link_is_followed_once_signed_in_and_only_once(
    page: Page, stack: RunningStack, actor_id: str
) -> None:
    stack.say("dev", actor_id, "where the link leads")
    link = f"/store?ns=dev&filter={actor_id}&key={history_key(actor_id)}"
    page.goto(link)
    sign_in_here(page, "ana")
    expect(page.get_by_text("hash, version 1, never expires")).to_be_visible()
    expect(page.get_by_label("Filter", exact=True)).to_have_value(actor_id)
    page.goto("/")
    expect(page.get_by_text("ana@example.org", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()


def test_a_viewer_looks_and_may_not_write(page: Page, stack: RunningStack, actor_id: str) -> None:
    stack.say("prod", actor_id, "seen by viewers")
    sign_in(page, "ana")
    expect(page.get_by_test_id("stSidebar").get_by_text("viewer")).to_be_visible()
    page.goto(f"/?actor={actor_id}&refresh=off")
    expect(page.get_by_text("Got your message: seen by viewers")).to_be_visible()
    expect(page.get_by_text("ana@example.org is a viewer. Operators may write")).to_be_visible()
    expect(page.get_by_placeholder("You may not write here")).to_be_disabled()
    page.wait_for_function(COLOURED)
    assert grave_findings(page) == {}


def test_an_operator_writes_under_their_name_and_signs_out(
    page: Page, stack: RunningStack, actor_id: str
) -> None:
    sign_in(page, "bo")
    expect(page.get_by_test_id("stSidebar").get_by_text("operator")).to_be_visible()
    page.goto(f"/?actor={actor_id}")
    write(page, "Hi from bo")
    expect(page.get_by_text("answered in")).to_have_count(2)
    lines = [line for line in AuditLog(stack.data / "audit.jsonl").newest() if line.actor_id == actor_id]
    assert {(line.who, line.result) for line in lines} == {("bo@example.org", "done")}
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.goto(f"/?actor={actor_id}")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_text("Hi from bo")).to_have_count(0)
