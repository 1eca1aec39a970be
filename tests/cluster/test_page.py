"""The page outside the cluster, with nothing but a kubeconfig, in real Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard.services.chat import histories
from dashboard.services.chat.sending import Chat
from local import ports
from tests.browser.conftest import dashboard, opened
from tests.browser.test_compare import write
from tests.cluster.conftest import K8S, SECONDS, daca_ops, kubectl, kubectl_json
from tests.cluster.test_faults import delete_redis, restart_api

pytestmark = pytest.mark.timeout(400)
APPEARS_MS = 5_000
SHOWN_MS = 10_000


@pytest.fixture(scope="module")
def kubeconfig(cluster: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cluster's own, with a second context that leads nowhere."""
    config = kubectl_json("config", "view", "--raw", "--minify")
    (context,) = config["contexts"]
    config["contexts"] = [{**context, "name": "here"}, {**context, "name": "elsewhere"}]
    nowhere = {"name": "nowhere", "cluster": {"server": "https://127.0.0.1:9"}}
    config["clusters"].append(nowhere)
    config["contexts"][1]["context"] = {**context["context"], "cluster": "nowhere"}
    config["current-context"] = "here"
    file = tmp_path_factory.mktemp("config") / "kubeconfig"
    file.write_text(json.dumps(config))
    return file


@pytest.fixture(scope="module")
def url(kubeconfig: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("data")
    settings = {"DACA_CLUSTER": "kubernetes", "KUBECONFIG": str(kubeconfig)}
    with dashboard(data, data / "log", ports.choose(1).dashboard, **settings) as address:
        yield address


@pytest.fixture
def page(browser: object, url: str) -> Iterator[Page]:
    with opened(browser, url) as page:  # type: ignore[arg-type]
        yield page


def test_compare_from_outside(page: Page, chat: Chat, actor_id: str) -> None:
    page.goto(f"/?actor={actor_id}&ns=dev&ns=prod")
    expect(page.get_by_text("No turns yet")).to_be_visible()
    page.get_by_role("button", name="Unlock writing").click()
    field = page.get_by_label("Type prod")
    field.fill("prod")
    field.press("Enter")
    expect(page.get_by_text("writing is unlocked")).to_be_visible()
    page.keyboard.press("Escape")
    write(page, "Hi there")
    expect(page.get_by_text("1 turn, 1 same")).to_be_visible()
    for name in ("prod", "dev"):
        (turn,) = histories.page(chat.writes.workspace, name, actor_id).turns
        assert turn.answer == "Got your message: Hi there"


def test_a_third_namespace_appears_and_goes_without_a_reload(page: Page) -> None:
    page.goto("/overview?all=true")
    expect(page.get_by_text("all well").first).to_be_visible()
    prepared = daca_ops("k8s", "init", "third")
    assert prepared.returncode == 0, prepared.stderr
    rendered = kubectl("kustomize", str(K8S / "overlays" / "test"))
    try:
        kubectl("apply", "-f", "-", stdin=rendered.replace("namespace: test", "namespace: third"))
        expect(page.get_by_text("third", exact=True).first).to_be_visible(timeout=APPEARS_MS)
        page.get_by_test_id("stMultiSelect").get_by_role("combobox").click()
        expect(page.get_by_role("option", name="third")).to_be_visible(timeout=APPEARS_MS)
        page.keyboard.press("Escape")
        kubectl("-n", "third", "delete", "deployment/chat-agent")
        expect(page.get_by_text("third", exact=True)).to_have_count(0, timeout=APPEARS_MS)
    finally:
        kubectl("delete", "namespace", "third", "--wait=false")


def test_a_fault_is_shown_on_the_page_and_goes_by_itself(page: Page) -> None:
    page.goto("/overview")
    expect(page.get_by_text("all well")).to_have_count(2, timeout=60_000)
    for break_it, words in ((delete_redis, "down"), (restart_api, "cannot be reached")):
        break_it()
        expect(page.get_by_text(words).first).to_be_visible(timeout=SHOWN_MS)
        expect(page.get_by_text("all well")).to_have_count(2, timeout=SECONDS * 1000)


def test_another_context_is_chosen_in_the_sidebar_and_kept_in_the_url(page: Page) -> None:
    page.goto("/overview")
    expect(page.get_by_text("all well").first).to_be_visible()
    page.get_by_role("combobox", name="Cluster").click()
    page.get_by_role("option", name="elsewhere").click()
    expect(page.get_by_text("cannot be reached").first).to_be_visible()
    assert "cluster=elsewhere" in page.url
    page.reload()
    expect(page.get_by_text("cannot be reached").first).to_be_visible()
    page.get_by_role("combobox", name="Cluster").click()
    page.get_by_role("option", name="here", exact=True).click()
    expect(page.get_by_text("all well").first).to_be_visible()
