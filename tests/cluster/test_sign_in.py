"""Signing in through the deployed dashboard: the component dashboard-sign-in and a real OpenID provider."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.services.chat import histories
from dashboard.services.chat.sending import Chat
from local import ports
from tests.browser.conftest import opened
from tests.browser.test_compare import write
from tests.browser.test_sign_in import provider, sign_in
from tests.cluster.conftest import K8S, forwarded, kubectl, kubectl_json, overlay
from tests.cluster.test_dashboard import roll_out

pytestmark = pytest.mark.timeout(300)
SPACE = "daca-ops"


def address() -> str:
    """Where this machine is reached from the cluster: its address on the way to a node."""
    node = kubectl_json("get", "nodes")["items"][0]
    inside = next(a["address"] for a in node["status"]["addresses"] if a["type"] == "InternalIP")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect((inside, 1))
        return str(way.getsockname()[0])


@pytest.fixture(scope="module")
def url(cluster: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The deployed dashboard, where operators are those of the group of that name; and back."""
    folder = tmp_path_factory.mktemp("sign-in")
    found = ports.choose(1)
    url = f"http://{ports.HOST}:{found.dashboard}"
    overlay(folder, "dashboard", ("dashboard-sign-in",), SPACE)
    kubectl("apply", "-f", str(K8S / "dashboard" / "namespace.yaml"))
    with provider(address(), found.placement, url, folder) as file:
        secret = ("-n", SPACE, "create", "secret", "generic", "daca-ops-sign-in", f"--from-file={file}")
        kubectl(*secret, "--from-literal=operator-claim=groups=operators")
        try:
            roll_out(SPACE, folder)
            with forwarded(SPACE, "svc/daca-ops", 8501, found.dashboard):
                yield url
        finally:
            roll_out(SPACE, K8S / "dashboard")
            kubectl("-n", SPACE, "delete", "secret", "daca-ops-sign-in")


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    with opened(browser, url) as page:
        yield page


def test_nothing_is_shown_before_and_a_viewer_may_not_write(page: Page, chat: Chat, actor_id: str) -> None:
    list(chat.send(["dev"], actor_id, "seen by viewers"))
    page.goto(f"/?actor={actor_id}&ns=dev")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_text("seen by viewers")).to_have_count(0)
    sign_in(page, "ana")
    page.goto(f"/?actor={actor_id}&ns=dev")
    expect(page.get_by_text("Got your message: seen by viewers")).to_be_visible()
    expect(page.get_by_text("ana@example.org is a viewer. Operators may write")).to_be_visible()
    expect(page.get_by_placeholder("You may not write here")).to_be_disabled()


def test_an_operator_writes_under_their_name_and_the_pod_keeps_and_prints_it(
    page: Page, chat: Chat, actor_id: str
) -> None:
    sign_in(page, "bo")
    page.goto(f"/?actor={actor_id}&ns=dev")
    write(page, "Hi from bo")
    expect(page.get_by_text("answered in")).to_be_visible()
    (turn,) = histories.page(chat.writes.workspace, "dev", actor_id).turns
    assert turn.user == "Hi from bo"
    pod = ("-n", SPACE, "exec", "deployment/daca-ops", "--", "python3", "-m", "dashboard")
    entries = json.loads(kubectl(*pod, "audit", f"--text={actor_id}", "--json"))["entries"]
    assert [(entry["who"], entry["result"]) for entry in entries] == [("bo@example.org", "done")]
    printed = kubectl("-n", SPACE, "logs", "deployment/daca-ops").splitlines()
    assert [line for line in printed if actor_id in line and "bo@example.org" in line]
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.goto(f"/?actor={actor_id}&ns=dev")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_text("Hi from bo")).to_have_count(0)
