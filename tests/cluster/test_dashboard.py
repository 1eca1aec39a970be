"""The dashboard deployed in the cluster, as k8s/README.md says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.model.core.names import history_key
from dashboard.services.chat.sending import Chat
from tests.browser.chromium import steady
from tests.cluster.conftest import K8S, daca_ops, forwarded, kubectl, kubectl_json, overlay, rolled_out
from tests.cluster.test_commands import run

pytestmark = pytest.mark.timeout(300)
PATIENCE_MS = 30_000
SIGN_IN = """
[auth]
redirect_uri = "http://127.0.0.1/daca-ops/oauth2callback"
cookie_secret = "only for this test"
client_id = "daca-ops"
client_secret = "only for this test"
server_metadata_url = "http://127.0.0.1:1/.well-known/openid-configuration"
"""


def roll_out(namespace: str, folder: Path) -> None:
    kubectl("apply", "-k", str(folder))
    rolled_out(namespace, "deployment/daca-ops")


@pytest.fixture(scope="module")
def url(cluster: None) -> Iterator[str]:
    roll_out("daca-ops", K8S / "dashboard")
    with forwarded("daca-ops", "svc/daca-ops", 8501) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = steady(browser.new_page(viewport={"width": 1280, "height": 1000}))
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield page
    page.close()


def test_it_is_healthy(url: str) -> None:
    assert httpx.get(f"{url}/_stcore/health").text == "ok"


def test_compare_shows_both_namespaces(url: str, page: Page, chat: Chat, actor_id: str) -> None:
    list(chat.send(["prod", "dev"], actor_id, "seen from inside"))
    list(chat.send(["dev"], actor_id, "only in dev"))
    page.goto(f"{url}/?actor={actor_id}")
    expect(page.get_by_text("2 turns, 1 same, 1 only in dev")).to_be_visible()
    expect(page.get_by_text("Got your message: only in dev")).to_be_visible()


def test_it_reads_each_store_with_its_password(url: str, page: Page, chat: Chat, actor_id: str) -> None:
    list(chat.send(["prod"], actor_id, "kept in prod"))
    page.goto(f"{url}/store?key={history_key(actor_id)}")
    page.get_by_text("Raw").click()
    expect(page.get_by_text('"content":"kept in prod"')).to_be_visible()


def test_no_right_is_missing(url: str, page: Page) -> None:
    page.goto(f"{url}/overview")
    expect(page.get_by_text("all well")).to_have_count(2)
    expect(page.get_by_text("1 of 1 replica ready")).to_have_count(2)
    expect(page.get_by_text("forbidden")).to_have_count(0)


@pytest.mark.parametrize(
    "words",
    [
        "namespaces",
        "history --actor user1",
        "actor user1",
        "store keys -n prod",
        "events list -n prod",
        "events groups -n prod",
        "logs --lines 3",
    ],
)
def test_every_command_that_reads_may_read(url: str, words: str) -> None:
    """In the pod, by its account: the exit status is 0 only where each namespace answered."""
    said = in_the_pod(words)
    assert said
    assert "forbidden" not in said


def test_the_doctor_misses_the_rights_that_the_account_is_to_lack_alone(url: str) -> None:
    found = json.loads(in_the_pod("doctor --json"))
    assert [finding for finding in found["findings"] if finding["severity"] == "error"] == []
    sidecars_way = "store-refused-to-sidecar"  # it takes pods/portforward, which the account has not
    assert {gap["rule"] for gap in found["not_checked"]} == {"mtls-off", "sidecar-version", sidecars_way}


def in_the_pod(words: str) -> str:
    command = ("python3", "-m", "dashboard", *words.split())
    return kubectl("-n", "daca-ops", "exec", "deployment/daca-ops", "--", *command)


def test_who_has_not_signed_in_may_not_write(url: str, page: Page, actor_id: str) -> None:
    page.goto(f"{url}/?actor={actor_id}")
    expect(page.get_by_text("Nobody signs in here").first).to_be_visible()


def test_it_runs_below_a_path_and_asks_to_sign_in(page: Page, cluster: None, tmp_path: Path) -> None:
    """The ingress's path and the Secret's providers; the ingress itself needs a controller."""
    space = "daca-ops-signed-in"
    overlay(tmp_path, "dashboard", ("dashboard-sign-in", "dashboard-ingress"), space)
    (tmp_path / "secrets.toml").write_text(SIGN_IN)
    kubectl("create", "namespace", space)
    try:
        secret = f"--from-file={tmp_path / 'secrets.toml'}"
        claim = "--from-literal=operator-claim=groups=operators"
        kubectl("-n", space, "create", "secret", "generic", "daca-ops-sign-in", secret, claim)
        roll_out(space, tmp_path)
        with forwarded(space, "svc/daca-ops", 8501) as port:
            page.goto(f"http://127.0.0.1:{port}/daca-ops/")
            expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    finally:
        kubectl("delete", "namespace", space, "--wait=false")


def test_it_was_never_restarted_and_wrote_nothing_beside_its_volumes(url: str) -> None:
    (pod,) = kubectl_json("-n", "daca-ops", "get", "pods")["items"]
    assert [status["restartCount"] for status in pod["status"]["containerStatuses"]] == [0]
    said = kubectl("-n", "daca-ops", "logs", "deployment/daca-ops")
    assert "Read-only file system" not in said
    assert "Traceback" not in said


@pytest.fixture(scope="module")
def open_url(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same dashboard where everyone may write, and that finds its namespaces; the last tests' own."""
    folder = tmp_path_factory.mktemp("open")
    overlay(folder, "dashboard", ("find-namespaces",), "daca-ops")
    role = str(K8S / "components" / "find-namespaces" / "cluster-role.yaml")
    try:
        kubectl("apply", "-k", str(folder))
        kubectl("-n", "daca-ops", "set", "env", "deployment/daca-ops", "DACA_ANONYMOUS=operator")
        rolled_out("daca-ops", "deployment/daca-ops")
        with forwarded("daca-ops", "svc/daca-ops", 8501) as port:
            yield f"http://127.0.0.1:{port}"
    finally:
        kubectl("delete", "-f", role)
        roll_out("daca-ops", K8S / "dashboard")


def test_a_message_from_inside_reaches_both_namespaces_and_stays_there(
    open_url: str, page: Page, chat: Chat, actor_id: str
) -> None:
    """The course's list, in the browser: messages are answered, and histories are apart."""
    page.goto(f"{open_url}/?actor={actor_id}&ns=prod&ns=dev")
    unlock = page.get_by_role("button", name="Unlock writing")
    expect(unlock).to_be_visible()  # a failure shows the page
    unlock.click()
    name = page.get_by_label("Type prod to unlock it for 15 minutes")
    name.press_sequentially("prod")
    name.press("Enter")
    expect(page.get_by_text("Writing is unlocked until")).to_be_visible()
    box = page.get_by_placeholder("Write to")
    box.fill("Hi there")
    box.press("Enter")
    expect(page.get_by_text("answered in")).to_have_count(2)
    expect(page.get_by_text("1 turn, 1 same")).to_be_visible()
    list(chat.send(["dev"], actor_id, "only dev"))
    expect(page.get_by_text("2 turns, 1 same, 1 only in dev")).to_be_visible()


def test_the_command_of_activity_reads_the_log_in_the_pod(open_url: str, page: Page) -> None:
    page.goto(f"{open_url}/activity")
    page.get_by_role("button", name="Commands").click()
    line = page.get_by_text("kubectl -n daca-ops exec").inner_text()
    assert "Hi there" in run(line)


def test_a_namespace_that_comes_is_shown_within_5_s_without_a_reload(open_url: str, page: Page) -> None:
    page.goto(f"{open_url}/overview?all=true")
    expect(page.get_by_text("all well")).to_have_count(2)
    folder = str(K8S / "overlays" / "test")
    assert daca_ops("k8s", "init", "test").returncode == 0
    kubectl("apply", "-k", folder)
    try:
        expect(page.get_by_text("test", exact=True).first).to_be_visible(timeout=5_000)
        rolled_out("test")
        expect(page.get_by_text("all well")).to_have_count(3)
    finally:
        kubectl("delete", "-k", folder)
